"""What storage knows of keys: a data key, and where to ask for one."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NoReturn, Protocol

KeyKind = Literal["age", "aes256"]
"""`age`: an age X25519 identity, for files sealed whole; `aes256`: 32 bytes, for encrypted Parquet."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class DataKey:
    """The key of one dataset's files of one day. Its secret is never shown, and it cannot be pickled."""

    name: str
    dataset: str
    day: date | None
    destroy_by: date | None
    """The last day by which the key is to be destroyed; None when the period is open."""
    kind: KeyKind
    secret: bytes = field(repr=False)
    """`age`: the identity's text (`AGE-SECRET-KEY-1...`) as ASCII; `aes256`: the 32 bytes."""

    def __reduce__(self) -> NoReturn:
        """Refuse: a pickled key would be a second copy that no destruction reaches."""
        raise TypeError("a data key is not pickled")


class KeySource(Protocol):
    """Gives data keys; the keyring does, and tests may."""

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the key of `dataset` on `day`, made on first use. KeyMissingError when it was there and is gone."""
        ...

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key of `dataset`, for a file written anew on `day` whose former key is then destroyed."""
        ...

    def get(self, name: str) -> DataKey:
        """Return the key called `name`. Raises KeyMissingError when there is none."""
        ...


def safe_name(text: str, what: str) -> str:
    """Return `text` if it may become part of a path (`[a-z0-9][a-z0-9_-]*`). Raises ValueError, naming `what`."""
    if not _NAME.fullmatch(text):
        raise ValueError(f"not a name for a {what}: only a-z, 0-9, _ and - are allowed")
    return text
