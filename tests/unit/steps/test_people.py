"""Only approved members are processed; everybody else counts as anonymous, and is counted."""

from datetime import date

import numpy as np
import pyarrow as pa

from pipelines.steps.people import people_of

DAY = date(2015, 5, 20)


def member(account, login, **given):
    return {"account_key": account, "login_id": login, "partner_id": "p1", **given}


def decisions(people, table, standings=None):
    return people.decisions(table, np.zeros(len(table), np.int8) if standings is None else np.array(standings, np.int8))


def lines(*cookies: tuple[str | None, str]) -> pa.Table:
    logins, states = zip(*cookies, strict=True) if cookies else ((), ())
    text = pa.dictionary(pa.int32(), pa.string())
    return pa.table(
        {"member_login": pa.array(logins, pa.string()).cast(text), "cookie_state": pa.array(states).cast(text)}
    )


def test_without_a_registry_nobody_is_a_member(house):
    people = people_of(house.workspace.registry, DAY)
    assert (len(people.members), len(people.contents)) == (0, 0)
    assert decisions(people, lines(("kim", "member"), (None, "none"))) == {"unknown login": 1, "anonymous": 1}


def test_each_line_is_counted_by_what_is_decided_about_its_person(house):
    house.export(
        "members",
        [
            member("k1", "kim"),
            member("k2", "pending", status="pending"),
            member("k3", "gone", status="withdrawn", withdrawn_at="2015-05-01T00:00:00+09:00"),
            member("k4", "refused", status="rejected"),
            member("k5", "both"),
            member("k6", "both", partner_id="p2"),
        ],
    )
    people = people_of(house.workspace.registry, DAY)
    assert people.members["login_id"].to_pylist() == ["kim"]
    decided = decisions(
        people,
        lines(
            ("kim", "member"),
            ("kim", "member"),
            ("pending", "member"),
            ("gone", "member"),
            ("refused", "member"),
            ("both", "member"),
            ("nobody", "member"),
            (None, "conflicting"),
            (None, "none"),
            (None, "other_only"),
        ),
    )
    assert decided == {
        "member": 2,
        "pending": 1,
        "withdrawn": 1,
        "rejected": 1,
        "shared login": 1,
        "unknown login": 1,
        "conflicting cookies": 1,
        "anonymous": 2,
    }
    assert decided.total() == 10


def test_a_login_shared_with_a_member_who_is_not_approved_belongs_to_neither(house):
    house.export("members", [member("k1", "both"), member("k2", "both", status="withdrawn")])
    assert len(people_of(house.workspace.registry, DAY).members) == 0


def test_people_are_those_of_the_days_end(house):
    house.export("members", [member("k1", "kim", joined_at="2015-05-20T23:59:59+09:00")])
    before, after = (people_of(house.workspace.registry, date(2015, 5, day)) for day in (19, 20))
    assert (len(before.members), len(after.members)) == (0, 1)


def test_no_lines_have_no_decisions(house):
    assert decisions(people_of(house.workspace.registry, DAY), lines()) == {}


def test_of_approved_members_only_those_whose_cookie_is_issued_count(house):
    house.export("members", [member("k1", "kim"), member("k2", "pending", status="pending")])
    people = people_of(house.workspace.registry, DAY)
    table = lines(*[("kim", "member")] * 3, ("pending", "member"), ("nobody", "member"))
    assert decisions(people, table, [0, 1, 2, 2, 1]) == {
        "member": 1,
        "used after logout": 1,
        "refused cookies": 1,
        "pending": 1,
        "unknown login": 1,
    }
