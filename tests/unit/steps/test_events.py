"""From lines to events: who is who, what is kept, and that nothing raw is in the file."""

import re
from datetime import date, datetime, timedelta

import pytest

from pipelines.errors import DamagedError

DAY = date(2015, 5, 20)
RAW = {
    "address": "203.0.113.199",
    "member": "canary-login",
    "account": "canary-account",
    "agent": "canary-agent/9.9",
    "referrer": "https://shop.example/canary-page?canary=1",
    "target": "/search?q=canary-query&type=album",
    "cookie": "pc_member=canary-login; session=canary-session",
}
MEMBERS = [
    {"account_key": "k1", "login_id": "kim", "partner_id": "p1", "member_type": "artist"},
    {"account_key": "k2", "login_id": "pending", "partner_id": "p1", "status": "pending"},
    {"account_key": "k3", "login_id": "gone", "partner_id": "p1", "status": "withdrawn"},
    {"account_key": "k4", "login_id": "refused", "partner_id": "p1", "status": "rejected"},
    {"account_key": "k5", "login_id": "both", "partner_id": "p1"},
    {"account_key": "k6", "login_id": "both", "partner_id": "p2"},
    {"account_key": RAW["account"], "login_id": RAW["member"], "partner_id": "p2"},
]
CONTENTS = [{"content_id": "c1", "partner_id": "p1", "content_type": "album"}]
NOT_MEMBERS = ["pending", "gone", "refused", "both", "nobody"]
GONE_AT = 6 + NOT_MEMBERS.index("gone")


def by_time(events):
    """Events by the second of their hour; each line of `story` has its own."""
    return {event["occurred_at"].minute * 60 + event["occurred_at"].second: event for event in events}


