"""Calendar arithmetic: the boundary table, and what holds for every day."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.policy.periods import Length, Period, last_day, parse_length

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2150, 12, 31))
MONTHS = st.integers(min_value=1, max_value=240)

TABLE = [
    ("2015-05-20", "P3M", "2015-08-20"),
    ("2015-01-01", "P3M", "2015-04-01"),
    ("2014-12-31", "P1D", "2015-01-01"),
    ("2015-02-28", "P5D", "2015-03-05"),
    # A month without the day ends on its last day.
    ("2015-01-31", "P1M", "2015-02-28"),
    ("2016-01-31", "P1M", "2016-02-29"),
    ("2015-01-30", "P1M", "2015-02-28"),
    ("2015-01-29", "P1M", "2015-02-28"),
    ("2015-01-28", "P1M", "2015-02-28"),
    ("2015-01-27", "P1M", "2015-02-27"),
    ("2016-01-29", "P1M", "2016-02-29"),
    ("2015-03-31", "P1M", "2015-04-30"),
    ("2014-11-30", "P3M", "2015-02-28"),
    ("2015-11-30", "P3M", "2016-02-29"),
    ("2015-11-29", "P3M", "2016-02-29"),
    ("2015-11-28", "P3M", "2016-02-28"),
    ("2014-11-28", "P3M", "2015-02-28"),
    ("2014-11-27", "P3M", "2015-02-27"),
    # Counting begins on the first of the next month: whole months follow (Civil Act 160, paragraphs 1 and 2).
    ("2015-02-28", "P3M", "2015-05-31"),
    ("2016-02-28", "P3M", "2016-05-28"),
    ("2016-02-29", "P3M", "2016-05-31"),
    ("2015-04-30", "P1M", "2015-05-31"),
    ("2015-04-29", "P1M", "2015-05-29"),
    ("2015-04-30", "P10M", "2016-02-29"),
    # Year ends.
    ("2014-12-31", "P1M", "2015-01-31"),
    ("2014-12-31", "P2M", "2015-02-28"),
    ("2014-10-31", "P3M", "2015-01-31"),
    ("2014-09-30", "P3M", "2014-12-31"),
    ("2014-09-29", "P3M", "2014-12-29"),
    ("2014-12-31", "P12M", "2015-12-31"),
    ("2014-12-31", "P1Y", "2015-12-31"),
    ("2014-06-16", "P5Y", "2019-06-16"),
    ("2014-12-31", "P5Y", "2019-12-31"),
    # 29 February and years.
    ("2016-02-29", "P1Y", "2017-02-28"),
    ("2016-02-29", "P3Y", "2019-02-28"),
    ("2016-02-29", "P4Y", "2020-02-29"),
    ("2015-02-28", "P1Y", "2016-02-29"),
    ("2015-02-27", "P1Y", "2016-02-27"),
    ("2016-02-28", "P1Y", "2017-02-28"),
    ("2096-02-29", "P4Y", "2100-02-28"),
    ("2015-03-01", "P1Y6M", "2016-09-01"),
    # At once ends with the anchor's own day.
    ("2015-12-31", "at_once", "2015-12-31"),
]


def period(**changes: object) -> Period:
    plain = {"anchor": "visit", "at_most": "P3M", "destroy_within_days": 5, "basis": "Law", "basis_ko": "법"}
    return Period.model_validate({**plain, "clause": "keep.visits", **changes})


@pytest.mark.parametrize(("anchor", "length", "end"), TABLE)
def test_a_period_ends_on_its_last_day(anchor: str, length: str, end: str) -> None:
    assert period(at_most=length).ends(date.fromisoformat(anchor)) == date.fromisoformat(end)


@given(DAYS, MONTHS)
def test_a_longer_period_and_a_later_anchor_never_end_earlier(anchor: date, months: int) -> None:
    assert last_day(anchor, months=months) < last_day(anchor, months=months + 1)
    assert last_day(anchor, months=months) <= last_day(anchor + timedelta(days=1), months=months)


@given(DAYS, MONTHS)
def test_a_period_ends_in_the_month_it_should_on_the_same_day_or_the_last(anchor: date, months: int) -> None:
    end = last_day(anchor, months=months)
    length = monthrange(end.year, end.month)[1]
    assert (end.year - anchor.year) * 12 + end.month - anchor.month == months
    is_last_of_month = anchor.day == monthrange(anchor.year, anchor.month)[1]
    assert end.day == (length if is_last_of_month else min(anchor.day, length))


@given(DAYS)
def test_three_months_are_never_fewer_than_89_days_nor_more_than_92(anchor: date) -> None:
    assert 89 <= (last_day(anchor, months=3) - anchor).days <= 92


@given(DAYS, st.integers(min_value=1, max_value=20))
def test_years_are_twelve_months_each(anchor: date, years: int) -> None:
    assert parse_length(f"P{years}Y").ends(anchor) == parse_length(f"P{12 * years}M").ends(anchor)


@given(DAYS, st.integers(min_value=1, max_value=999))
def test_the_first_day_is_not_counted(anchor: date, days: int) -> None:
    assert parse_length(f"P{days}D").ends(anchor) == anchor + timedelta(days=days)


@given(DAYS, st.integers(min_value=0, max_value=60))
def test_destruction_is_due_within_its_days_after_the_end(anchor: date, within: int) -> None:
    limited = period(destroy_within_days=within)
    end = limited.ends(anchor)
    assert end is not None
    assert limited.destroy_by(anchor) == end + timedelta(days=within)


@pytest.mark.parametrize("text", ["permanent", "as_recorded"])
def test_a_period_without_a_computed_end_has_no_day_of_destruction(text: str) -> None:
    anchor = date(2015, 5, 20)
    assert (period(at_most=text).ends(anchor), period(at_most=text).destroy_by(anchor)) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "P0M",
        "P0D",
        "P0Y",
        "3M",
        "p3m",
        "P3W",
        "P1M5D",
        "P1.5Y",
        "PT3H",
        "-P3M",
        "P3M ",
        "forever",
        "P٣M",
        3,
        None,
    ],
)
def test_what_is_no_length_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        parse_length(text)


@pytest.mark.parametrize(
    ("at_least", "at_most", "fits"),
    [
        ("P3M", "P3M", True),
        ("P2M", "P3M", True),
        ("P4M", "P3M", False),
        ("P1Y", "P12M", True),
        ("P13M", "P1Y", False),
        ("P5D", "P5D", True),
        ("P6D", "P5D", False),
        # Three months last 89 to 92 days: a floor fits only if it does from every anchor.
        ("P89D", "P3M", True),
        ("P90D", "P3M", False),
        ("P3M", "P92D", True),
        ("P3M", "P91D", False),
        ("P365D", "P1Y", True),
        ("P366D", "P1Y", False),
        ("P1Y", "P366D", True),
        ("P1Y", "P365D", False),
        ("at_once", "at_once", True),
        ("at_once", "P1D", True),
        ("P1D", "at_once", False),
        ("P5Y", "permanent", True),
        ("permanent", "permanent", True),
        ("permanent", "P5Y", False),
        ("as_recorded", "as_recorded", True),
        ("as_recorded", "permanent", True),
        ("as_recorded", "P5Y", False),
        ("P1Y", "as_recorded", False),
    ],
)
def test_a_floor_must_not_be_longer_than_its_ceiling(at_least: str, at_most: str, fits: bool) -> None:
    if fits:
        assert period(at_least=at_least, at_most=at_most).at_least == parse_length(at_least)
        return
    with pytest.raises(ValidationError, match=f"at_least {at_least} is longer than at_most {at_most}"):
        period(at_least=at_least, at_most=at_most)


@given(DAYS, MONTHS, MONTHS)
def test_a_floor_that_fits_never_ends_after_its_ceiling(anchor: date, floor: int, ceiling: int) -> None:
    at_least, at_most = Length(f"P{floor}M", months=floor), Length(f"P{ceiling}M", months=ceiling)
    ends = (at_least.ends(anchor), at_most.ends(anchor))
    assert None not in ends
    assert at_least.exceeds(at_most) == (max(ends, key=str) != ends[1])


def test_a_floor_is_kept_through_its_last_day() -> None:
    anchor = date(2015, 5, 20)
    assert period(at_least="P2M").kept_through(anchor) == date(2015, 7, 20)
    assert period().kept_through(anchor) is None
    assert period(at_least="permanent", at_most="permanent").kept_through(anchor) is None


@pytest.mark.parametrize("anchor", [date.max, date(9999, 12, 1), date(9996, 3, 1)])
def test_what_would_end_after_the_calendar_does_ends_with_it(anchor: date) -> None:
    for length in ("P5Y", "P99999D"):
        assert period(at_most=length).ends(anchor) == date.max
    assert period(at_most="P5Y").destroy_by(anchor) == date.max
    assert period(at_most="P5Y").ends(date(9994, 12, 31)) == date.max
    assert period(at_most="P5Y").ends(date(9994, 12, 30)) == date(9999, 12, 30)


def test_a_longer_floor_holds_from_its_number_of_members_on() -> None:
    scaled = period(at_least="P1Y", at_least_from=[{"members_from": 50000, "at_least": "P2Y"}], at_most="P5Y")
    anchor = date(2015, 5, 20)
    assert scaled.kept_through(anchor, members=49_999) == date(2016, 5, 20)
    assert scaled.kept_through(anchor, members=50_000) == date(2017, 5, 20)


def test_a_scaled_floor_must_fit_as_well() -> None:
    with pytest.raises(ValidationError, match="at_least P6Y is longer"):
        period(at_least_from=[{"members_from": 1, "at_least": "P6Y"}], at_most="P5Y")


def test_a_length_is_written_as_it_was_read() -> None:
    assert period(at_least="P2M").model_dump(mode="json")["at_least"] == "P2M"
