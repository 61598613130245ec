"""Accounts at rest: one sealed file each, called by a keyed digest of its login, under a key that goes when the account ends."""

import json
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pipelines.accounts.account import Account, AccountRole, Offer, SecondFactor, login_name
from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.privacy.keyring import KeyInfo
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.storage.atomic import erase, write_bytes
from pipelines.storage.keys import DataKey, KeySource
from pipelines.storage.locks import locked
from pipelines.storage.sealing import seal, unseal

DATASET = "dashboard_accounts"
SUFFIX = ".age"
_DIGITS = 32
"""Of an account's digest: 128 bits, so that links and logs stay short."""


class AccountKeys(KeySource, Protocol):
    """A key source that also destroys and lists keys."""

    def destroy(self, name: str) -> None:
        """Destroy a key."""
        ...

    def destroy_many(self, names: Collection[str]) -> int:
        """Destroy keys at once and return how many were still there."""
        ...

    def renew(self, former: str) -> DataKey:
        """Return the key that takes the place of a day's key."""
        ...

    def list(self) -> list[KeyInfo]:
        """Return what may be told of each key that is there."""
        ...

    def subject_key(self) -> bytes:
        """Return the root key of digests of people."""
        ...


class AccountStore:
    """The accounts in `folder`. Safe between processes."""

    def __init__(self, folder: Path, keys: AccountKeys) -> None:
        """Name the folder; it is made by the first account."""
        self.folder, self._keys = folder, keys
        self._digests = Pseudonymiser(keys.subject_key())

    def id_of(self, login: str) -> str:
        """Return the digest that names the account of a login, whether there is one or not."""
        return self._digests.pseudonyms(Purpose.DASHBOARD_ACCOUNT, [f"login:{login}"])[0][:_DIGITS]

    def find(self, text: str) -> Account | None:
        """Return the account of a login as somebody typed it, None when there is none."""
        try:
            return self.get(self.id_of(login_name(text)))
        except UsageError:
            return None

    def get(self, account_id: str) -> Account | None:
        """Return an account by its id, None when there is none. Raises DamagedError for one that cannot be read."""
        content = self._content(account_id)
        try:
            return None if content is None else self._opened(account_id, content)
        except DamagedError:
            again = self._content(account_id)
            if again == content:
                raise
            return None if again is None else self._opened(account_id, again)  # it was written anew meanwhile

    def all(self) -> list[Account]:
        """Return every account, in order of login."""
        found = (self.get(path.stem) for path in sorted(self.folder.glob(f"[0-9a-f]*{SUFFIX}")))
        return sorted((account for account in found if account is not None), key=lambda account: account.login)

    def add(self, account: Account) -> Account:
        """Keep a new account under a key of its own. Raises UsageError when its login is taken."""
        with self._lock():
            if self.path_of(account.account_id).exists():
                raise UsageError("there is an account with this login")
            self._write(account, self._keys.fresh_key(DATASET, seoul_day(account.added_at)))
            return account

    def save(self, account: Account) -> Account:
        """Write an account in the former's place as a whole; see `change` for a part. Raises UsageError when it ended."""
        return self.change(account.account_id, lambda _: account)

    def change(self, account_id: str, changed: Callable[[Account], Account]) -> Account:
        """Write what `changed` makes of an account as it is now: nothing another process wrote meanwhile is lost.

        Raises UsageError when it ended meanwhile, and whatever `changed` raises; then nothing is written.
        """
        with self._lock():
            present = self.get(account_id)
            if present is None:
                raise UsageError("the account has ended")
            account = changed(present)
            self._write(account, self._key(self._key_name(account_id)))
            return account

    def end(self, account_id: str) -> bool:
        """Destroy an account, its key first; return whether it was there."""
        with self._lock():
            if not self.path_of(account_id).exists():
                return False
            self._keys.destroy(self._key_name(account_id).decode("ascii", "replace"))
            erase(self.path_of(account_id))
            return True

    def seal_anew(self) -> int:
        """Write every account anew under a new key and destroy the former ones, all at once; return how many accounts there are.

        Died in between, an account opens under the key that its file names, and `settle` destroys the other.
        """
        with self._lock():
            for path in self.paths():
                account = self.get(path.stem)
                if account is not None:
                    self._write(account, self._keys.fresh_key(DATASET, seoul_day(account.added_at)))
            in_use = {self._key_name(path.stem).decode("ascii", "replace") for path in self.paths()}
            live = {info.name for info in self._keys.list() if info.dataset == DATASET}
            self._keys.destroy_many(live - in_use)
            return len(in_use)

    def settle(self) -> int:
        """Finish what a crash cut short: a file whose key is gone, a key that opens none. Return how many files went."""
        with self._lock():
            live = {info.name for info in self._keys.list() if info.dataset == DATASET}
            named = {path: path.read_bytes().partition(b"\n")[0].decode("ascii", "replace") for path in self.paths()}
            gone = [path for path, name in named.items() if name not in live]
            for path in gone:
                erase(path)
            for name in sorted(live - set(named.values())):
                self._keys.destroy(name)
            return len(gone)

    def paths(self) -> list[Path]:
        """Return the files of accounts."""
        return sorted(self.folder.glob(f"[0-9a-f]*{SUFFIX}"))

    def _content(self, account_id: str) -> bytes | None:
        try:
            return self.path_of(account_id).read_bytes()
        except FileNotFoundError:
            return None

    def _opened(self, account_id: str, content: bytes) -> Account:
        name, _, sealed = content.partition(b"\n")
        document = json.loads(unseal(sealed, self._key(name), "an account"))
        if document["account_id"] != account_id:
            raise DamagedError("an account's file is not its own")
        return _parsed(document)

    def _write(self, account: Account, key: DataKey) -> None:
        body = json.dumps(asdict(account), default=_text).encode()
        write_bytes(self.path_of(account.account_id), key.name.encode() + b"\n" + seal(body, key))

    def _key_name(self, account_id: str) -> bytes:
        try:
            return self.path_of(account_id).read_bytes().partition(b"\n")[0]
        except FileNotFoundError:
            raise UsageError("the account has ended") from None

    def _key(self, name: bytes) -> DataKey:
        try:
            return self._keys.get(name.decode("ascii"))
        except (UnicodeDecodeError, KeyMissingError):
            raise DamagedError("an account's file names no key that is there") from None

    def path_of(self, account_id: str) -> Path:
        """Return where an account lies, or would. Raises ValueError for what is no id: it becomes part of a path."""
        if len(account_id) != _DIGITS or not set(account_id) <= set("0123456789abcdef"):
            raise ValueError("not the id of an account")
        return self.folder / f"{account_id}{SUFFIX}"

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self.folder / ".lock")


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError


def _parsed(document: dict[str, Any]) -> Account:
    instants = {
        name: datetime.fromisoformat(value)
        for name in ("added_at", "link_expires_at", "disabled_at")
        if (value := document[name])
    }
    expires_on = date.fromisoformat(document["expires_on"]) if document["expires_on"] else None
    factors = {"second_factor": _factor(document.get("second_factor")), "offer": _offer(document.get("offer"))}
    return Account(
        **{**document, **instants, **factors, "expires_on": expires_on, "role": AccountRole(document["role"])}
    )


def _factor(document: dict[str, Any] | None) -> SecondFactor | None:
    """Return a second factor as it is kept; accounts from before there was one have none."""
    if document is None:
        return None
    since, digests = datetime.fromisoformat(document["since"]), tuple(document["recovery_digests"])
    return SecondFactor(document["secret"], since, digests)


def _offer(document: dict[str, Any] | None) -> Offer | None:
    if document is None:
        return None
    return Offer(document["secret"], datetime.fromisoformat(document["made_at"]), document["bound_to"])
