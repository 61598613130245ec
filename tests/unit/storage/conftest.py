"""Keys held in memory, for tests of what uses them."""

import secrets
from datetime import date

import pytest

from pipelines.errors import KeyMissingError
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity


class MemoryKeys:
    """A KeySource that keeps its keys in `made`; taking one out destroys it."""

    def __init__(self) -> None:
        """Begin without any key."""
        self.made: dict[str, DataKey] = {}

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the day's key."""
        return self.made.get(f"{dataset}.{day}") or self._make(f"{dataset}.{day}", dataset, day)

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key."""
        return self._make(f"{dataset}.{day}.g{secrets.token_hex(8)}", dataset, day)

    def get(self, name: str) -> DataKey:
        """Return a key that was made."""
        if name not in self.made:
            raise KeyMissingError(f"there is no key {name}")
        return self.made[name]

    def _make(self, name: str, dataset: str, day: date) -> DataKey:
        if dataset == "events":
            self.made[name] = DataKey(name, dataset, day, None, "aes256", secrets.token_bytes(32))
        else:
            self.made[name] = DataKey(name, dataset, day, None, "age", new_identity())
        return self.made[name]


@pytest.fixture
def keys() -> MemoryKeys:
    return MemoryKeys()
