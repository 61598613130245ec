"""The audit: items gathered by dataset and day, with the state, the days and the clause that decide."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.errors import UsageError
from pipelines.policy import Policy, load_policy
from pipelines.retention.auditing import NothingHeld, judge
from pipelines.retention.items import Item, Kind
from pipelines.retention.states import State

TODAY = date(2026, 11, 22)
LAST = date(2026, 8, 22)
"""The last day of visits whose three months end today."""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(Path(__file__).parents[3] / "policy", TODAY)


class _Held:
    """A hold on all there is, or one that was released."""

    def __init__(self, *, is_active=True, released=None):
        self._is_active, self._released = is_active, released

    def covers(self, _item):
        return self._is_active

    def held_until(self, _item):
        return self._released


def _segment(day, **given):
    return Item("access_logs", Kind.FILE, f"vault/access_logs/web/{day}/x.age", day, 10, 100, **given)


def _states(policy, *items, holds=None):
    return [(s.state, s.items, s.rows, s.days_left) for s in judge(items, policy, TODAY, holds or NothingHeld())]


@pytest.mark.parametrize(
    ("days_before", "state", "days_left"),
    [(0, State.KEPT, 0), (1, State.DUE, -1), (5, State.DUE, -5), (6, State.OVER_RETAINED, -6)],
)
def test_a_segment_is_kept_to_its_last_day_then_due_then_over_retained(policy, days_before, state, days_left):
    assert _states(policy, _segment(LAST - timedelta(days=days_before))) == [(state, 1, 10, days_left)]


def test_items_of_a_day_that_stand_alike_are_one_row_and_unknown_ones_another(policy):
    found = judge([_segment(LAST), _segment(LAST), _segment(LAST, is_known=False)], policy, TODAY, NothingHeld())
    assert [(s.is_known, s.items, s.rows, s.bytes) for s in found] == [(False, 1, 10, 100), (True, 2, 20, 200)]
    assert {(s.kept_through, s.ends, s.destroy_by, s.clause) for s in found} == {
        (TODAY, TODAY, TODAY + timedelta(days=5), "keep.visits")
    }


def test_what_is_gone_before_its_floor_is_under_retained_and_what_is_gone_after_it_is_left_out(policy):
    missing = [_segment(day, is_present=False) for day in (LAST, LAST - timedelta(days=1))]
    assert _states(policy, *missing) == [(State.UNDER_RETAINED, 1, 10, 0)]


def test_a_hold_keeps_what_is_past_its_ceiling_and_changes_nothing_before(policy):
    past, before = _segment(LAST - timedelta(days=30)), _segment(LAST)
    assert [state for state, *_ in _states(policy, past, before, holds=_Held())] == [State.ON_HOLD, State.KEPT]


def test_the_days_of_grace_count_from_the_release_of_a_hold(policy):
    past = _segment(LAST - timedelta(days=30))
    for released, state in ((5, State.DUE), (6, State.OVER_RETAINED)):
        holds = _Held(is_active=False, released=TODAY - timedelta(days=released))
        assert [found for found, *_ in _states(policy, past, holds=holds)] == [state]


def test_a_dataset_without_a_period_is_kept_under_its_own_clause(policy):
    (found,) = judge([Item("import_ledger", Kind.COPY, "ledger/x", None)], policy, TODAY, NothingHeld())
    assert (found.state, found.ends, found.clause) == (State.KEPT, None, "collect.automatic")


def test_a_dataset_that_the_policy_does_not_declare_is_refused(policy):
    with pytest.raises(UsageError, match="no dataset 'diaries'"):
        judge([Item("diaries", Kind.COPY, "x", TODAY)], policy, TODAY, NothingHeld())


def test_a_floor_that_depends_on_the_number_of_members_is_longer_with_more_of_them(policy):
    month = Item("access_records", Kind.FILE, "ledger/access/x", date(2025, 6, 30), is_present=False)
    states = [[s.state for s in judge([month], policy, TODAY, NothingHeld(), members=n)] for n in (49_999, 50_000)]
    assert states == [[], [State.UNDER_RETAINED]]
