"""The keyring at rest: its head, the register of what was made and destroyed, and the wrapped keys of the master key in use.

The head names the master key; renaming it into place is the moment at which survivors stand under the next one. The register,
a ledger of names without secrets, is what tells a key that vanished from one that never was. A key is written before its
entry, and a destruction's entry before the key goes: after a crash `settle` goes on from there.
"""

import json
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from pathlib import Path

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, KeyMissingError
from pipelines.privacy.master_key import MasterKeys
from pipelines.privacy.wrapped_keys import SUFFIX, KeyToWrap, WrappedKey, WrappedKeys
from pipelines.storage.atomic import erase, sweep_staging, write_json
from pipelines.storage.ledger import Ledger

MADE, DESTROYED, SUPERSEDED = "key_made", "key_destroyed", "key_superseded"
HEAD, REGISTER, FOLDER = "keyring.json", "register.jsonl", "wrapped"
REMAINS = (REGISTER, f"{REGISTER}.head", FOLDER)
"""What is there beside the head when a keyring ever began."""
_FORMAT = 2


class KeyStore:
    """The keyring's files in `folder`; whoever calls holds the keyring's lock."""

    def __init__(self, folder: Path, masters: MasterKeys) -> None:
        """Name the folder and where master keys come from; nothing is touched."""
        self._folder, self._masters = folder, masters
        self._register = Ledger(folder / REGISTER)
        self._known: WrappedKeys | None = None

    @property
    def fingerprint(self) -> str:
        """Which master key wraps the keys now."""
        return str(self._head()["master"])

    def begin(self, first_keys: Callable[[], Iterable[KeyToWrap]], now: datetime) -> None:
        """Begin an empty keyring with `first_keys`, or check that this is one and that its master key is there.

        Raises KeyMissingError when a part of it is gone or the master key is another one.
        """
        if not (self._folder / HEAD).exists():
            if any((self._folder / name).exists() for name in REMAINS):
                raise KeyMissingError(f"{HEAD} is gone, but there are wrapped keys")
            self._point(self._masters.first().fingerprint, has_begun=False)
        head = self._head()
        keys = self._wrapped()
        if head.get("has_begun"):
            if not self.states():
                raise KeyMissingError("the keyring's register is gone or empty")
            return
        for key in () if keys.keys else first_keys():
            keys.add(key)
        self._enter_made(now)
        self._point(self.fingerprint, has_begun=True)

    def settle(self, now: datetime) -> None:
        """Finish what a crash left half done. Raises KeyMissingError when a key is gone that was not destroyed."""
        # A half-written key opens data too: it must not outlive the key's destruction.
        sweep_staging(self._folder)
        on_disk, states = set(self._wrapped().keys), self.states()
        vanished = sorted(name for name, state in states.items() if state == MADE and name not in on_disk)
        if vanished:
            raise KeyMissingError(f"{len(vanished)} wrapped keys are gone from the keyring, the first is {vanished[0]}")
        self._masters.keep(self.fingerprint)
        self._erase_others()
        self._enter_made(now)
        if any(states.get(name) == DESTROYED for name in on_disk):
            self.wrap_again()

    def states(self) -> dict[str, str]:
        """Return what the register says of each name: `key_made` or `key_destroyed`."""
        return {
            name: entry.kind
            for entry in self._register.entries()
            if entry.kind in (MADE, DESTROYED)
            for name in entry.body["names"]
        }

    def superseded(self) -> dict[str, date]:
        """Return the Asia/Seoul day on which each key that is still there stopped being its file's, the first one."""
        days: dict[str, date] = {}
        for entry in self._register.entries(SUPERSEDED):
            for name in entry.body["names"]:
                days.setdefault(name, seoul_day(entry.at))
        states = self.states()
        return {name: day for name, day in days.items() if states.get(name) == MADE}

    def make(self, key: KeyToWrap) -> None:
        """Wrap a key, write it, enter it in the register. The name must be new."""
        self._wrapped().add(key)
        self._register.append(MADE, {"names": [key.name]}, key.made_at)

    def supersede(self, name: str, now: datetime) -> None:
        """Enter that a key stopped being its file's."""
        self._register.append(SUPERSEDED, {"names": [name]}, now)

    def read(self, name: str) -> WrappedKey:
        """Return a wrapped key. Raises KeyMissingError when there is none, DamagedError when the file was changed."""
        found = self._wrapped().keys.get(name)
        if found is None:
            raise KeyMissingError(f"there is no key {name}")
        return found

    def secret(self, key: WrappedKey) -> bytes:
        """Unwrap a key. Raises DamagedError when it does not open under the master key and its name."""
        return self._wrapped().secret(key)

    def destroy(self, names: Collection[str], now: datetime) -> None:
        """Enter the destruction in the register, all of it or nothing, then wrap the survivors again."""
        self._register.append(DESTROYED, {"names": sorted(names)}, now)
        self.wrap_again()

    def wrap_again(self) -> None:
        """Wrap every key that was not destroyed under the next master key, and destroy the former with all it wrapped."""
        former, states = self._wrapped(), self.states()
        survivors = [
            KeyToWrap(key.name, key.kind, key.made_at, former.secret(key))
            for key in former.keys.values()
            if states.get(key.name) != DESTROYED
        ]
        following = WrappedKeys(self._folder / FOLDER, self._masters.next())
        following.write(survivors)
        self._point(following.master.fingerprint, has_begun=True)
        self._known = following
        self._masters.keep(following.master.fingerprint)
        erase(former.path)

    def _enter_made(self, now: datetime) -> None:
        unknown = sorted(self._wrapped().keys.keys() - self.states().keys())
        if unknown:
            self._register.append(MADE, {"names": unknown}, now)

    def _erase_others(self) -> None:
        own = self._wrapped().path
        for path in (self._folder / FOLDER).glob(f"*{SUFFIX}"):
            if path != own:
                erase(path)

    def _wrapped(self) -> WrappedKeys:
        """Return the keys under the master key that the head names: another process may have replaced it."""
        fingerprint = self.fingerprint
        if self._known is None or self._known.master.fingerprint != fingerprint:
            self._known = WrappedKeys(self._folder / FOLDER, self._masters.find(fingerprint))
        return self._known

    def _head(self) -> dict[str, object]:
        try:
            head = json.loads((self._folder / HEAD).read_bytes())
        except FileNotFoundError:
            raise KeyMissingError(f"{HEAD} is gone from the keyring") from None
        except ValueError:
            head = None
        if not isinstance(head, dict) or not isinstance(head.get("master"), str):
            raise DamagedError(f"{self._folder / HEAD}: not a keyring's head")
        return head

    def _point(self, fingerprint: str, *, has_begun: bool) -> None:
        write_json(self._folder / HEAD, {"format": _FORMAT, "master": fingerprint, "has_begun": has_begun})
