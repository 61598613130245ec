"""A backfill derives what is not up to date, more only when forced, and nothing from lines that are gone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import UsageError
from pipelines.settings import load_settings
from pipelines.steps.backfill import MOST_DAYS, Backfill, Lines, days_of, decide, forget_events, in_runs, lines_of
from pipelines.steps.day_files import DayState, read_day_states, write_day_state
from pipelines.steps.imports import import_landing
from pipelines.steps.workspace import Workspace

FIRST = date(2026, 3, 1)
LINE = b'192.0.2.7 - - [05/Mar/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "Firefox" "-"\n'


def _day(number):
    return FIRST + timedelta(days=number)


DAYS = [_day(number) for number in range(4)]
LINES = Lines(frozenset(DAYS[:3]), frozenset())


def test_what_is_up_to_date_is_left_and_what_never_came_is_told():
    assert decide(DAYS, LINES, {_day(1)}, is_forced=False) == Backfill((_day(1),), (_day(0), _day(2)), (_day(3),))


def test_forced_it_derives_every_day_that_has_lines():
    assert decide(DAYS, LINES, set(), is_forced=True) == Backfill(tuple(DAYS[:3]), (), (_day(3),))


@pytest.mark.parametrize("is_forced", [False, True])
def test_a_day_whose_lines_are_gone_is_refused(is_forced):
    lines = Lines(frozenset(DAYS), frozenset({_day(2)}))
    with pytest.raises(UsageError, match="the lines of 2026-03-03 are gone"):
        decide(DAYS, lines, set(), is_forced=is_forced)
    assert decide(DAYS[:2], lines, set(), is_forced=False).to_derive == ()


@pytest.mark.parametrize(("count", "is_all", "is_fine"), [(31, False, True), (32, False, False), (32, True, True)])
def test_a_call_takes_a_month_and_more_only_when_all_are_asked_for(count, is_all, is_fine):
    last = _day(count - 1)
    if is_fine:
        assert len(days_of(FIRST, last, last, is_all=is_all)) == count
    else:
        with pytest.raises(UsageError, match=f"32 days are more than {MOST_DAYS}"):
            days_of(FIRST, last, last, is_all=is_all)


def test_a_day_that_is_not_over_and_a_range_that_runs_backwards_are_refused():
    with pytest.raises(UsageError, match="2026-03-02 is not over; the last closed day is 2026-03-01"):
        days_of(FIRST, _day(1), FIRST, is_all=False)
    with pytest.raises(UsageError, match="there is no day"):
        days_of(_day(1), FIRST, _day(9), is_all=False)


@given(st.sets(st.integers(0, 60)), st.integers(1, 8))
def test_runs_hold_every_day_once_follow_and_are_not_too_long(numbers, most):
    days = [_day(number) for number in sorted(numbers)]
    runs = list(in_runs(days, most))
    assert [day for run in runs for day in run] == days
    for run in runs:
        assert 1 <= len(run) <= most
        assert run == [run[0] + timedelta(days=place) for place in range(len(run))]


def test_thirty_days_are_five_runs_of_a_week_at_most():
    assert [len(run) for run in in_runs([_day(number) for number in range(30)], 7)] == [7, 7, 7, 7, 2]


@pytest.fixture
def workspace(tmp_path):
    """A home that took in one line of a day."""
    workspace = Workspace.open(load_settings(home=tmp_path / "home", clock="2026-03-06T02:00:00+09:00", threads=1))
    folder = workspace.home.landing / "access" / "web"
    folder.mkdir(parents=True)
    (folder / "access.log").write_bytes(LINE)
    import_landing(workspace)
    for day in (date(2026, 3, 4), date(2026, 3, 5)):
        (workspace.home.events / f"{day}.parquet").write_bytes(b"")
        write_day_state(workspace.home.events, DayState(day, "fingerprint", 1, "key", {}))
    return workspace


def test_lines_are_gone_when_their_file_is(workspace):
    assert lines_of(workspace) == Lines(frozenset({date(2026, 3, 5)}), frozenset())
    (sealed,) = [path for path in workspace.home.vault.rglob("*") if path.is_file()]
    sealed.unlink()
    assert lines_of(workspace).gone == {date(2026, 3, 5)}


def test_a_forgotten_day_is_not_complete_and_the_others_are(workspace):
    forget_events(workspace, [date(2026, 3, 5)])
    assert set(read_day_states(workspace.home.events)) == {date(2026, 3, 4)}


def test_a_day_without_lines_is_never_forgotten(workspace):
    forget_events(workspace, [date(2026, 3, 4)])
    for path in workspace.home.vault.rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(UsageError, match="are gone"):
        forget_events(workspace, [date(2026, 3, 4), date(2026, 3, 5)])
    assert len(read_day_states(workspace.home.events)) == 2
