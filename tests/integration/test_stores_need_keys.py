"""Every encrypted store opens with its own key, and with no other and with none."""

import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyrage
import pytest
import zstandard
from support.deliveries import NOW, Delivered
from support.layers import layers
from support.stores import STORES, stored

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import connect

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("store", STORES)]


@pytest.fixture
def workspace(delivered: Delivered, tmp_path: Path) -> Workspace:
    return delivered.copy_to(tmp_path).workspace()


def test_it_opens_with_its_own_key(store: str, workspace: Workspace):
    file = stored(workspace, store)
    assert file.open_with(workspace.keyring.get(file.key))


def test_it_does_not_open_with_another_key(store: str, workspace: Workspace):
    file = stored(workspace, store)
    with pytest.raises((DamagedError, duckdb.Error)):
        file.open_with(workspace.keyring.get(file.other_key))


def test_it_does_not_open_without_a_key(store: str, workspace: Workspace):
    path = stored(workspace, store).path
    data = path.read_bytes()
    assert [how for how, _ in layers(data)] == ["bytes"]
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(data, [])
    with pytest.raises(zstandard.ZstdError):
        zstandard.decompress(data)
    with pytest.raises((pa.ArrowInvalid, OSError)):
        pq.read_table(path)
    with _engine(workspace) as connection, pytest.raises(duckdb.Error):
        connection.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


def test_its_key_once_destroyed_does_not_come_back(store: str, workspace: Workspace):
    file = stored(workspace, store)
    workspace.keyring.destroy(file.key)
    with pytest.raises(KeyMissingError):
        workspace.keyring.get(file.key)
    again = Workspace.open(load_settings(home=workspace.home.root, clock=NOW))
    with pytest.raises(KeyMissingError):
        again.keyring.get(file.key)


def test_its_keys_do_not_open_without_the_master_key(store: str, workspace: Workspace):
    stored(workspace, store)
    settings = load_settings(home=workspace.home.root, clock=NOW)
    shutil.move(settings.master_key_file, settings.master_key_file.with_name("elsewhere"))
    with pytest.raises(KeyMissingError):
        Workspace.open(settings)
    settings.master_key_file.write_text("1" * 64 + "\n")
    settings.master_key_file.chmod(0o600)
    with pytest.raises(KeyMissingError):
        Workspace.open(settings)


def _engine(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    return connect(
        extension_directory=workspace.settings.extension_directory,
        temp_directory=workspace.home.staging / "spill",
        threads=1,
        memory_limit_bytes=256 * 1024**2,
        temp_limit_bytes=0,
    )