@pytest.fixture(scope="module")
def story(house_in, tmp_path_factory, line):
    """A day of lines, one a second from 10:00:00 on, with the registry; derived."""
    house = house_in(tmp_path_factory.mktemp("story"))
    house.export("members", MEMBERS)
    house.export("contents", CONTENTS)
    told = [
        {"member": "kim"},
        {"member": "kim", "address": "203.0.113.9"},
        {"address": "::ffff:198.51.100.7"},
        {"address": "198.51.100.7"},
        {"cookie": "pc_member=kim; pc_member=lee"},
        {"cookie": "other=kim"},
        *({"member": login} for login in NOT_MEMBERS),
        {"target": "/contents/c1?tab=lyrics&utm_source=x"},
        {"target": "/contents/unknown-content"},
        {"target": "/contents/c1", "status": 404},
        {"target": "/contents/c1", "status": 304, "sent": "-"},
        {"target": "/contents/c1", "method": "POST"},
        {"address": "host.example"},
        {name: RAW[name] for name in ("address", "agent", "referrer", "target", "cookie")},
        {"agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
        {"agent": "-"},
    ]
    lines = [line(DAY, f"10:00:{at:02}", **what) for at, what in enumerate(told)]
    house.deliver(
        [*lines, f'198.51.100.7 - - [{"20/May/2015:10:01:00 +0900"}] "\\x16\\x03" 400 0 "-" "-" "-"\n', "broken\n"]
    )
    (report,) = house.derive()
    assert report.rows == len(lines) + 1
    return house


@pytest.fixture(scope="module")
def events(story):
    return by_time(story.events())


def test_a_member_at_two_addresses_is_one_member_visitor_and_person(events):
    home, office = events[0], events[1]
    for name in ("member_pseudonym", "visitor_pseudonym", "person_pseudonym"):
        assert home[name] == office[name] is not None
    assert home["client_address_pseudonym"] != office["client_address_pseudonym"]
    assert (home["member_partner_id"], home["member_type"]) == ("p1", "artist")


def test_an_address_mapped_into_ipv6_is_the_same_client(events):
    mapped, plain = events[2], events[3]
    for name in ("client_address_pseudonym", "visitor_pseudonym", "person_pseudonym"):
        assert mapped[name] == plain[name] is not None


def test_whoever_is_no_approved_member_is_anonymous(events):
    anonymous = events[3]
    for at in set(range(4, 6 + len(NOT_MEMBERS))) - {GONE_AT}:
        assert events[at] | {"occurred_at": None} == anonymous | {"occurred_at": None}
    assert anonymous["member_pseudonym"] is None
    assert anonymous["visitor_pseudonym"] != events[0]["visitor_pseudonym"]


def test_a_line_of_a_member_who_left_since_is_a_request_of_nobody(events):
    nobodys, anonymous = events[GONE_AT], events[3]
    gone = {name: None for name in anonymous if name.endswith("_pseudonym")}
    assert len(gone) == 4
    assert nobodys == {**anonymous, **gone, "occurred_at": nobodys["occurred_at"]}


def test_who_was_not_a_member_is_counted_by_why(story):
    people = story.people(DAY)
    assert people == {
        "member": 3,
        "pending": 1,
        "withdrawn": 1,
        "rejected": 1,
        "shared login": 1,
        "unknown login": 1,
        "conflicting cookies": 1,
        "anonymous": sum(people.values()) - 9,
    }
    assert sum(people.values()) == len(story.events())


def test_a_content_has_its_partner_and_an_unknown_one_never_appears(events):
    at = 6 + len(NOT_MEMBERS)
    known, unknown = events[at], events[at + 1]
    assert [known[n] for n in ("route", "content_id", "content_type", "partner_id")] == ["content", "c1", "album", "p1"]
    assert known["route_parameters"] == "tab=lyrics"
    assert [unknown[n] for n in ("route", "content_id", "content_type", "partner_id")] == ["content", None, None, None]
    assert "unknown-content" not in str(events)


def test_a_page_view_is_a_page_that_was_got_and_given(events):
    at = 6 + len(NOT_MEMBERS)
    assert [events[at + shift]["is_page_view"] for shift in range(5)] == [True, True, False, True, False]
    assert [events[at + shift]["bytes_sent"] for shift in (2, 3)] == [5, None]
    assert events[60]["is_page_view"] is False
    assert [events[60][name] for name in ("method", "route", "status")] == ["OTHER", "other", 400]


def test_a_client_without_an_address_has_no_pseudonym_at_all(events):
    host = events[6 + len(NOT_MEMBERS) + 5]
    assert {host[name] for name in host if name.endswith("pseudonym")} == {None}


def test_bots_are_marked_and_who_says_nothing_is_none(events):
    at = 6 + len(NOT_MEMBERS) + 7
    assert [(events[at + shift]["is_bot"], events[at + shift]["device_class"]) for shift in (0, 1)] == [
        (True, "bot"),
        (False, "other"),
    ]


def test_nothing_raw_is_in_the_events(story, events):
    canary = events[6 + len(NOT_MEMBERS) + 6]
    assert canary["member_pseudonym"] is not None
    assert (canary["referrer_host"], canary["route_parameters"]) == ("shop.example", "type=album")
    decoded = str(story.events())
    for raw in (
        "canary",
        "203.0.113",
        "198.51.100",
        "host.example",
        "kim",
        "k1",
        "utm_source",
        "Googlebot/2.1",
        "\x16",
    ):
        assert not re.search(rf"(?<![0-9a-z]){re.escape(raw)}", decoded), raw
    assert "shop.example" in decoded


def test_pseudonyms_are_64_hexadecimal_digits_and_of_different_purposes_share_none(story):
    by_purpose = {}
    for event in story.events():
        for name in (name for name in event if name.endswith("pseudonym")):
            assert event[name] is None or re.fullmatch("[0-9a-f]{64}", event[name])
            by_purpose.setdefault(name, set()).add(event[name])
    found = [value for values in by_purpose.values() for value in values - {None}]
    assert len(by_purpose) == 4
    assert len(found) == len(set(found))


def test_the_columns_are_those_the_policy_declares(story):
    declared = list(story.workspace.policy.dataset("events").fields)
    assert all(list(event) == declared for event in story.events())


def test_a_member_who_moved_keeps_yesterdays_partner(house, line):
    house.export("members", MEMBERS)
    house.deliver([line(DAY, member="kim")])
    house.derive()
    later = house.at("2015-05-22T12:00:00+09:00")
    later.export("members", [{**MEMBERS[0], "partner_id": "p9"}, *MEMBERS[1:]])
    later.deliver([line(DAY + timedelta(days=1), member="kim")], "next.log")
    assert [report.day.day for report in later.derive()] == [21]
    before, after = later.events()
    assert [(e["event_day"].day, e["member_partner_id"]) for e in (before, after)] == [(20, "p1"), (21, "p9")]
    assert before["member_pseudonym"] == after["member_pseudonym"]


def test_the_day_is_seouls_whatever_the_logs_offset(house, line):
    offsets = ["20/May/2015:14:59:59 +0000", "20/May/2015:15:00:00 +0000", "20/May/2015:07:00:00 -0800"]
    house.deliver([line(DAY).replace("20/May/2015:10:00:00 +0900", time) for time in offsets])
    house.derive()
    found = [(event["event_day"].day, event["occurred_at"]) for event in house.events()]
    midnight = datetime(2015, 5, 20, 15)  # noqa: DTZ001 - events hold UTC without a zone
    assert found == [(20, midnight - timedelta(seconds=1)), (21, midnight), (21, midnight)]


def test_every_line_counts_even_one_that_is_the_same_as_another(house, line):
    house.deliver([line(DAY)] * 5)
    assert [report.rows for report in house.derive()] == [5]
    house.deliver([line(DAY)] * 6)
    assert [report.rows for report in house.derive()] == [6]


def test_a_day_of_only_unreadable_lines_has_no_events_and_is_complete(house):
    house.deliver("broken\n\n")
    assert [(report.day, report.rows) for report in house.derive()] == [(date(2015, 5, 21), 0)]
    assert house.events() == []
    assert house.stale() == []


def test_a_damaged_vault_stops_the_step_and_leaves_the_events_that_were(house, line):
    house.deliver([line(DAY)])
    house.derive()
    before = house.events()
    house.deliver([line(DAY, target="/more")], "more.log")
    (segment,) = sorted((house.workspace.home.vault).rglob("*.age"))[:1]
    segment.write_bytes(segment.read_bytes()[:-1])
    with pytest.raises(DamagedError):
        house.derive()
    assert house.events() == before
    assert house.stale() == [20]


@pytest.mark.parametrize("batch_bytes", [1024, 100_000])
def test_batches_parts_and_long_lines_change_nothing_of_the_events(house, line, batch_bytes):
    house = house.under(batch_bytes=batch_bytes, max_line_bytes=1024)
    lines = [line(DAY + timedelta(days=at % 2 - 1), f"10:{at % 60:02}:00", f"/{at}") for at in range(2000)]
    lines[700] = "x" * 300_000 + "\n"
    lines[1300] = line(DAY, target="/" + "y" * 2000)
    house.deliver(lines)
    assert sum(report.rows for report in house.derive()) == 1998
    assert {event["event_day"].day for event in house.events()} == {19, 20}
