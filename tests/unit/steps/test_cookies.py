"""From cookie records to events: a refusal, a logout, and what else the cookies of a day's lines show."""

from datetime import date

import pytest

from pipelines.steps.day_files import read_day_states
from pipelines.steps.record_imports import import_record_files

DAY = date(2015, 5, 20)
MEMBERS = [{"account_key": f"k{n}", "login_id": n, "partner_id": "p1"} for n in ("kim", "lee")]


def cookies(house, *rows: str, name: str = "cookies.csv") -> None:
    folder = house.workspace.home.landing / "cookies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("time,event,cookie_name,member_id,expires\n" + "".join(row + "\n" for row in rows))
    import_record_files(house.workspace, "cookies")


@pytest.fixture
def visited(house, line):
    """Kim and Lee, each with a line at 10, 11 and 12 o'clock of 2015-05-20, and one on the 19th and the 21st."""
    house.export("members", MEMBERS)
    house.deliver([line(DAY, f"{hour}:00:00", member=who) for hour in (10, 11, 12) for who in ("kim", "lee")])
    house.deliver([line(date(2015, 5, day), "10:00:00", member="kim") for day in (19, 21)], "other-days.log")
    return house


def members_at(house, hour: int) -> int:
    """How many of the day's requests at an hour of Seoul are a member's."""
    return sum(
        event["member_pseudonym"] is not None for event in house.events(DAY) if event["occurred_at"].hour == hour - 9
    )


def test_a_member_who_refused_counts_as_anonymous_from_that_instant_on(visited):
    cookies(visited, "2015-05-20T11:00:00+09:00,refused,pc_member,kim,")
    visited.derive()
    assert [members_at(visited, hour) for hour in (10, 11, 12)] == [2, 1, 1]
    assert visited.people(DAY) == {"member": 4, "refused cookies": 2}
    assert visited.people(date(2015, 5, 21)) == {"refused cookies": 1}
    refused = next(e for e in visited.events(date(2015, 5, 21)))
    assert refused["visitor_pseudonym"] is not None
    assert refused["member_partner_id"] is None


def test_a_cookie_shown_after_logout_is_anonymous_and_counted(visited):
    cookies(
        visited,
        "2015-05-20T10:30:00+09:00,ended,pc_member,lee,",
        "2015-05-20T11:30:00+09:00,issued,pc_member,lee,",
    )
    visited.derive()
    assert [members_at(visited, hour) for hour in (10, 11, 12)] == [2, 1, 2]
    state = read_day_states(visited.workspace.home.events)[DAY]
    assert state.people == {"member": 5, "used after logout": 1}
    assert (state.cookies["lines_after_logout"], state.cookies["lines_refused"]) == (1, 0)


def test_other_cookies_and_conflicting_ones_are_counted(house, line):
    house.export("members", MEMBERS)
    house.deliver(
        [
            line(cookie="pc_member=kim; ad=1; track=2"),
            line(cookie="ad=1"),
            line(cookie="pc_member=kim; pc_member=lee"),
            line(),
        ]
    )
    house.derive()
    state = read_day_states(house.workspace.home.events)[DAY]
    assert state.people == {"member": 1, "conflicting cookies": 1, "anonymous": 2}
    assert state.cookies == {
        "lines_refused": 0,
        "lines_after_logout": 0,
        "lines_conflicting": 1,
        "lines_with_others": 2,
        "other_cookies": 3,
    }


def test_late_cookie_records_make_their_day_and_those_after_it_stale(visited):
    visited.derive()
    assert visited.stale() == []
    cookies(visited, "2015-05-20T09:00:00+09:00,refused,pc_member,kim,")
    assert visited.stale() == [20, 21]
    visited.derive()
    assert visited.stale() == []
    cookies(visited, "2015-05-20T09:00:00+09:00,refused,pc_member,kim,", name="again.csv")
    assert visited.stale() == []


def test_a_refusal_of_another_day_still_holds_when_a_day_is_derived_again(visited, line):
    cookies(visited, "2015-05-18T09:00:00+09:00,refused,pc_member,kim,")
    visited.derive()
    visited.deliver([line(date(2015, 5, 21), "11:00:00", member="kim")], "late.log")
    visited.derive()
    assert visited.people(date(2015, 5, 21)) == {"refused cookies": 2}


def test_another_cookie_name_as_the_member_cookie_makes_days_stale(visited, changed):
    visited.derive()
    other = changed(visited, "policy/sources.yml", "member_cookie: pc_member", "member_cookie: pc_id")
    assert other.stale() == [19, 20, 21]
