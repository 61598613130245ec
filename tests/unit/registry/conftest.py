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


@dataclass(frozen=True)
class Note:
    """What is told of a key."""

    name: str
    dataset: str
    superseded_on: date | None = None


@dataclass
class FakeKeys:
    """Keys in memory; `today` is the day on which keys are superseded."""

    keys: dict[str, DataKey] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    today: date = date(2015, 5, 20)

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

    def list(self) -> list[Note]:
        """Return what is told of all keys."""
        notes = (self.notes.get(key.name, Note(key.name, key.dataset)) for key in self.keys.values())
        return sorted(notes, key=lambda note: note.name)

    def supersede(self, name: str) -> None:
        """Remember the day."""
        self.notes[name] = Note(name, self.keys[name].dataset, self.today)

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
