"""Linked events are of members who link, of some who did, and of strangers; nothing happens to partners nobody comes for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pipelines.demo.links import CYCLE_DAYS, linked_event_rows, links_on
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import make_registry

PLAN = DemoPlan(to=date(2015, 5, 20), partners=8, members=150, seed=7)


@pytest.fixture(scope="module")
def days():
    registry = make_registry(PLAN)
    found = [PLAN.to - timedelta(days=back) for back in range(CYCLE_DAYS)]
    return {day: (registry.on(day), linked_event_rows(PLAN, registry.on(day), day)) for day in found}


def test_links_live_end_and_begin_anew(days):
    links = [link for day, (registry, _) in days.items() for link in links_on(registry, day)]
    ended, living = (
        {link.account_key for link in links if (link.ended is not None) is has_ended} for has_ended in (True, False)
    )
    assert len(ended & living) > 15
    assert len({(link.account_key, link.linked) for link in links}) > len(ended | living)


def test_a_link_ends_after_it_began_and_not_in_the_future(days):
    for day, (registry, _) in days.items():
        for link in links_on(registry, day):
            assert link.linked <= day.toordinal()
            assert link.ended is None or link.linked < link.ended <= day.toordinal()


def test_events_are_of_both_services_known_and_strange_members_and_of_every_kind(days):
    rows = [row for _, found in days.values() for row in found]
    known = {link.melon_member_id for registry, _ in days.values() for link in links_on(registry, PLAN.to)}
    assert {row["service"] for row in rows} == {"melon", "aztalk"}
    assert len({row["event"] for row in rows}) == 5
    assert {row["melon_member_id"] for row in rows} & known
    assert {row["melon_member_id"] for row in rows} - known
    assert any(row["partner_id"] == "P99999" for row in rows)


def test_without_flaws_the_services_use_words_of_the_policy_alone():
    plain = replace(PLAN, flaws=False)
    rows = [
        row for day in range(30) for row in linked_event_rows(plain, make_registry(plain), PLAN.to - timedelta(day))
    ]
    assert {row["event"] for row in rows} == {"stream", "like", "share", "comment"}


def test_partners_nobody_comes_for_have_no_events(days):
    assert not {"P00006", "P00007", "P00008"} & {row["partner_id"] for _, rows in days.values() for row in rows}


def test_weekends_are_quieter(days):
    sunday, monday = (
        len(rows) for day, (_, rows) in sorted(days.items()) if day in (date(2015, 5, 17), date(2015, 5, 18))
    )
    assert sunday < monday
