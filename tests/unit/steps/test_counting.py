"""Counts over a range of days are exact: they are held against sets made by hand, day by day and across months."""

import shutil
from datetime import date

import pytest

from pipelines.errors import CheckFailedError, UsageError
from pipelines.steps.counting import Of, Question, count
from pipelines.steps.day_files import read_day_states
from pipelines.steps.gate import record_results
from pipelines.steps.results import CheckResult

FIRST, LAST = date(2015, 4, 29), date(2015, 5, 3)
BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"
PRIVATE = CheckResult("c", "events", "collect.minimum", "error", True, "s", "s", passed=True)


def open_gate(house, *, passed=True):
    result = CheckResult(**{**PRIVATE.to_body(), "passed": passed})
    record_results(house.workspace.home, house.workspace.clock, [result])


@pytest.fixture(scope="module")
def counted(house_in, tmp_path_factory, line):
    """A home in which kim came on three days of two months, and others from three addresses, two of one prefix."""
    house = house_in(tmp_path_factory.mktemp("counted"))
    house.export("members", [{"account_key": "k1", "login_id": "kim", "partner_id": "p1"}])
    house.export("partners", [{"partner_id": "p1", "name": "Label", "type": "agency"}])
    house.export("contents", [{"content_id": "C1", "partner_id": "p1", "content_type": "track"}])
    page = "/contents/C1"
    house.deliver(
        [
            line(FIRST, "23:59:59", page, member="kim"),
            line(date(2015, 4, 30), "10:00:00", page, address="198.51.100.8"),
            line(date(2015, 5, 1), "00:00:00", page, member="kim"),
            line(date(2015, 5, 1), "01:00:00", "/", address="198.51.100.9"),
            line(date(2015, 5, 1), "02:00:00", page, address="203.0.113.5", agent=BOT),
            line(LAST, "10:00:00", page, member="kim"),
            line(LAST, "11:00:00", page, address="203.0.113.6"),
        ]
    )
    house.derive()
    open_gate(house)
    return house


@pytest.fixture
def copied(counted, house_in, tmp_path):
    """A copy of it, to be changed."""
    for part in counted.settings.home.parent.glob("home*"):
        shutil.copytree(part, tmp_path / part.name)
    return house_in(tmp_path)


def accesses(house):
    records = house.workspace.access_records
    return [access.action for month in records.months() for access in records.read(month)]


def rows(house, *by, first=FIRST, last=LAST, **further):
    return list(count(house.workspace, Question(first, last, by, **further)).rows)


def test_a_person_counts_once_over_days_weeks_and_months(counted):
    # requests, page views, members, visitors, people: kim, the prefix of .8 and .9, and 203.0.113.6; the bot is nobody.
    assert rows(counted) == [(6, 6, 1, 4, 3)]
    assert rows(counted, of=Of.AUDIENCE) == [(5, 5, 1, 3, 3)]
    assert rows(counted, of=Of.STAFF) == [(3, 3, 1, 1, 1)]


def test_groups_tell_months_days_and_partners_apart(counted):
    assert rows(counted, "month") == [(date(2015, 4, 1), 2, 2, 1, 2, 2), (date(2015, 5, 1), 4, 4, 1, 3, 3)]
    assert rows(counted, "partner", "day", of=Of.AUDIENCE) == [
        ("p1", FIRST, 1, 1, 1, 1, 1),
        ("p1", date(2015, 4, 30), 1, 1, 0, 1, 1),
        ("p1", date(2015, 5, 1), 1, 1, 1, 1, 1),
        ("p1", LAST, 2, 2, 1, 2, 2),
    ]
    assert rows(counted, "week") == [(date(2015, 4, 27), 6, 6, 1, 4, 3)]
    assert rows(counted, "hour", first=FIRST, last=FIRST) == [(23, 1, 1, 1, 1, 1)]
    assert rows(counted, "weekday", first=LAST, last=LAST) == [(7, 2, 2, 1, 2, 2)]


def test_one_partner_alone_is_counted_and_another_has_nothing(counted):
    assert rows(counted, of=Of.AUDIENCE, partner="p1") == [(5, 5, 1, 3, 3)]
    assert rows(counted, of=Of.AUDIENCE, partner="p2") == [(0, 0, 0, 0, 0)]
    assert rows(counted, of=Of.AUDIENCE, partner="p1' OR '1'='1") == [(0, 0, 0, 0, 0)]


def test_days_without_events_are_told(counted):
    assert count(counted.workspace, Question(FIRST, LAST)).days_without_events == 1


def test_a_range_beyond_the_kept_days_is_refused(counted):
    for first, last in ((date(2015, 4, 28), LAST), (FIRST, date(2015, 5, 4))):
        with pytest.raises(UsageError, match="kept of the days from 2015-04-29 to 2015-05-03"):
            rows(counted, first=first, last=last)


def test_a_destroyed_day_within_the_range_is_refused(copied):
    open_gate(copied)
    state = read_day_states(copied.workspace.home.events)[date(2015, 4, 30)]
    copied.workspace.keyring.destroy(state.key)
    for path in copied.workspace.home.events.glob("2015-04-30.*"):
        path.unlink()
    with pytest.raises(UsageError, match="1 days of the range were destroyed, the first of 2015-04-30"):
        rows(copied)
    assert rows(copied, first=date(2015, 5, 1)) == [(4, 4, 1, 3, 3)]


def test_nothing_is_counted_behind_a_shut_gate_and_nothing_without_a_record(copied):
    open_gate(copied)
    before = accesses(copied)
    rows(copied)
    assert accesses(copied) == [*before, "count"]
    open_gate(copied, passed=False)
    with pytest.raises(CheckFailedError, match="privacy checks failed"):
        rows(copied)
    assert accesses(copied) == [*before, "count"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"first": LAST, "last": FIRST}, "runs backwards"),
        ({"by": ("login_id",)}, "cannot count by login_id; choose from partner, day"),
        ({"by": ("day", "day")}, "may be given once"),
        ({"by": ("partner",)}, "add --of audience or --of staff"),
        ({"partner": "p1"}, "add --of audience or --of staff"),
    ],
)
def test_a_question_without_sense_is_refused(given, said):
    with pytest.raises(UsageError, match=said):
        Question(**{"first": FIRST, "last": LAST, **given})
