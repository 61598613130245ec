"""Default deny: what the policy does not name for statistics is null in the events, and what it does not declare stops them."""

import re
from datetime import date

import pytest

from pipelines.errors import CheckFailedError
from pipelines.steps.day_files import read_day_states

DAY = date(2015, 5, 20)
MEMBERS = [{"account_key": "k1", "login_id": "kim", "partner_id": "p1", "member_type": "artist"}]
CONTENTS = [{"content_id": "c1", "partner_id": "p1", "content_type": "album"}]


@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("client_address", ["client_address_pseudonym"]),
        ("cookie", ["member_pseudonym", "member_partner_id", "member_type"]),
        ("method", []),
        ("target", ["content_id", "content_type", "partner_id", "route_parameters"]),
        ("status", ["status"]),
        ("bytes_sent", ["bytes_sent"]),
        ("referrer", ["referrer_host"]),
        ("user_agent", []),
    ],
)
@pytest.mark.parametrize("how", ["no purpose", "taken out"])
def test_a_field_taken_out_of_the_policy_is_null_in_the_events(house, changed, line, repository, field, columns, how):
    text = (repository / "policy" / "2014-06-16.yml").read_text(encoding="utf-8").partition("\n  quarantine:\n")[0]
    (declared,) = re.findall(rf"^      {field}: .*\n", text, re.MULTILINE)
    other = declared.replace("[statistics, legal]", "[legal]") if how == "no purpose" else ""
    assert other != declared
    told = {"member": "kim", "target": "/contents/c1?tab=lyrics", "referrer": "https://shop.example/", "method": "GET"}
    house = changed(house, "policy/2014-06-16.yml", declared, other)
    house.export("members", MEMBERS)
    house.export("contents", CONTENTS)
    house.deliver([line(DAY, **told), line(DAY, "10:00:01", **{**told, "member": None})])
    house.derive()
    events = house.events()
    assert all(event[column] is None for event in events for column in columns)
    defaults = {
        "method": ("method", "OTHER"),
        "target": ("route", "other"),
        "user_agent": ("browser", "Other"),
        "cookie": ("visitor_pseudonym", events[1]["visitor_pseudonym"]),
        "client_address": ("is_bot", False),
    }
    column, value = defaults.get(field, ("is_page_view", field not in ("status",)))
    assert events[0][column] == value
    if field == "cookie":
        assert house.people(DAY) == {"anonymous": 2}
    if field == "client_address":
        assert [event["visitor_pseudonym"] is None for event in events].count(True) == 1


def test_all_of_them_have_a_value_when_the_policy_names_them(house, line):
    house.export("members", MEMBERS)
    house.export("contents", CONTENTS)
    house.deliver([line(DAY, member="kim", target="/contents/c1?tab=lyrics", referrer="https://shop.example/")])
    house.derive()
    (event,) = house.events()
    assert [name for name, value in event.items() if value is None] == ["bot_evidence"]


def test_an_output_column_that_is_not_declared_stops_the_step(house, changed, line):
    house.deliver([line(DAY)])
    other = changed(
        house, "sql/events/events_from_lines.sql", "    is_bot,\n    case", "    is_bot, target as raw,\n    case"
    )
    with pytest.raises(CheckFailedError, match="undeclared raw"):
        other.derive()
    assert read_day_states(house.workspace.home.events) == {}
    assert not list(house.workspace.home.events.glob("*.parquet"))


def test_a_declared_column_that_is_missing_stops_the_step(house, changed, line):
    house.deliver([line(DAY)])
    other = changed(house, "sql/events/events_from_lines.sql", "    referrer_host,\n    coalesce", "    coalesce")
    with pytest.raises(CheckFailedError, match="missing referrer_host"):
        other.derive()
