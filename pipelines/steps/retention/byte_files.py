"""The files that are read for the byte proof: everything below the home (Dagster's home included) and the keyring's folder."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.clock import parse_instant
from pipelines.retention.digests import Digester
from pipelines.storage.atomic import write_json

FILE_NAME = "verified.json"
Stamp = tuple[int, int, int, int]
"""Of a file: bytes, time of its last change of content and of state in ns, and its number in the file system."""


@dataclass(frozen=True)
class Found:
    """A file: where it is, what it is called in reports, and its stamp; `link` is what a symbolic link says instead."""

    path: Path
    place: str
    stamp: Stamp
    link: str | None = None


def files_below(roots: dict[str, Path]) -> Iterator[Found]:
    """Yield every file below `roots` once, by place: its path from the root, with the root's name (if any) before it.

    Links are not followed: what one says is read in place of what it leads to. Raises OSError for a folder that cannot be listed.
    """
    for name, root in sorted(roots.items()):
        for path in sorted(_below(root)):
            place = "/".join(filter(None, (name, path.relative_to(root).as_posix())))
            try:
                stat = path.lstat()
            except FileNotFoundError:
                continue
            stamp = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)
            yield Found(path, place, stamp, str(path.readlink()) if path.is_symlink() else None)


def _below(root: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(root, onerror=_raised):
        links = [name for name in inner if (Path(folder) / name).is_symlink()]
        yield from (Path(folder) / name for name in (*names, *links))


def _raised(cause: OSError) -> None:
    raise cause


class Remembered:
    """Which files were read in full and held nothing, kept in `ledger/verified.json` under keyed digests of their places."""

    def __init__(self, folder: Path, digester: Digester) -> None:
        """Read the file; what cannot be read counts as nothing remembered: everything is read again."""
        self._path, self._digester = folder / FILE_NAME, digester
        try:
            document = json.loads(self._path.read_bytes())
            self.everything_at = parse_instant(document["everything_at"]) if document["everything_at"] else None
            self._stamps = {name: tuple(stamp) for name, stamp in document["files"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            self.everything_at, self._stamps = None, {}

    def has(self, found: Found) -> bool:
        """Whether the file is as it was when it was read."""
        return self._stamps.get(self._name(found)) == found.stamp

    def save(self, clean: list[Found], everything_at: str | None) -> None:
        """Remember `clean`, those and no others, and when everything was last read."""
        files = {self._name(found): list(found.stamp) for found in clean}
        write_json(self._path, {"format": 1, "everything_at": everything_at, "files": files})

    def _name(self, found: Found) -> str:
        return self._digester.digest(found.place.encode(errors="surrogateescape")).hex()
