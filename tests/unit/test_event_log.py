"""Dagster's event log keeps one engine a file, and writes what it would have written."""

import os
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import event
from sqlalchemy.pool import NullPool, Pool

from pipelines.event_log import _kept, engine_of, held_open, keep_engines


@pytest.fixture
def kept():
    before = sqlite_event_log.create_engine
    _kept.cache_clear()
    keep_engines()
    yield
    sqlite_event_log.create_engine = before
    _kept.cache_clear()


def test_a_run_leaves_its_events_and_makes_an_engine_a_file_and_not_one_an_event(kept, tmp_path):
    @dg.asset
    def counted():
        return 1

    with dg.DagsterInstance.from_ref(dg.DagsterInstance.local_temp(str(tmp_path)).get_ref()) as instance:
        result = dg.materialize([counted], instance=instance)
        records = instance.all_logs(result.run_id)
    assert result.success
    types = {record.dagster_event.event_type for record in records if record.dagster_event}
    assert {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.RUN_SUCCESS} <= types
    used = _kept.cache_info()
    assert used.hits > 5 * used.misses > 0


def test_an_engine_belongs_to_its_file(kept, tmp_path):
    one, again, other = (
        engine_of(f"sqlite:///{tmp_path / name}.db", poolclass=NullPool, connect_args={"timeout": 1}) for name in "aab"
    )
    assert one is again
    assert other is not one


@pytest.fixture
def opened():
    """How often a database file was opened, by its name."""
    counted = Counter[str]()

    def count(connection, _record):
        counted[Path(connection.execute("PRAGMA database_list").fetchone()[2]).stem] += 1

    event.listen(Pool, "connect", count)
    yield counted
    event.remove(Pool, "connect", count)


def _report(instance, run_id, times=20):
    for _ in range(times):
        materialized = dg.AssetMaterialization("counted")
        instance.report_dagster_event(
            dg.DagsterEvent("ASSET_MATERIALIZATION", "a job", event_specific_data=_data(materialized)), run_id
        )


def _data(materialized):
    from dagster._core.events import StepMaterializationData  # noqa: PLC0415 -- of one helper

    return StepMaterializationData(materialized)


def _open_databases(folder):
    paths = (Path(file.path) for file in psutil.Process().open_files())
    return {path.name for path in paths if path.is_relative_to(folder) and path.suffix == ".db"}


@pytest.mark.parametrize("is_held", [True, False], ids=["held", "let go after each event"])
def test_files_held_open_are_opened_once_hold_the_same_and_are_closed_in_the_end(kept, opened, tmp_path, is_held):
    with dg.DagsterInstance.from_ref(dg.DagsterInstance.local_temp(str(tmp_path)).get_ref()) as instance:
        opened.clear()
        with held_open("a-run") if is_held else nullcontext():
            _report(instance, "a-run")
            _report(instance, "another-run")
            assert {"index.db", "a-run.db"} <= _open_databases(tmp_path) or not is_held
            assert "another-run.db" not in _open_databases(tmp_path)
        assert _open_databases(tmp_path) == set()
        assert not list(tmp_path.rglob("*-wal"))
        assert len(instance.all_logs("a-run")) == len(instance.all_logs("another-run")) == 20
        assert len(instance.fetch_materializations(dg.AssetKey("counted"), limit=100).records) == 40
    assert (opened["a-run"] < 10) == is_held
    assert opened["another-run"] > 20


def test_a_home_beside_the_one_held_open_is_not_held(kept, tmp_path):
    with held_open("a-run"):
        one, other = (
            engine_of(f"sqlite:///{tmp_path / name}/index.db", poolclass=NullPool, connect_args={}) for name in "ab"
        )
        assert one.pool.__class__ is not NullPool
        assert other.pool.__class__ is NullPool


def test_a_run_killed_while_its_files_are_held_open_keeps_the_events_it_wrote(kept, tmp_path):
    with dg.DagsterInstance.from_ref(dg.DagsterInstance.local_temp(str(tmp_path)).get_ref()) as instance:
        _report(instance, "a-run", times=1)
        if (child := os.fork()) == 0:
            with held_open("a-run"):
                _report(instance, "a-run")
                os.kill(os.getpid(), 9)
        assert os.waitpid(child, 0)[1] == 9
        assert len(instance.all_logs("a-run")) == 21
        _report(instance, "a-run", times=1)
        assert len(instance.all_logs("a-run")) == 22
