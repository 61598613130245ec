"""Who is no member: people less members is a count as any other, though it is published nowhere."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from press import MONDAY, Press, Views

from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, PublishedTable
from pipelines.releases import showing, weighing
from pipelines.releases.attacking import attack_everything
from pipelines.releases.memory import Memory

CLOSED_MONDAY, LATER, CLOSED_WEEK = date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 11)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
CLOSE = "shown, and differs from a shown cell within it by too few people"
KNOWN = "hidden, and only one value is possible"


def members(first: int, last: int, device: str = "desktop", day: date = MONDAY) -> Iterator[Views]:
    return (Views("partner-a", day, f"person-{one}0", "album-1", device, 2) for one in range(first, last))


def others(first: int, last: int, device: str = "desktop", day: date = MONDAY) -> Iterator[Views]:
    return (Views("partner-a", day, f"person-{one}1", "album-1", device, 2) for one in range(first, last))


def told(press: Press) -> dict[str, tuple[int | None, int | None]]:
    """Return people and members of each device, and of the day and the week."""
    counts = f"{PEOPLE}, {MEMBERS}"
    rows = press.rows("partner-a", "partner_device_daily", f"day, device, {counts}")
    rows += press.rows("partner-a", "partner_daily_usage", f"day, 'day', {counts}")
    found = {name: tuple(given) for day, name, *given in rows if day == MONDAY}
    weeks = press.rows("partner-a", "partner_weekly_usage", counts)
    return found | ({"week": weeks[0]} if weeks else {})


def audit(press: Press) -> tuple[tuple[str, str, int], ...]:
    memory = Memory(press.place.gate, press.published.current())
    return attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:")).told()


def only_seen(frame, _publication, shown) -> None:
    """Take who is no member for shown where the other two are, and hide nothing for it."""
    shown[ANONYMOUS] = frame.has[ANONYMOUS] & shown[PEOPLE] & shown[MEMBERS]


@pytest.fixture
def three(press: Press) -> Press:
    """A Monday of 28 who are no members, of whom three came by mobile, with as many members as there."""
    press.views += [*members(0, 15), *members(15, 30, "mobile"), *others(0, 25), *others(25, 28, "mobile")]
    return press


def test_who_is_no_member_and_not_in_a_part_is_told_only_if_they_are_k(three):
    assert three.publish(CLOSED_MONDAY).status == "published"
    shown = told(three)
    assert (shown["day"], shown["mobile"]) == ((58, 30), (18, None))
    assert shown["desktop"] == (40, None)
    assert audit(three) == ()


def test_ten_who_are_no_members_are_told(press):
    press.views += [*members(0, 15), *members(15, 30, "mobile"), *others(0, 25), *others(25, 35, "mobile")]
    assert press.publish(CLOSED_MONDAY).status == "published"
    assert told(press)["desktop"] == (40, 15)
    assert told(press)["mobile"] == (25, 15)


def test_without_that_rule_the_gate_refuses_who_is_no_member(three, monkeypatch):
    monkeypatch.setattr(showing, "hide_with_anonymous", only_seen)
    monkeypatch.setattr(showing, "hide_what_pins", lambda *_: None)
    monkeypatch.setattr(showing, "_hide_close_counts", lambda *_: None)
    leaks = three.publish(CLOSED_MONDAY).leaks
    assert (CLOSE, f"partner_daily_usage.{ANONYMOUS}", 1) in leaks
    assert (KNOWN, f"partner_device_daily.{MEMBERS}", 1) in leaks


@pytest.fixture
def three_devices(press: Press) -> Press:
    """Forty members and sixty others, each with one device: of the twenty with a tablet five are members."""
    press.views += [*members(0, 15), *members(15, 35, "mobile"), *members(35, 40, "tablet")]
    press.views += [*others(0, 20), *others(20, 45, "mobile"), *others(45, 60, "tablet")]
    return press


def test_members_of_a_part_are_not_what_the_others_leave_of_the_total(three_devices):
    assert three_devices.publish(CLOSED_MONDAY).status == "published"
    shown = told(three_devices)
    assert [shown[name][0] for name in ("day", "desktop", "mobile", "tablet")] == [100, 35, 45, 20]
    assert shown["tablet"][1] is None
    assert {shown["desktop"][1], shown["mobile"][1]} == {None, 20}
    assert audit(three_devices) == ()


def test_without_that_rule_the_gate_refuses_what_the_others_leave(three_devices, monkeypatch):
    monkeypatch.setattr(showing, "hide_what_pins", lambda *_: None)
    assert (KNOWN, f"partner_device_daily.{MEMBERS}", 1) in three_devices.publish(CLOSED_MONDAY).leaks


def test_a_part_without_members_costs_no_count(press):
    press.views += [*members(0, 30), *others(0, 28), *others(28, 50, "mobile")]
    assert press.publish(CLOSED_MONDAY).status == "published"
    assert told(press)["desktop"] == (58, 30)
    assert told(press)["mobile"] == (22, None)


def test_a_row_of_more_members_than_people_tells_of_no_members(three, monkeypatch):
    usage = "press.usage"
    rows = [("partner-a", MONDAY, 116, 58, 60, 58, 0.0, 58, 58)]
    monkeypatch.setattr(usage, lambda *_: rows)
    assert three.publish(CLOSED_MONDAY).status == "published"
    assert told(three)["day"] == (58, None)


def test_what_was_published_before_stays_and_later_periods_keep_to_the_rule(three, monkeypatch):
    """Before, nobody counted who is no member: nights go on, and a day that tells of few of them is restated no more."""
    with monkeypatch.context() as before:
        before.setattr(PublishedTable, "tells_anonymous", property(lambda _: False))
        assert three.publish(CLOSED_MONDAY, days=WEEK[:1]).status == "published"
    assert told(three)["desktop"] == (40, 15)
    three.views += [*members(30, 60, day=WEEK[1]), *others(20, 33, day=WEEK[1])]
    assert three.publish(CLOSED_WEEK, days=WEEK).status == "published"
    assert told(three)["week"] == (93, None)
    three.views += members(30, 45)
    outcome = three.publish(date(2026, 11, 12), days=WEEK)
    assert (outcome.restated, outcome.left, outcome.leaks) == (0, 1, ())
    assert told(three)["desktop"] == (40, 15)
    assert (CLOSE, f"partner_daily_usage.{ANONYMOUS}", 1) in audit(three)


def come_late(press: Press, mobile: int) -> None:
    """Publish a Monday of forty others with a desktop; then ten more come with it, and so many of all with a mobile, too."""
    press.views += [*others(0, 40), *members(0, 30), *others(20, 40, "mobile"), *members(10, 30, "mobile")]
    press.publish(CLOSED_MONDAY)
    press.views += [*others(40, 50, "mobile"), *others(20 - mobile, 20, "mobile"), *others(40, 50)]


@pytest.mark.parametrize(("mobile", "is_restated"), [(5, True), (17, False), (20, True)])
def test_late_lines_do_not_bring_who_is_no_member_too_close(press, mobile, is_restated):
    come_late(press, mobile)
    assert press.publish(LATER).restated == is_restated
    assert told(press)["mobile"] == ((50 + mobile, 20) if is_restated else (40, 20))


def test_without_that_rule_the_gate_refuses_late_ones_who_are_no_members(press, monkeypatch):
    monkeypatch.setattr(weighing, "refuse_close", lambda *_: None)
    come_late(press, 17)
    assert (CLOSE, f"partner_daily_usage.{ANONYMOUS}", 1) in press.publish(LATER).leaks
