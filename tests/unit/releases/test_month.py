"""Nights around the end of a month, of partners drawn by lot: each is published, and nobody is given away by all of them."""

import random
from datetime import date, timedelta

import duckdb
import pytest
from press import Press, Views

from pipelines.releases.attacking import attack_everything
from pipelines.releases.memory import Memory

pytestmark = pytest.mark.slow
FIRST, AT_ONCE, LAST = date(2026, 10, 1), date(2026, 10, 27), date(2026, 11, 3)
"""October begins and ends within a week; what is published at once ends before the last week that lies in it."""
PUBLISHED_AFTER = timedelta(days=3)


def _days_until(last: date) -> list[date]:
    return [FIRST + timedelta(days=number) for number in range((last - FIRST).days + 1)]


def _by_lot(chance: random.Random, partner: str) -> list[Views]:
    """Page views of a few people or some dozens, who come often or seldom, of up to three contents, on two devices."""
    size, often, contents = chance.choice((3, 12, 20, 35, 60)), chance.choice((0.1, 0.3, 0.6)), chance.randint(1, 3)
    return [
        Views(
            partner,
            day,
            f"person-{number}",
            f"album-{chance.randrange(contents)}",
            chance.choice(("desktop", "phone")),
            chance.randint(1, 3),
        )
        for day in _days_until(LAST)
        for number in range(size)
        if chance.random() < often
    ]


@pytest.fixture(scope="module", params=range(3))
def drawn(request, tmp_path_factory, published_policy) -> Press:
    """A press with what four partners' visitors did."""
    press = Press(tmp_path_factory.mktemp("month") / "home", published_policy)
    chance = random.Random(request.param)  # noqa: S311 -- visits, not secrets
    press.views = [one for number in range(4) for one in _by_lot(chance, f"partner-{number}")]
    return press


def test_without_complementary_suppression_the_end_of_a_month_is_refused(drawn):
    outcome = drawn.publish(LAST + PUBLISHED_AFTER, days=_days_until(LAST), with_complementary=False)
    assert outcome.status == "refused"
    assert drawn.published.current() is None


def test_every_night_around_a_months_end_is_published_and_the_attack_on_all_of_them_finds_nothing(drawn):
    for last in [day for day in _days_until(LAST) if day >= AT_ONCE]:
        outcome = drawn.publish(last + PUBLISHED_AFTER, days=_days_until(last))
        assert (outcome.status, outcome.leaks) == ("published", ())
        assert len(outcome.closed["month"]) == (last == date(2026, 11, 1))
    memory = Memory(drawn.place.gate, drawn.published.current())
    assert attack_everything(memory, drawn.policy.publication, lambda: duckdb.connect(":memory:")).told() == ()
    months = [drawn.rows(f"partner-{number}", "partner_monthly_usage", "is_suppressed") for number in range(4)]
    assert sum(len(rows) for rows in months) == 4
