"""Dagster's event log keeps one engine a file, and writes what it would have written."""

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy.pool import NullPool

from pipelines.event_log import _kept, engine_of, keep_engines


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
