"""A key source without a keyring, and the tables' specifications as the policy in the repository has them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError
from pipelines.policy import Policy, load_policy
from pipelines.registry.store import RegistryStore
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity


@dataclass
class FakeKeys:
    """Keys in memory."""

    keys: dict[str, DataKey] = field(default_factory=dict)

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the key of a day."""
        name = f"{dataset}.{day}"
        return self.keys.setdefault(name, DataKey(name, dataset, day, None, "age", new_identity()))

    def fresh_key(self, dataset: str, day: date) -> DataKey:
        """Return a new key."""
        name = f"{dataset}.{day}.{len(self.keys)}.{new_identity().decode()[-8:].lower()}"
        self.keys[name] = DataKey(name, dataset, day, None, "age", new_identity())
        return self.keys[name]

    def get(self, name: str) -> DataKey:
        """Return the key of that name."""
        if name not in self.keys:
            raise KeyMissingError(f"there is no key {name}")
        return self.keys[name]

    def list(self) -> list[DataKey]:
        """Return all keys."""
        return sorted(self.keys.values(), key=lambda key: key.name)

    def destroy(self, name: str) -> None:
        """Forget the key of that name."""
        self.keys.pop(name, None)


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


@pytest.fixture
def store(tmp_path: Path, keys: FakeKeys) -> RegistryStore:
    return RegistryStore(tmp_path / "registry", keys)


@pytest.fixture(scope="session")
def policy(repository: Path) -> Policy:
    return load_policy(repository / "policy", date(2015, 5, 20))


@pytest.fixture(scope="session")
def plain() -> Callable[[Path], Iterator[bytes]]:
    """Give a file's bytes as they are, in small pieces."""

    def chunks(path: Path) -> Iterator[bytes]:
        data = path.read_bytes()
        return (data[start : start + 7] for start in range(0, len(data), 7))

    return chunks
