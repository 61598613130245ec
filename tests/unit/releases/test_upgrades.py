"""Homes that published before a table was published go on after it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from breakdowns import BREAKDOWNS, LINKED, BreakdownPress, audience, with_breakdowns
from press import MONDAY

from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.policy.publication import PartsOf

LATER = (BREAKDOWNS["week"], BREAKDOWNS["month"], *LINKED.values())
WEDNESDAY_CLOSED, WEEK_CLOSED, NEXT_WEEK_CLOSED = date(2026, 11, 7), date(2026, 11, 11), date(2026, 11, 18)


def without(policy: Policy, *names: str) -> Policy:
    """Return the policy as it was before it published these tables."""
    assert policy.publication is not None
    tables = {name: table for name, table in policy.publication.tables.items() if name not in names}
    return policy.model_copy(update={"publication": policy.publication.model_copy(update={"tables": tables})})


@pytest.fixture
def old(tmp_path, full_policy) -> BreakdownPress:
    """A home that published three days of two partners before breakdowns of longer periods and linked services were published."""
    press = BreakdownPress(tmp_path / "home", without(with_breakdowns(full_policy), *LATER))
    press.views = audience("partner-a", MONDAY, 14, 60) + audience("partner-b", MONDAY, 14, 12)
    assert press.publish(WEDNESDAY_CLOSED).closed["day"] == ["2026-11-02", "2026-11-03", "2026-11-04"]
    return press


@pytest.mark.slow
def test_after_the_upgrade_the_next_days_and_weeks_are_published_with_the_new_tables(old, full_policy):
    new = replace(old, policy=with_breakdowns(full_policy))
    for day in (WEEK_CLOSED, NEXT_WEEK_CLOSED):
        outcome = new.publish(day)
        assert (outcome.status, outcome.leaks) == ("published", ())
    is_hidden: dict[date, bool] = {}
    for day, hidden in new.rows("partner-a", "partner_linked_daily", "day, is_suppressed"):
        is_hidden[day] = is_hidden.get(day, True) and hidden
    days = [MONDAY + timedelta(days=number) for number in range(14)]
    assert sorted(is_hidden) == days
    assert all(is_hidden[day] for day in days[:3]) and not all(is_hidden.values())
    weeks = new.rows("partner-a", BREAKDOWNS["week"], "DISTINCT week")
    assert weeks == [(MONDAY,), (MONDAY + timedelta(days=7),)]


@pytest.mark.slow
def test_a_table_that_was_published_cannot_be_left_out_where_what_follows_hangs_together_with_it(old, full_policy):
    new = replace(old, root=old.root.with_name("new"), policy=with_breakdowns(full_policy))
    new.publish(WEDNESDAY_CLOSED)
    with pytest.raises(UsageError, match="partner_linked_daily was published"):
        replace(new, policy=without(new.policy, *LINKED.values())).publish(WEEK_CLOSED)
    assert new.published.current() == "2026-11-07-0001"


def test_a_breakdown_that_was_published_cannot_be_left_out_either(old, full_policy):
    tables = dict(old.policy.publication.tables)
    usage = PartsOf(
        table="partner_daily_usage", each="dimension", only=("browser", "os"), measures={"page_views": "page_views"}
    )
    tables[BREAKDOWNS["day"]] = tables[BREAKDOWNS["day"]].model_copy(update={"parts_of": (usage,)})
    publication = old.policy.publication.model_copy(update={"tables": tables})
    former = replace(
        old, root=old.root.with_name("former"), policy=old.policy.model_copy(update={"publication": publication})
    )
    assert former.publish(WEDNESDAY_CLOSED).status == "published"
    with pytest.raises(UsageError, match="browser of partner_breakdown_daily was published"):
        replace(former, policy=with_breakdowns(full_policy)).publish(WEEK_CLOSED)
