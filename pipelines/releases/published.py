"""The folder of releases: the pointer that names the current one, the manifests, and what a crash left.

Readers read the pointer and open a file below the release it names. A release is a folder that nobody writes in again; the
pointer is replaced in one step, so that a reader has the old release or the new one. Who has a file open keeps it.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import DamagedError
from pipelines.releases.memory import digest_of, release_number
from pipelines.storage.atomic import make_folder, sync_folder, write_json, write_text
from pipelines.storage.ledger import Ledger

POINTER, MANIFEST = "current", "manifest.json"
RELEASE = "release"
"""What a release's entry in the ledger is called."""
FILE_SUFFIX = ".duckdb"
_ID = re.compile(r"\d{4}-\d\d-\d\d-\d{4,}")
NameOf = Callable[[str], str]
"""From a partner's id to the name of its file, which says nothing: a keyed digest."""


@dataclass(frozen=True)
class Manifest:
    """What a release is; no partner is named in it. Digests are SHA-256 as hex."""

    release: str
    number: int
    previous: str | None
    published_at: str
    policy_version: str
    policy_digest: str
    layout: str
    """Digest of the tables, columns and types in the files."""
    periods: dict[str, list[str]]
    """What closed with this release, by kind."""
    newest: dict[str, str | None]
    inputs: dict[str, str]
    """Digest of the rows read of each mart."""
    gate: dict[str, Any]
    cells: dict[str, dict[str, int]]
    """By table: rows shown, and hidden by reason."""
    restated: int
    left: int
    """Closed units with late lines or erasures that were not restated."""
    linked: int
    memory_sha256: str
    files: dict[str, str] = field(default_factory=dict)

    def periods_known(self, kind: str) -> list[str]:
        """Return the newest period of a kind, if any: what a later one is newer than."""
        newest = self.newest.get(kind)
        return [newest] if newest else []

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return asdict(self)


class Published:
    """The releases below `folder`."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read."""
        self.folder = folder

    def current(self) -> str | None:
        """Return the id of the current release, None before the first. Raises DamagedError for a pointer that names none."""
        path = self.folder / POINTER
        if not path.exists():
            return None
        release = path.read_text(encoding="utf-8").strip()
        release_number(release)
        return release

    def releases(self) -> list[str]:
        """Return the ids of the releases that are there, in order; a folder with another name is none."""
        if not self.folder.is_dir():
            return []
        found = [path.name for path in self.folder.iterdir() if path.is_dir() and _ID.fullmatch(path.name)]
        return sorted(found, key=release_number)

    def manifest(self, release: str) -> Manifest:
        """Return the manifest of a release. Raises DamagedError when it cannot be read."""
        try:
            return Manifest(**json.loads((self.folder / release / MANIFEST).read_bytes()))
        except (OSError, ValueError, TypeError):
            raise DamagedError(f"release {release} has no manifest that can be read") from None

    def file_of(self, name: str, release: str | None = None) -> Path | None:
        """Return the path of a partner's file, by its name, in a release (the current one); None when there is none."""
        chosen = release or self.current()
        path = None if chosen is None else self.folder / chosen / f"{name}{FILE_SUFFIX}"
        return path if path is not None and path.exists() else None

    def manifest_digest(self, release: str) -> str:
        """Return the digest of a manifest's bytes."""
        return digest_of(self.folder / release / MANIFEST)

    def settle(self) -> int:
        """Remove releases that never became current, left by a crash, and return how many."""
        current = self.current()
        number = release_number(current) if current else 0
        late = [release for release in self.releases() if release_number(release) > number]
        for release in late:
            self.remove(release)
        return len(late)

    def put(self, staged: Path, release: str) -> None:
        """Give the finished folder `staged` its place; it is not current yet."""
        make_folder(self.folder)
        sync_folder(staged)
        staged.rename(self.folder / release)
        sync_folder(self.folder)

    def point_to(self, release: str) -> None:
        """Make a release the current one, in one step."""
        write_text(self.folder / POINTER, f"{release}\n")

    def remove(self, release: str) -> None:
        """Remove a release that is not current: its manifest last. Raises DamagedError for the current one."""
        if release == self.current():
            raise DamagedError("the current release is not removed")
        folder = self.folder / release
        for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST):
            path.unlink()
        folder.rmdir()
        sync_folder(self.folder)

    def verify(self, release: str) -> int:
        """Return how many files a release has, each as its manifest says. Raises DamagedError for the first that is not."""
        manifest = self.manifest(release)
        for name, digest in manifest.files.items():
            path = self.folder / release / f"{name}{FILE_SUFFIX}"
            if not path.exists() or digest_of(path) != digest:
                raise DamagedError(f"a file of release {release} is not what was published")
        return len(manifest.files)


def enter(ledger: Ledger, published: Published, release: str) -> None:
    """Enter a release in the ledger: id, digests, counts and the gate's word; no value, no name of a file."""
    manifest = published.manifest(release)
    body = {name: value for name, value in manifest.to_body().items() if name != "files"}
    body |= {"files": len(manifest.files), "manifest_sha256": published.manifest_digest(release)}
    ledger.append(RELEASE, body, datetime.fromisoformat(manifest.published_at))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest into the folder of a release that is being made."""
    write_json(folder / MANIFEST, manifest.to_body())


def moment(at: datetime) -> str:
    """Return an instant as a manifest has it: ISO 8601, to the second."""
    return at.isoformat(timespec="seconds")


def begin_folder(staging: Path, release: str) -> Path:
    """Return a new empty folder to make a release in; what a crash left there goes."""
    shutil.rmtree(staging / "release", ignore_errors=True)
    return make_folder(staging / "release" / release)
