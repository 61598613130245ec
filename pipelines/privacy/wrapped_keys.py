"""Wrapped keys on disk: one file for all that one master key wraps, a line of JSON for each key.

The file's name is the master key's fingerprint. A new key is appended; what a crash left of a line is cut off. When keys are
destroyed, a new file without them is written under the next master key, and the former is overwritten and removed.
"""

import base64
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.errors import DamagedError
from pipelines.privacy.master_key import MasterKey
from pipelines.storage.atomic import OWNER_ONLY, make_folder, sync_folder, write_bytes

SUFFIX = ".jsonl"


@dataclass(frozen=True)
class WrappedKey:
    """A wrapped key: its kind (a data key's, or `root`), when it was made, and what the master key made of it."""

    name: str
    kind: str
    made_at: datetime
    wrapped: bytes


@dataclass(frozen=True)
class KeyToWrap:
    """A key in the clear, on its way into a file. Its secret is never shown."""

    name: str
    kind: str
    made_at: datetime
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class _Content:
    """What was read: the keys by name, the bytes of whole lines, and by which file that is known."""

    keys: Mapping[str, WrappedKey]
    intact_bytes: int
    seen: tuple[int, int, int] | None


class WrappedKeys:
    """The keys that `master` wraps, in a file of `folder`; whoever touches it holds the keyring's lock."""

    def __init__(self, folder: Path, master: MasterKey) -> None:
        """Name the file; it is made by the first key."""
        self.path = folder / f"{master.fingerprint}{SUFFIX}"
        self.master = master
        self._content = _Content({}, 0, None)

    @property
    def keys(self) -> Mapping[str, WrappedKey]:
        """The keys by name. Raises DamagedError for a line that is none."""
        seen = _seen(self.path)
        if seen != self._content.seen:
            self._content = _read(self.path, seen)
        return self._content.keys

    def add(self, key: KeyToWrap) -> None:
        """Append a key, on the disk when this returns."""
        self.keys  # noqa: B018 -- reads how far the lines are whole
        make_folder(self.path.parent)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.truncate(self._content.intact_bytes)
            file.seek(self._content.intact_bytes)
            file.write(self._line(key))
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.path.parent)

    def write(self, keys: Iterable[KeyToWrap]) -> None:
        """Write the file anew with `keys`, on the disk when this returns, and read every one back.

        Raises DamagedError when one does not read back.
        """
        given = list(keys)
        write_bytes(self.path, b"".join(self._line(key) for key in given))
        stored = self.keys
        if any(self.secret(stored[key.name]) != key.secret for key in given):
            raise DamagedError(f"the keys written to {self.path.name} do not read back")

    def secret(self, key: WrappedKey) -> bytes:
        """Unwrap a key. Raises DamagedError when it does not open under the master key and its name."""
        return self.master.unwrap(key.name, key.wrapped)

    def _line(self, key: KeyToWrap) -> bytes:
        wrapped = base64.b64encode(self.master.wrap(key.name, key.secret)).decode("ascii")
        document = {"name": key.name, "kind": key.kind, "made_at": key.made_at.isoformat(), "wrapped": wrapped}
        return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path, seen: tuple[int, int, int] | None) -> _Content:
    data = path.read_bytes() if seen is not None else b""
    *lines, torn = data.split(b"\n")
    keys: dict[str, WrappedKey] = {}
    for number, line in enumerate(lines, start=1):
        key = _parsed(line)
        if key is None or key.name in keys:
            raise DamagedError(f"{path.name}: line {number} is no wrapped key that was written")
        keys[key.name] = key
    return _Content(keys, len(data) - len(torn), seen)


def _parsed(line: bytes) -> WrappedKey | None:
    try:
        document = json.loads(line)
        made_at = datetime.fromisoformat(document["made_at"])
        wrapped = base64.b64decode(document["wrapped"], validate=True)
        return WrappedKey(str(document["name"]), str(document["kind"]), made_at, wrapped)
    except (ValueError, KeyError, TypeError):
        return None
