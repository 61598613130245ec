"""Partners of 1, 9, 10 and 500 people, and how few come for what the small ones have."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from pipelines.demo.agents import CRAWLER_AGENTS
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import make_registry, planted_staffs

COOKIE_AND_CONTENT = re.compile(r'"GET [^"]*?(C\d{7})[^"]*" (\d+) .* "([^"]*)" "([^"]*)"$')


@pytest.mark.parametrize(
    ("partners", "members", "staffs"),
    [
        (6, 780, [1, 9, 10, 500]),
        (6, 779, [1, 9, 10]),
        (5, 780, [1, 9, 10]),
        (5, 30, [1, 9, 10]),
        (5, 29, [1, 9]),
        (3, 780, [1]),
        (8, 10, [1]),
    ],
)
def test_as_many_of_the_staffs_are_planted_as_there_is_room_for(partners, members, staffs):
    assert list(planted_staffs(partners, members).values()) == staffs


@pytest.mark.parametrize("ends", [date(2015, 5, 20), date(2015, 6, 20)])
def test_the_last_partners_have_exactly_these_people_on_every_day(ends):
    registry = make_registry(DemoPlan(to=ends, partners=12, members=1_000)).on(ends)
    staff = Counter(registry.members.partners.tolist())
    assert [staff[11 - place] for place in range(4)] == [1, 9, 10, 500]


def test_only_their_staff_come_for_what_small_partners_have_and_all_of_them_on_weekdays(demo):
    staffs = {"P00008": 1, "P00007": 9, "P00006": 10}
    partner_of = {row["content_id"]: row["partner_id"] for row in demo.rows("contents")}
    logins = {row["login_id"]: row["partner_id"] for row in demo.rows("members")}
    came = defaultdict(set)
    for day in demo.plan.dates:
        for log in demo.report.logs:
            if day.isoformat() in log.name:
                for content, cookie in _views(demo.lines_of(log.name)):
                    if partner_of.get(content) in staffs:
                        came[day, partner_of[content]].add(cookie)
    for day in demo.plan.dates:
        for partner, people in staffs.items():
            found = came[day, partner]
            assert len(found) == (people if day.weekday() < 5 else 0)
            assert {logins[re.search(r"pc_member=([a-z0-9-]+)", cookie)[1]] for cookie in found} <= {partner}


def test_a_day_without_room_has_none_of_them():
    plan = DemoPlan(to=date(2015, 5, 20), days=1, requests_per_day=900, partners=8, members=150)
    assert plan.lines_on(plan.to) < 1_000


def _views(lines):
    """Yield content and cookie of each request of a content that is no crawler's, no hostile's and no error."""
    for line in lines:
        found = COOKIE_AND_CONTENT.search(line.decode("latin-1"))
        if found and found[3] not in CRAWLER_AGENTS and found[2] in ("200", "304") and "/static/" not in found[0]:
            yield found[1], found[4]
