"""Only approved members are processed; everybody else counts as anonymous, and is counted."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from pipelines.steps.metrics import registry as metrics
from pipelines.steps.people import people_of

DAY = date(2015, 5, 20)


def member(account, login, **given):
    return {"account_key": account, "login_id": login, "partner_id": "p1", **given}


def decisions(people, table, standings=None):
    nothing = np.zeros(len(table), np.int8)
    return people.decisions(table, nothing if standings is None else np.array(standings, np.int8), nothing)


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
        "rejected": 1,
        "shared login": 1,
        "unknown login": 2,
        "conflicting cookies": 1,
        "anonymous": 2,
    }
    assert decided.total() == 10


def test_a_login_shared_with_a_member_who_is_not_approved_belongs_to_neither(house):
    house.export("members", [member("k1", "both"), member("k2", "both", status="rejected")])
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


@pytest.mark.parametrize(
    ("given", "until", "withdrawn", "counts"),
    [
        ("2015-05-20T23:59:59+09:00", "", "", True),
        ("2015-05-21T00:00:00+09:00", "", "", False),
        ("2015-01-01T00:00:00+09:00", "2015-05-20", "", True),
        ("2015-01-01T00:00:00+09:00", "2015-05-19", "", False),
        ("2015-01-01T00:00:00+09:00", "", "2015-05-21T00:00:00+09:00", True),
        ("2015-01-01T00:00:00+09:00", "", "2015-05-20T23:59:59+09:00", False),
    ],
)
def test_a_member_counts_while_a_consent_to_processing_lives_at_the_days_end(house, given, until, withdrawn, counts):
    house.export("members", [member("k1", "kim"), member("k2", "lee")])
    consent = {"consent": "sign_up", "given_at": given, "until": until or None, "withdrawn_at": withdrawn or None}
    house.export("consents", [{"account_key": "k1", **consent}])
    people = people_of(house.workspace.registry, DAY)
    assert people.members["login_id"].to_pylist() == (["kim"] if counts else [])
    decided = decisions(people, lines(("kim", "member"), ("lee", "member")))
    assert decided == ({"member": 1, "no consent": 1} if counts else {"no consent": 2})


def test_without_a_table_of_consents_nobody_is_held_back(house):
    house.export("members", [member("k1", "kim")])
    assert len(people_of(house.workspace.registry, DAY).members) == 1


def test_a_separate_consent_is_no_consent_to_processing(house):
    house.export("members", [member("k1", "kim")])
    given = {"given_at": "2015-01-01T00:00:00+09:00", "until": None, "withdrawn_at": None}
    house.export("consents", [{"account_key": "k1", "consent": "advertising", **given}])
    assert len(people_of(house.workspace.registry, DAY).members) == 0


def test_a_pending_member_without_consent_is_still_pending(house):
    house.export("members", [member("k1", "kim", status="pending")])
    given = {"given_at": "2015-01-01T00:00:00+09:00", "until": None, "withdrawn_at": None}
    house.export("consents", [{"account_key": "k9", "consent": "sign_up", **given}])
    assert decisions(people_of(house.workspace.registry, DAY), lines(("kim", "member"))) == {"pending": 1}


def unheld(house):
    return metrics.member_consents(house.workspace, None).to_dict("records")


def test_members_whose_consents_were_never_delivered_are_told_and_not_held_back(house):
    assert unheld(house) == []
    house.export("members", [member("k1", "kim"), member("k2", "pending", status="pending")])
    assert unheld(house) == [{"members_held_back": 0, "members_unheld": 1}]
    given = {"given_at": "2015-01-01T00:00:00+09:00", "until": None, "withdrawn_at": None}
    house.export("consents", [{"account_key": "k9", "consent": "sign_up", **given}])
    assert unheld(house) == [{"members_held_back": 1, "members_unheld": 0}]
