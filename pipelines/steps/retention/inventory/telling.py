"""Places as they may be told: a file that somebody delivered or put there may be named after a person.

Folders of the house and names that it makes itself are told as they are; any other part is a keyed digest, the same each time.
"""

import re
from functools import cached_property
from pathlib import Path

from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.inventory.places import KEYS, path_of
from pipelines.steps.retention.inventory.stock import named
from pipelines.steps.retention.sampling import digester_of
from pipelines.steps.workspace import Workspace

MARK = "~"
_DIGEST_BYTES = 16
_FOLDERS = frozenset({
    "access", "accounts", "alive", "cookies", "dagster", "data", "events", "exports", "gate", "held", "history",
    "holds", "keys", "landing", "ledger", "linked", "logs", "plans", "processing", "published", "quarantine",
    "registry", "requests", "runs", "samples", "schedules", "sealed", "staging", "storage", "vault", "wrapped", "1y",
    "permanent", "next-warehouse",
})  # fmt: skip
_MADE_HERE = re.compile(
    r"\d{4}-\d\d-\d\d(-\d{4,}|-[0-9a-f]{8})?(\.(parquet|json|sealed))?"
    r"|[0-9a-f]{16}(-\d{15})?(\.[0-9a-f]{8})?\.age"
    r"|[0-9a-f]{64}\.(age|json|jsonl|txt|duckdb)"
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.db)?"
    r"|\.|sign_ups\.age|manifest\.json|warehouse\.duckdb(\.wal)?|(index|runs|schedules)\.db(-wal|-shm|-journal)?"
)


class PlaceTeller:
    """Tells places of one home, and finds the file again that was told."""

    def __init__(self, workspace: Workspace) -> None:
        """Name the home; its files are listed when one is asked for."""
        self._workspace, self._digester = workspace, digester_of(workspace)
        self._known = _FOLDERS | workspace.sources.sources.keys() | workspace.policy.datasets.keys()

    def told(self, place: str) -> str:
        """Return `place` with a digest for each part that the house did not name."""
        parts = place.split("/")
        return "/".join(
            part if part in self._known or _MADE_HERE.fullmatch(part) else self._digest("/".join(parts[: number + 1]))
            for number, part in enumerate(parts)
        )

    def path(self, told: str) -> Path:
        """Return the file that was told; where it is gone, a path that is not there."""
        home, keys = self._workspace.home.root, self._workspace.settings.key_folder
        return path_of(home, keys, self._places.get(told, told)) if MARK in told else path_of(home, keys, told)

    @cached_property
    def _places(self) -> dict[str, str]:
        roots = {"": self._workspace.home.root, KEYS.rstrip("/"): self._workspace.settings.key_folder}
        return {self.told(file.place): file.place for file in map(named, files_below(roots))}

    def _digest(self, text: str) -> str:
        return f"{MARK}{self._digester.digest(text.encode(errors='surrogateescape'))[:_DIGEST_BYTES].hex()}"
