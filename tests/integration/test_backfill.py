"""A backfill in a real home: what is up to date stays, what is forced is derived again, as a run that Dagster shows."""

from datetime import timedelta

import pytest
from support.finished import LAST_DAY, Finished, finished_home
from support.quick import settle

from pipelines.errors import UsageError
from pipelines.instance import open_instance
from pipelines.runs import run_days
from pipelines.steps.backfill import plan_backfill

pytestmark = pytest.mark.slow
DAYS = [LAST_DAY - timedelta(days=1), LAST_DAY]


@pytest.fixture
def home(tmp_path, tmp_path_factory) -> Finished:
    """A copy of the finished home."""
    copy = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path)
    settle(copy.workspace())
    return copy


def _plan(home, *, is_forced=False):
    return plan_backfill(home.workspace(), DAYS[0], DAYS[-1], is_forced=is_forced, is_all=False)


def _written(home):
    return [(home.home / "events" / f"{day}.parquet").stat().st_mtime_ns for day in DAYS]


def test_nothing_is_due_after_a_night_and_everything_when_forced(home):
    assert _plan(home).to_derive == ()
    assert _plan(home).up_to_date == tuple(DAYS)
    assert _plan(home, is_forced=True).to_derive == tuple(DAYS)


def test_one_run_derives_several_days_again_only_when_forced(home):
    before = _written(home)
    outcome = run_days(home.settings, DAYS)
    assert outcome.succeeded, outcome.cause
    assert _written(home) == before
    outcome = run_days(home.settings, DAYS, is_forced=True)
    assert outcome.succeeded, outcome.cause
    assert all(new > old for new, old in zip(_written(home), before, strict=True))
    with open_instance(home.home / "dagster") as instance:
        tags = instance.get_run_by_id(outcome.run_id).tags
    assert tags["dagster/asset_partition_range_start"] == str(DAYS[0])
    assert tags["dagster/asset_partition_range_end"] == str(DAYS[-1])


def test_a_day_whose_lines_are_gone_is_refused_and_its_events_stay(home):
    before = _written(home)
    for path in (home.home / "vault").rglob(f"*{LAST_DAY}*"):
        for sealed in [path] if path.is_file() else path.rglob("*"):
            sealed.unlink()
    with pytest.raises(UsageError, match=f"the lines of {LAST_DAY} are gone"):
        _plan(home, is_forced=True)
    assert _written(home) == before
