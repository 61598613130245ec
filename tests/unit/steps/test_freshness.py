"""Yesterday is due from six in Seoul on, and fresh means events and marts built from them."""

from datetime import date, datetime

import pytest

from pipelines.clock import FixedClock
from pipelines.settings import load_settings
from pipelines.steps import status, unbuilt
from pipelines.steps.day_files import DayState, write_day_state
from pipelines.steps.freshness import Freshness, due_day, freshness_of
from pipelines.steps.workspace import open_home

DAY = date(2026, 3, 5)
NOW = "2026-03-06T06:00:00+09:00"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-06T06:00:00+09:00", date(2026, 3, 5)),
        ("2026-03-06T05:59:59+09:00", date(2026, 3, 4)),
        ("2026-03-05T21:00:00+00:00", date(2026, 3, 5)),
        ("2026-03-06T23:59:59+09:00", date(2026, 3, 5)),
        ("2026-03-07T00:00:00+09:00", date(2026, 3, 5)),
    ],
)
def test_yesterday_is_due_from_six_in_seoul_on(at, day):
    assert due_day(FixedClock(datetime.fromisoformat(at)).now()) == day


@pytest.fixture
def opened(tmp_path):
    """An empty home at six in the morning."""
    return open_home(load_settings(home=tmp_path / "home", clock=NOW))


def _derived(opened, rows):
    opened.home.events.mkdir(parents=True, exist_ok=True)
    (opened.home.events / f"{DAY}.parquet").write_bytes(b"")
    write_day_state(opened.home.events, DayState(DAY, "fingerprint", rows, "key", {}))


def test_a_day_without_events_is_not_there(opened):
    assert freshness_of(opened) == Freshness(DAY, 0, is_built=False)
    _derived(opened, rows=0)
    assert not freshness_of(opened).has_events


@pytest.mark.parametrize(("fingerprint", "is_built"), [(None, False), ("older", False), ("fingerprint", True)])
def test_the_marts_are_there_when_built_from_the_events_as_they_are(opened, monkeypatch, fingerprint, is_built):
    _derived(opened, rows=3)
    now = unbuilt.present_rests(opened)
    built = {day: {**kinds, "events": fingerprint} for day, kinds in now.items() if fingerprint}
    for module in (status, unbuilt):
        monkeypatch.setattr(module, "built_days", lambda _: built)
    assert freshness_of(opened) == Freshness(DAY, 3, is_built)
