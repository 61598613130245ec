"""Copies of holds beside the keys, outside the home: a home restored from a backup meets the holds that were added since.

Each is a JSON file named after the hold, with what the chain says of it and the sealed order as it lies in the home. It opens
only with the keyring, and goes with the hold's keys. `making.json` says that keys are being made for a hold that has no copy yet.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import DamagedError
from pipelines.storage.atomic import remove, write_json

FOLDER = "holds"


@dataclass(frozen=True)
class Copy:
    """What the chain says of a hold, and its sealed bytes."""

    facts: dict[str, Any]
    sealed: bytes


class HoldCopies:
    """The copies in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made by the first hold."""
        self._folder = folder
        self._making = folder / "making.json"

    def begin(self) -> None:
        """Say that keys are about to be made: those that a crash leaves without a copy open nothing."""
        write_json(self._making, {"format": 1})

    @property
    def is_making(self) -> bool:
        """Whether a crash may have left keys that no hold was made with."""
        return self._making.exists()

    def end(self) -> None:
        """Say that no keys are being made."""
        if self._making.exists():
            remove(self._making)

    def put(self, copy: Copy) -> None:
        """Keep a copy in place of the hold's former one, on the disk when this returns."""
        sealed = base64.b64encode(copy.sealed).decode()
        write_json(self._path(copy.facts["hold"]), {"format": 1, "facts": copy.facts, "sealed": sealed})

    def forget(self, hold_id: str) -> None:
        """Remove a copy; one that is gone stays so."""
        if self._path(hold_id).exists():
            remove(self._path(hold_id))

    def all(self) -> Iterator[Copy]:
        """Yield the copies. Raises DamagedError for one that is none: nobody could say then what is held."""
        for path in sorted(self._folder.glob("*.json")):
            if path == self._making:
                continue
            try:
                document = json.loads(path.read_bytes())
                yield Copy(dict(document["facts"]), base64.b64decode(document["sealed"]))
            except (ValueError, KeyError, TypeError):
                raise DamagedError(f"keys/{FOLDER}/{path.name}: not the copy of a hold") from None

    def _path(self, hold_id: str) -> Path:
        return self._folder / f"{hold_id}.json"
