"""The vault: every delivered line, sealed, in segments of one dataset, source and Asia/Seoul day.

A segment is a file `<dataset>/<source>/<day>/<file digest>-<first byte>.age`: a line of JSON that says what it covers,
then the delivered bytes, sealed under the day's key. Its name follows from what it holds, so that an import that runs
again after a crash overwrites what it left.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.errors import DamagedError
from pipelines.storage.atomic import write_bytes
from pipelines.storage.keys import DataKey, KeySource, safe_name
from pipelines.storage.sealing import seal, unseal

Run = tuple[int, int]
"""A run of neighbouring lines of the delivered file: the first one's number, from 1, and how many."""


@dataclass(frozen=True)
class Segment:
    """Where a segment is and what it covers; goes into the ledger, holds nothing of a line's content."""

    path: str
    """Relative to the vault's folder, with `/`."""
    dataset: str
    source: str
    day: date
    first_line: int
    first_byte: int
    """Where the segment begins in the delivered file."""
    lines: int
    """How many lines begin in it: none when it is the rest of a line that began in another segment."""
    bytes: int
    """Delivered bytes, before compression."""
    stored_sha256: str
    """Digest of the sealed file."""
    key: str
    """Name of the data key."""

    def to_json(self) -> dict[str, Any]:
        """Return the segment as a JSON object; `from_json` reads it back."""
        return {**self.__dict__, "day": self.day.isoformat()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "Segment":
        """Read what `to_json` returned."""
        return cls(**{**document, "day": date.fromisoformat(document["day"])})


@dataclass(frozen=True)
class SegmentContent:
    """What a segment holds: the lines' places in the delivered file, and their bytes as delivered."""

    runs: tuple[Run, ...]
    raw: bytes


class Vault:
    """The vault in `folder`, sealed with keys of `keys`."""

    def __init__(self, folder: Path, keys: KeySource) -> None:
        """Name the folder; it is made by the first write."""
        self.folder, self._keys = folder, keys

    def write_segment(
        self,
        dataset: str,
        source: str,
        day: date,
        *,
        file_sha256: str,
        first_byte: int,
        runs: Sequence[Run],
        raw: bytes,
        continues: bool = False,
    ) -> Segment:
        """Seal the lines `runs` of the file with content digest `file_sha256`, whose bytes are `raw`, from `first_byte` on.

        `continues` says that they are the rest of one line that began in another segment. On the disk when this returns. Raises
        ValueError for a source or dataset that is no safe name, and for runs that are empty or unordered; KeyMissingError when
        the day's key is gone.
        """
        folder = f"{safe_name(dataset, 'dataset')}/{safe_name(source, 'source')}/{day.isoformat()}"
        path = f"{folder}/{_digest_prefix(file_sha256)}-{first_byte:015d}.age"
        _check_runs(runs)
        key = self._keys.data_key(dataset, day)
        lines = 0 if continues else sum(count for _, count in runs)
        segment = Segment(path, dataset, source, day, runs[0][0], first_byte, lines, len(raw), "", key.name)
        return self._seal(segment, file_sha256, SegmentContent(tuple(runs), raw), key)

    def write_anew(self, segment: Segment, content: SegmentContent, key: DataKey) -> Segment:
        """Seal `content`, what is left of `segment` or all of it, under another key, in a file of its own beside the former.

        The file's name follows from the former's and the key's, so that a crashed call overwrites what it left. The former file
        stays. Raises ValueError as `write_segment`, DamagedError when the former cannot be read.
        """
        _check_runs(content.runs)
        file_sha256 = str(self._opened(segment)[0]["file_sha256"])
        stem = f"{_digest_prefix(file_sha256)}-{segment.first_byte:015d}"
        mark = hashlib.sha256(f"{segment.path} {key.name}".encode()).hexdigest()[:8]
        lines = sum(count for _, count in content.runs) if segment.lines else 0
        path = f"{segment.path.rpartition('/')[0]}/{stem}.{mark}.age"
        first_line, size = content.runs[0][0], len(content.raw)
        moved = replace(segment, path=path, first_line=first_line, lines=lines, bytes=size, key=key.name)
        return self._seal(moved, file_sha256, content, key)

    def read_segment(self, segment: Segment) -> SegmentContent:
        """Return what `segment` holds. Raises DamagedError when the file is gone, changed or another one."""
        header, raw = self._opened(segment)
        return SegmentContent(tuple((first, count) for first, count in header["runs"]), raw)

    def _seal(self, segment: Segment, file_sha256: str, content: SegmentContent, key: DataKey) -> Segment:
        header = {**_coverage(segment), "file_sha256": file_sha256, "runs": [list(run) for run in content.runs]}
        sealed = seal(json.dumps(header, separators=(",", ":")).encode() + b"\n" + content.raw, key)
        write_bytes(self.folder / segment.path, sealed)
        return replace(segment, stored_sha256=hashlib.sha256(sealed).hexdigest())

    def _opened(self, segment: Segment) -> tuple[dict[str, Any], bytes]:
        path = self.folder / segment.path
        if not path.is_file():
            raise DamagedError(f"vault segment {segment.path} is gone")
        sealed = path.read_bytes()
        if hashlib.sha256(sealed).hexdigest() != segment.stored_sha256:
            raise DamagedError(f"vault segment {segment.path} is not the file that was written")
        what = f"vault segment {segment.path}"
        start, _, raw = unseal(sealed, self._keys.get(segment.key), what).partition(b"\n")
        header = _header(start, what)
        if not header.items() >= _coverage(segment).items() or len(raw) != segment.bytes:
            raise DamagedError(f"{what} holds other lines than it should")
        return header, raw

    def orphans(self, referenced: Iterable[str]) -> list[Path]:
        """Return the vault's files whose relative path is not in `referenced` (what crashed imports left), sorted."""
        known = {self.folder / path for path in referenced}
        return sorted(path for path in self.folder.rglob("*") if path.is_file() and path not in known)


def _coverage(segment: Segment) -> dict[str, Any]:
    """Return what the sealed header must say for a file to be the segment asked for."""
    facts = segment.to_json()
    return {name: facts[name] for name in ("dataset", "source", "day", "first_line", "first_byte", "lines", "bytes")}


def _header(line: bytes, what: str) -> dict[str, Any]:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise DamagedError(f"{what} does not begin with a header")
    return header


def _digest_prefix(file_sha256: str) -> str:
    if len(file_sha256) != 64 or set(file_sha256) - set("0123456789abcdef"):
        raise ValueError("file_sha256 is not 64 lower-case hexadecimal digits")
    return file_sha256[:16]


def _check_runs(runs: Sequence[Run]) -> None:
    end = 0
    for first, count in runs:
        if first <= end or count < 1:
            raise ValueError("runs of lines must be in order, apart and not empty")
        end = first + count - 1
    if not runs:
        raise ValueError("a segment holds at least one run of lines")
