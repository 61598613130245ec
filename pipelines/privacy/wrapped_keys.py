"""Wrapped keys on disk: one JSON file each, and a register of what was made and destroyed.

The register, a ledger of names without secrets, is what tells a key that vanished from one that never was. A key's file
is written before its entry, and a destruction's entry before the file is removed: after a crash `settle` goes on from
there, and it also destroys again what a restored backup brought back.
"""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.privacy.master_key import MasterKey
from pipelines.storage.atomic import remove, sweep_staging, write_json
from pipelines.storage.keys import KeyKind
from pipelines.storage.ledger import Ledger

MADE, DESTROYED = "key_made", "key_destroyed"
ROOT = "root"
"""Kind of the pseudonyms' root key; the other kinds are those of data keys."""


@dataclass(frozen=True)
class WrappedKey:
    """A key's file, read: its kind (a data key's, or `root`), when it was made, and the wrapped key."""

    name: str
    kind: str
    made_at: datetime
    wrapped: bytes


class WrappedKeys:
    """The wrapped keys and their register in `folder`; whoever changes them holds the keyring's lock."""

    def __init__(self, folder: Path, master: MasterKey) -> None:
        """Name the folder and the master key the keys are wrapped under."""
        self._folder, self._master = folder, master
        self.register = Ledger(folder / "register.jsonl")

    def states(self) -> dict[str, str]:
        """Return what the register says of each name: `key_made` or `key_destroyed`."""
        return {entry.body["name"]: entry.kind for entry in self.register.entries()}

    def settle(self, now: datetime) -> None:
        """Finish what a crash left half done. Raises KeyMissingError when a key is gone that was not destroyed."""
        # A half-written key opens data too: it must not outlive the key's destruction.
        sweep_staging(self._folder)
        states, on_disk = self.states(), set(self._names_on_disk())
        for name in sorted(on_disk - states.keys()):
            self.register.append(MADE, {"name": name}, now)
        for name in sorted(on_disk):
            if states.get(name) == DESTROYED:
                self._erase(name)
        vanished = sorted(name for name, state in states.items() if state == MADE and name not in on_disk)
        if vanished:
            raise KeyMissingError(f"{len(vanished)} wrapped keys are gone from the keyring, the first is {vanished[0]}")

    def make(self, name: str, kind: KeyKind | str, secret: bytes, now: datetime) -> None:
        """Wrap `secret`, write it, enter it in the register. The name must be new."""
        wrapped = base64.b64encode(self._master.wrap(name, secret)).decode("ascii")
        document = {"format": 1, "name": name, "kind": kind, "made_at": now.isoformat(), "wrapped": wrapped}
        write_json(self._path(name), document)
        self.register.append(MADE, {"name": name}, now)

    def exists(self, name: str) -> bool:
        """Say whether there is a file for `name`, whatever the register says."""
        return self._path(name).is_file()

    def read(self, name: str) -> WrappedKey:
        """Read a key's file. Raises KeyMissingError when there is none, DamagedError when it was changed."""
        path = self._path(name)
        if not path.is_file():
            raise KeyMissingError(f"there is no key {name}")
        try:
            document = json.loads(path.read_bytes())
            made_at = datetime.fromisoformat(document["made_at"])
            key = WrappedKey(document["name"], document["kind"], made_at, base64.b64decode(document["wrapped"]))
        except (ValueError, KeyError, TypeError):
            raise DamagedError(f"the file of key {name} is not readable") from None
        if key.name != name:
            raise DamagedError(f"the file of key {name} holds another key")
        return key

    def secret(self, key: WrappedKey) -> bytes:
        """Unwrap a key. Raises DamagedError when it does not open under the master key and its name."""
        return self._master.unwrap(key.name, key.wrapped)

    def destroy(self, name: str, now: datetime) -> None:
        """Enter the destruction in the register, then overwrite and remove the key's file."""
        self.register.append(DESTROYED, {"name": name}, now)
        self._erase(name)

    def _names_on_disk(self) -> Iterator[str]:
        return (path.stem for path in self._folder.glob("data/*/*.json") if not path.name.startswith("."))

    def _erase(self, name: str) -> None:
        path = self._path(name)
        if path.is_file():
            with path.open("r+b") as file:
                file.write(b"\0" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            remove(path)

    def _path(self, name: str) -> Path:
        return self._folder / "data" / name.partition(".")[0] / f"{name}.json"
