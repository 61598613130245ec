"""What the gate remembers of every cell ever published, and of which periods: one file of cells and one of facts a release.

A shown cell keeps its value as it was published, a restated one each of its values. A hidden one keeps no value: only how
wide an adversary's interval of it has to stay, in coarse steps, and whether it rests on k people. So no small cell outlives
its events. A release counts once the pointer names it or a later one; what a crash left of others is removed.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import DamagedError
from pipelines.releases.closing import KINDS
from pipelines.storage.atomic import make_folder, remove, replace, staging_path, write_json
from pipelines.storage.engine import quoted

KEY = (
    ("partner", pa.string()),
    ("tbl", pa.string()),
    ("kind", pa.string()),
    ("period", pa.date32()),
    ("value", pa.string()),
)
"""What a row is: partner, table, kind and first day of its period, and its dimensions in one text."""
STATE = (
    ("grp", pa.string()), ("release", pa.int32()), ("is_hidden", pa.bool_()), ("rests_on_k", pa.bool_()),
    ("persons", pa.int64()), ("reason", pa.string()),
)  # fmt: skip
"""What became of it; `reason` says why a row is hidden, for analysts."""
KNOWN_EMPTY = -1
"""The width of a hidden measure of which it was known that there is none: nothing was kept, so nothing can be lost."""
_NUMBER = 4


def width_column(measure: str) -> str:
    """Return the column that holds how wide the interval of a hidden measure has to stay."""
    return f"width_{measure}"


def schema(measures: Sequence[str]) -> pa.Schema:
    """Return the columns of a file of cells for these measures."""
    values = [(measure, pa.int64()) for measure in measures]
    widths = [(width_column(measure), pa.int64()) for measure in measures]
    return pa.schema([*KEY, *STATE, *values, *widths])


def release_number(release: str) -> int:
    """Return the running number in a release's id (`<day>-<number>`). Raises DamagedError for anything else."""
    day, _, number = release.rpartition("-")
    if len(day) != len("2026-11-22") or len(number) < _NUMBER or not number.isdecimal():
        raise DamagedError("the pointer to the current release names none")
    return int(number)


def release_id(day: date, number: int) -> str:
    """Return the id of a release: the Asia/Seoul day it was made on, and its running number from 1."""
    return f"{day.isoformat()}-{number:0{_NUMBER}d}"


@dataclass(frozen=True)
class Facts:
    """What a release published: periods by kind, and from what each day was built (digests, by ISO day) when it was looked at."""

    release: str
    cells_sha256: str
    periods: dict[str, list[str]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    partners: int = 0


class Memory:
    """The gate's memory in `folder`, up to the release `current` (None: nothing was ever published)."""

    def __init__(self, folder: Path, current: str | None) -> None:
        """Name the folder; nothing is read."""
        self.folder, self.current = folder, current

    def settle(self) -> int:
        """Remove what a crash left of releases that never came out, and return how many files."""
        number = release_number(self.current) if self.current else 0
        late = [path for path in self._files() if release_number(path.stem) > number]
        for path in late:
            remove(path)
        return len(late)

    @cached_property
    def facts(self) -> list[Facts]:
        """Return the facts of every release, in order. Raises DamagedError when one is missing or not what was written."""
        found = [self._read(path) for path in sorted(self._files(), key=_number_of) if path.suffix == ".json"]
        expected = release_number(self.current) if self.current else 0
        numbers = [release_number(facts.release) for facts in found]
        if numbers != list(range(1, expected + 1)) or (found and found[-1].release != self.current):
            raise DamagedError("the gate's memory lacks a release; restore it from the home's backup")
        return found

    def published(self) -> dict[str, set[date]]:
        """Return the periods that were ever published, by kind."""
        known: dict[str, set[date]] = {kind: set() for kind in KINDS}
        for facts in self.facts:
            for kind, days in facts.periods.items():
                known[kind] |= {date.fromisoformat(day) for day in days}
        return known

    def inputs(self) -> dict[date, str]:
        """Return from what each published day was built when a release last looked at it."""
        return {date.fromisoformat(day): digest for facts in self.facts for day, digest in facts.inputs.items()}

    def scan(self, measures: Sequence[str]) -> str:
        """Return the SQL of all cells ever published, with the columns of `schema(measures)`."""
        files = [self._cells(facts.release) for facts in self.facts]
        empty = ", ".join(f"NULL::{_sql_type(one.type)} AS {one.name}" for one in schema(measures))
        nothing = f"SELECT {empty} WHERE false"
        if not files:
            return nothing
        listed = ", ".join(quoted(str(path)) for path in files)
        columns = ", ".join(one.name for one in schema(measures))
        return (
            f"SELECT {columns} FROM (SELECT * FROM read_parquet([{listed}], union_by_name = true, hive_partitioning = false) "  # noqa: S608
            f"UNION ALL BY NAME {nothing})"
        )

    def write(self, facts: Facts, cells: pa.Table) -> Facts:
        """Write a release's cells and facts, cells first; return the facts with the digest of the cells' file."""
        make_folder(self.folder)
        target = self._cells(facts.release)
        staged = staging_path(target)
        try:
            pq.write_table(cells, staged, compression="zstd")
            staged.chmod(0o600)
            replace(staged, target)
        finally:
            staged.unlink(missing_ok=True)
        complete = Facts(**{**asdict(facts), "cells_sha256": digest_of(target)})
        write_json(self.folder / f"{facts.release}.json", asdict(complete))
        return complete

    def verify(self) -> None:
        """Raise DamagedError when a file of cells is not the one that its release wrote."""
        for facts in self.facts:
            path = self._cells(facts.release)
            if not path.exists() or digest_of(path) != facts.cells_sha256:
                raise DamagedError(f"the gate's memory of release {facts.release} is not what was written")

    def _cells(self, release: str) -> Path:
        return self.folder / f"{release}.parquet"

    def _files(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (
                path for path in self.folder.iterdir() if path.suffix in {".parquet", ".json"} and path.stem[0] != "."
            )

    def _read(self, path: Path) -> Facts:
        try:
            document: dict[str, Any] = json.loads(path.read_bytes())
            return Facts(**document)
        except (OSError, ValueError, TypeError):
            raise DamagedError(f"the gate's memory of release {path.stem} cannot be read") from None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def coarse(width: int, threshold: int) -> int:
    """Return the greatest step of k, 2k, 5k, 10k, ... that is no more than `width`, or a width below k as it is.

    Steps are rounded down: what a later release may narrow a hidden cell down to is never asked for more strictly than when it
    was published.
    """
    step = threshold
    if width < threshold:
        return width
    while True:
        for factor in (2, 5, 10):
            if step * factor > width:
                return {2: step, 5: step * 2, 10: step * 5}[factor]
        step *= 10


def _number_of(path: Path) -> int:
    return release_number(path.stem)


def _sql_type(kind: pa.DataType) -> str:
    return {
        pa.string(): "VARCHAR",
        pa.date32(): "DATE",
        pa.int64(): "BIGINT",
        pa.int32(): "INTEGER",
        pa.bool_(): "BOOLEAN",
    }[kind]
