"""Lines that come late land in their own day, with the people of that day: that somebody moved since changes nothing.

Who left is nobody up to the instant of leaving; who comes back after that is a member of the days from then on.
"""

from datetime import date, timedelta

import pytest

D = {number: date(2015, 5, number) for number in range(18, 25)}
KIM = {"account_key": "k1", "login_id": "kim", "partner_id": "p1"}
OTHERS = [{"account_key": f"k{n}", "login_id": f"other{n}", "partner_id": "p2"} for n in range(2, 6)]


def night_after(house, day):
    return house.at(f"{day + timedelta(days=1)}T02:00:00+09:00")


@pytest.fixture
def moved(house, line):
    """Kim was with p1 on the 20th, is with p9 from the 21st; a line of each day is derived."""
    for number, partner in ((20, "p1"), (21, "p9")):
        night = night_after(house, D[number])
        night.export("members", [{**KIM, "partner_id": partner}, *OTHERS])
        night.deliver([line(D[number], member="kim")], f"{number}.log")
        night.derive()
    return night_after(house, D[22])


@pytest.fixture
def rejoined(house):
    """Kim is approved on the 20th, has left on the 21st, is gone on the 22nd, and on the 23rd approved again, with p9."""
    left = {**KIM, "status": "withdrawn", "withdrawn_at": "2015-05-21T09:00:00+09:00"}
    back = {**KIM, "partner_id": "p9", "joined_at": "2015-05-23T09:00:00+09:00"}
    for number, rows in ((20, [KIM]), (21, [left]), (22, []), (23, [back])):
        night = night_after(house, D[number])
        night.export("members", [*rows, *OTHERS])
    return night


def partners(house, day):
    return [event["member_partner_id"] for event in house.events(day)]


def test_a_late_line_is_derived_in_its_own_day_and_no_other_day_is(moved, line):
    untouched = moved.events(D[21])
    moved.deliver([line(D[20], "23:59:59", member="kim")], "late.log")
    assert [report.day for report in moved.derive()] == [D[20]]
    assert len(moved.events(D[20])) == 2
    assert moved.events(D[21]) == untouched


def test_a_line_one_second_later_is_the_next_days(moved, line):
    moved.deliver([line(D[21], "00:00:00", member="kim")], "late.log")
    assert [report.day for report in moved.derive()] == [D[21]]


def test_a_late_line_of_a_member_who_moved_since_counts_with_the_partner_of_its_day(moved, line):
    moved.deliver([line(D[20], "11:00:00", member="kim"), line(D[21], "11:00:00", member="kim")], "late.log")
    moved.derive()
    assert partners(moved, D[20]) == ["p1", "p1"]
    assert partners(moved, D[21]) == ["p9", "p9"]


def test_a_late_line_of_a_day_never_derived_before_has_the_partner_of_that_day(moved, line):
    moved.deliver([line(D[19], member="kim"), line(D[22], member="kim")], "late.log")
    assert [report.day for report in moved.derive()] == [D[19], D[22]]
    assert (partners(moved, D[19]), partners(moved, D[22])) == (["p1"], ["p9"])


def test_whoever_left_and_rejoined_counts_on_the_days_of_the_new_membership_alone(rejoined, line):
    rejoined.deliver([line(D[number], member="kim") for number in (20, 21, 22, 23)], "late.log")
    rejoined.derive()
    assert {number: partners(rejoined, D[number]) for number in (20, 21, 22, 23)} == {
        20: [None],
        21: [None],
        22: [None],
        23: ["p9"],
    }
    found = [rejoined.people(D[number]) for number in (20, 21, 22, 23)]
    assert found == [{"withdrawn": 1}, {"unknown login": 1}, {"unknown login": 1}, {"member": 1}]


def test_a_line_of_whoever_left_has_no_pseudonym_until_the_instant_of_leaving(rejoined, line):
    rejoined.deliver([line(D[21], at, member="kim") for at in ("08:59:59", "09:00:01")], "late.log")
    rejoined.derive()
    before, after = rejoined.events(D[21])
    assert (before["person_pseudonym"], before["visitor_pseudonym"], before["member_pseudonym"]) == (None,) * 3
    assert after["person_pseudonym"] is not None
    assert after["member_pseudonym"] is None


def test_days_derived_again_after_a_rejoining_are_what_they_were(rejoined, line):
    rejoined.deliver([line(D[20], member="kim"), line(D[21], member="kim")], "late.log")
    rejoined.derive()
    before = rejoined.events()
    rejoined.deliver([line(D[20], "12:00:00"), line(D[21], "12:00:00")], "later.log")
    assert [report.day for report in rejoined.derive()] == [D[20], D[21]]
    assert [event for event in rejoined.events() if event in before] == before


def test_a_content_that_changed_hands_keeps_the_partner_of_the_day(house, line):
    for number, partner in ((20, "p1"), (21, "p9")):
        night = night_after(house, D[number])
        night.export("contents", [{"content_id": "C1", "partner_id": partner, "content_type": "track"}])
    night.deliver([line(D[number], target="/contents/C1") for number in (20, 21)], "late.log")
    night.derive()
    assert [event["partner_id"] for event in night.events()] == ["p1", "p9"]
