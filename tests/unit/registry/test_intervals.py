"""Full exports become validity intervals, and no export rewrites days that were settled."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.registry.intervals import BEGINNING, ExportGuard, Interval, merge, state_at, vanished

D = [date(2015, 5, 10) + timedelta(days=n) for n in range(30)]
A, B = ("a",), ("b",)


def joined(state: tuple) -> date | None:
    """States here are (joined day or None, anything)."""
    return state[0]


def after(current: tuple, export: dict, day: date, **held: set) -> tuple:
    return merge(current, export, as_of_day=day, start_of=joined, **held).intervals


def test_the_first_export_holds_from_the_beginning_or_from_joining() -> None:
    merged = merge((), {A: (None, 1), B: (D[3], 1)}, as_of_day=D[5], start_of=joined)
    assert merged.intervals == (Interval(A, (None, 1), BEGINNING), Interval(B, (D[3], 1), D[3]))
    assert (merged.added, merged.changed, merged.closed, merged.changed_from) == (2, 0, 0, BEGINNING)


def test_a_changed_row_holds_from_the_exports_day_and_the_old_one_until_the_day_before() -> None:
    first = after((), {A: (None, 1)}, D[5])
    merged = merge(first, {A: (None, 2)}, as_of_day=D[7], start_of=joined)
    assert merged.intervals == (Interval(A, (None, 1), BEGINNING, D[7]), Interval(A, (None, 2), D[7]))
    assert (merged.added, merged.changed, merged.closed, merged.changed_from) == (0, 1, 0, D[7])
    assert state_at(merged.intervals, D[6]) == {A: (None, 1)}
    assert state_at(merged.intervals, D[7]) == {A: (None, 2)}


def test_a_vanished_row_no_longer_holds_on_the_exports_day() -> None:
    merged = merge(after((), {A: (None, 1)}, D[5]), {}, as_of_day=D[7], start_of=joined)
    assert (merged.added, merged.changed, merged.closed, merged.changed_from) == (0, 0, 1, D[7])
    assert state_at(merged.intervals, D[6]) == {A: (None, 1)}
    assert state_at(merged.intervals, D[7]) == {}


@pytest.mark.parametrize(("began", "expected"), [(None, D[7]), (D[2], D[2]), (D[7], D[7]), (D[8], D[8])])
def test_a_new_row_in_a_later_export_holds_from_joining_else_from_the_exports_day(began: date, expected: date) -> None:
    merged = merge(after((), {A: (None, 1)}, D[5]), {A: (None, 1), B: (began, 1)}, as_of_day=D[7], start_of=joined)
    assert Interval(B, (began, 1), expected) in merged.intervals
    assert merged.changed_from == expected


def test_a_row_that_comes_back_does_not_fill_the_days_it_was_away() -> None:
    away = after(after((), {A: (D[1], 1)}, D[5]), {}, D[7])
    merged = merge(away, {A: (D[1], 1)}, as_of_day=D[9], start_of=joined)
    assert [bool(state_at(merged.intervals, D[n])) for n in (0, 1, 6, 7, 8, 9)] == [
        False,
        True,
        True,
        False,
        False,
        True,
    ]
    assert merged.changed_from == D[9]


def test_a_second_export_of_the_same_day_takes_the_place_of_the_first() -> None:
    first = after((), {A: (None, 1)}, D[5])
    second = merge(after(first, {A: (None, 2)}, D[7]), {A: (None, 3)}, as_of_day=D[7], start_of=joined)
    assert second.intervals == (Interval(A, (None, 1), BEGINNING, D[7]), Interval(A, (None, 3), D[7]))
    assert second.changed_from == D[7]


def test_a_row_that_would_hold_from_tomorrow_and_vanishes_leaves_nothing() -> None:
    first = after((), {A: (D[8], 1)}, D[7])
    merged = merge(first, {}, as_of_day=D[7], start_of=joined)
    assert (merged.intervals, merged.closed, merged.changed_from) == ((), 1, D[8])


def test_a_row_that_was_delivered_but_cannot_be_read_stays_as_it_is() -> None:
    first = after((), {A: (None, 1), B: (None, 1)}, D[5])
    merged = merge(first, {}, as_of_day=D[7], start_of=joined, held={A})
    assert state_at(merged.intervals, D[7]) == {A: (None, 1)}
    assert vanished(first, {}, {A}) == 1
    assert vanished(first, {}) == 2


@pytest.mark.parametrize(
    ("gone", "present", "refused"),
    [(9, 18, False), (10, 18, True), (10, 50, False), (10, 49, True), (20, 100, False), (21, 100, True), (0, 0, False)],
)
def test_the_guard_refuses_more_than_its_share_of_at_least_ten(gone: int, present: int, *, refused: bool) -> None:
    assert ExportGuard().refuses(gone, present) is refused


@pytest.mark.parametrize(
    ("gone", "present", "refused"),
    [
        (1, 1, True),
        (1, 2, False),
        (2, 3, True),
        (5, 5, True),
        (4, 8, False),
        (5, 8, True),
        (9, 17, True),
        (0, 5, False),
    ],
)
def test_the_guard_refuses_more_than_half_however_few_there_are(gone: int, present: int, *, refused: bool) -> None:
    assert ExportGuard().refuses(gone, present) is refused


STATES = st.tuples(st.none() | st.sampled_from(D), st.integers(0, 2))
EXPORTS = st.dictionaries(st.sampled_from([("a",), ("b",), ("c",)]), STATES)
HISTORIES = st.lists(st.tuples(st.integers(0, 3), EXPORTS), min_size=1, max_size=6)


@given(HISTORIES)
def test_any_history_keeps_its_promises(history: list) -> None:
    day, current = D[2], ()
    for step, export in history:
        day += timedelta(days=step)
        merged = merge(current, export, as_of_day=day, start_of=joined)
        _check_export_is_told(merged.intervals, export, day)
        _check_days_before_the_change_stand(current, merged)
        _check_intervals_do_not_overlap(merged.intervals)
        again = merge(merged.intervals, export, as_of_day=day, start_of=joined)
        assert (again.intervals, again.changed_from) == (merged.intervals, None)
        assert (again.added, again.changed, again.closed) == (0, 0, 0)
        later = merge(merged.intervals, export, as_of_day=day + timedelta(days=1), start_of=joined)
        assert (later.intervals, later.changed_from) == (merged.intervals, None)
        current = merged.intervals


def _check_export_is_told(intervals: tuple, export: dict, day: date) -> None:
    told = state_at(intervals, day)
    assert told.items() <= export.items()
    assert all(export[key][0] > day for key in export.keys() - told.keys())
    assert state_at(intervals, date.max) == export


def _check_days_before_the_change_stand(current: tuple, merged: object) -> None:
    for day in [BEGINNING, *D]:
        if merged.changed_from is None or day < merged.changed_from:
            assert state_at(current, day) == state_at(merged.intervals, day)
    if merged.changed_from is not None:
        assert state_at(current, merged.changed_from) != state_at(merged.intervals, merged.changed_from)


def _check_intervals_do_not_overlap(intervals: tuple) -> None:
    for row in intervals:
        assert row.valid_to is None or row.valid_from < row.valid_to
        others = [other for other in intervals if other.key == row.key and other is not row]
        assert all(not other.holds_on(row.valid_from) for other in others)
