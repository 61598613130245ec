"""The four encrypted stores of a home: one file of each, and what it takes to open it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.keys import DataKey
from pipelines.storage.parquet import scan
from pipelines.storage.sealing import unseal

STORES = ("vault", "quarantine", "registry", "events")


@dataclass(frozen=True)
class Stored:
    """A file of a store, the name of its key, that of another key of the same kind, and how it is opened with a key."""

    path: Path
    key: str
    other_key: str
    open_with: Callable[[DataKey], object]


def stored(workspace: Workspace, store: str) -> Stored:
    """Return one file of `store`, one of `STORES`."""
    folder = workspace.home.root / store
    names = [info.name for info in workspace.keyring.list()]
    if store == "events":
        path = min(folder.glob("*.parquet"))
        key = next(name for name in names if name.startswith(f"events.{path.stem}."))
        other = workspace.keyring.data_key("events", date.fromisoformat(path.stem) + timedelta(days=1)).name
        return Stored(path, key, other, lambda secret: _read_parquet(workspace, path, key, secret))
    path = min(folder.rglob("*.age"))
    prefix = f"{path.parent.name}." if store == "registry" else f"{path.parents[2].name}.{path.parent.name}."
    key = next(name for name in names if name.startswith(prefix))
    other = next(name for name in names if not name.startswith(("events.", prefix)))
    return Stored(path, key, other, lambda secret: unseal(path.read_bytes(), secret, path.name))


def _read_parquet(workspace: Workspace, path: Path, name: str, secret: DataKey) -> object:
    """Read the file with the secret of `secret` under the name of the file's own key."""
    with workspace.connection() as connection:
        add_key(connection, DataKey(name, "events", None, None, secret.kind, secret.secret))
        return connection.execute(f"SELECT * FROM {scan(path, name)}").fetchall()  # noqa: S608
