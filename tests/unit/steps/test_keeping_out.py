"""Rows of who left or was erased stay out, and their lines are nobody's, in whatever file they come."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

from pipelines.rights.tombstones import Gone

DAY = date(2015, 5, 20)
LEFT = "2015-05-20T15:00:00+09:00"
KIM = {"account_key": "k1", "login_id": "kim", "partner_id": "p1"}
LEE = {"account_key": "k2", "login_id": "lee", "partner_id": "p1"}
GONE = {**KIM, "status": "withdrawn", "withdrawn_at": LEFT}
MISUSE = [
    {"account_key": "k1", "recorded_at": "2015-04-01T00:00:00+09:00", "misuse": "suspended"},
    {"account_key": "k2", "recorded_at": "2015-04-02T00:00:00+09:00", "misuse": "warned"},
]


def accounts(house, table="members"):
    return house.workspace.registry.load(table)["account_key"].to_pylist()


@pytest.fixture
def lived(house, line):
    """Two days of lines derived while kim was a member; then kim left."""
    earlier = house.under(clock="2015-05-21T01:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    earlier.deliver(
        [
            line(date(2015, 5, 19), "10:00:00", member="kim"),
            line(DAY, "14:59:59", member="kim"),
            line(DAY, "15:00:01", member="kim"),
            line(DAY, "15:00:02", member="lee"),
        ]
    )
    earlier.derive()
    later = house.under()
    later.export("members", [GONE, LEE])
    return later


def who(house, day):
    return [
        (event["member_pseudonym"] is not None, event["person_pseudonym"] is not None)
        for event in sorted(house.events(day), key=lambda event: event["occurred_at"])
    ]


def test_every_day_until_the_member_left_is_derived_again(lived):
    assert lived.stale() == [19, 20]
    lived.derive()
    assert lived.stale() == []


def test_lines_until_the_instant_are_nobodys_and_a_second_later_anonymous(lived):
    lived.derive()
    assert who(lived, date(2015, 5, 19)) == [(False, False)]
    assert who(lived, DAY) == [(False, False), (False, True), (True, True)]
    assert lived.people(date(2015, 5, 19)) == {"withdrawn": 1}
    assert lived.people(DAY) == {"withdrawn": 1, "unknown login": 1, "member": 1}


def test_a_member_who_comes_back_under_the_same_login_counts_from_then_on(lived, line):
    lived.derive()
    back = lived.at("2015-05-23T12:00:00+09:00")
    rejoined = {**KIM, "joined_at": "2015-05-22T09:00:00+09:00"}
    assert back.export("members", [rejoined, LEE]).kept_out == {}
    back.export("misuse_records", [*MISUSE, {**MISUSE[0], "recorded_at": "2015-05-22T10:00:00+09:00"}])
    back.deliver([line(date(2015, 5, 22), "10:00:00", member="kim")], name="later.log")
    back.derive()
    assert who(back, date(2015, 5, 22)) == [(True, True)]
    assert who(back, date(2015, 5, 19)) == [(False, False)]
    assert sorted(accounts(back, "misuse_records")) == ["k1", "k2"]
    assert len(back.workspace.sealed.objects()) == 2
    again = back.at("2015-05-25T12:00:00+09:00")
    again.export("members", [{**rejoined, "status": "withdrawn", "withdrawn_at": "2015-05-24T15:00:00+09:00"}, LEE])
    sealed = [found.path[:13] for found in again.workspace.sealed.objects() if found.dataset == "former_members_1y"]
    assert sealed == ["1y/2015-05-20", "1y/2015-05-24"]
    again.derive()
    assert who(again, date(2015, 5, 22)) == [(False, False)]


def test_a_source_that_keeps_the_first_day_of_joining_brings_no_line_back(lived):
    back = lived.at("2015-05-23T12:00:00+09:00")
    back.export("members", [KIM, LEE])
    back.derive()
    assert who(back, date(2015, 5, 19)) == [(False, False)]


def test_who_left_days_before_an_export_says_so_was_no_member_in_between(house, line):
    earlier = house.under(clock="2015-05-21T01:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    earlier.deliver([line(DAY, "10:00:00", member="kim")])
    earlier.derive()
    assert who(earlier, DAY) == [(True, True)]
    later = house.at("2015-05-23T12:00:00+09:00")
    later.export("members", [{**GONE, "withdrawn_at": "2015-05-18T15:00:00+09:00"}, LEE])
    assert later.stale() == [20]
    later.derive()
    assert later.people(DAY) == {"unknown login": 1}


def test_a_login_that_was_given_up_before_is_nobodys_only_as_long_as_it_was_the_members(house, line):
    earlier = house.under(clock="2015-05-19T12:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    house.under(clock="2015-05-20T12:00:00+09:00").export(
        "members", [{**KIM, "login_id": "kim2"}, {**LEE, "login_id": "kim"}]
    )
    later = house.under()
    later.export("members", [{**GONE, "login_id": "kim2"}, {**LEE, "login_id": "kim"}])
    later.deliver([line(date(2015, 5, 18), member="kim"), line(DAY, member="kim"), line(DAY, member="kim2")])
    later.derive()
    assert later.people(date(2015, 5, 18)) == {"withdrawn": 1}
    assert later.people(DAY) == {"member": 1, "withdrawn": 1}


# Erased members -----------------------------------------------------------------------------------------------------


@pytest.fixture
def erased(lived, line):
    lived.workspace.tombstones.add("k2", ["lee"], Gone.ERASED, lived.workspace.clock.now())
    return lived


def test_a_late_file_with_an_erased_login_is_nobodys(erased, line):
    erased.derive()
    erased.deliver([line(date(2015, 5, 19), "11:00:00", member="lee")], name="late.log")
    erased.derive()
    assert erased.people(date(2015, 5, 19)) == {"withdrawn": 1, "erased": 1}
    assert who(erased, date(2015, 5, 19)) == [(False, False)] * 2
    assert len(erased.events()) == 5


def test_an_erased_member_is_kept_out_unless_joined_afterwards(erased):
    erased.export("members", [LEE])
    assert accounts(erased) == []
    report = erased.export("members", [LEE])
    assert report.kept_out == {"erased": 1}
    later = erased.at("2015-05-23T12:00:00+09:00")
    assert later.export("members", [{**LEE, "joined_at": "2015-05-22T12:00:00+09:00"}]).kept_out == {}
    assert accounts(later) == ["k2"]


def test_what_a_law_keeps_of_an_erased_member_is_still_taken_in(erased):
    contract = {
        "contract_id": "c1",
        "account_key": "k2",
        "partner_id": "p1",
        "began_on": "2015-01-01",
        "ended_on": None,
    }
    assert erased.export("contracts", [contract]).kept_out == {}
    assert accounts(erased, "contracts") == ["k2"]
    assert erased.export("misuse_records", MISUSE).kept_out == {"withdrawn": 1, "erased": 1}


def test_a_row_past_its_period_and_grace_does_not_come_in_and_one_that_is_stored_takes_its_last_state(house):
    today = house.workspace.today

    def answered(name, days_ago):
        at = None if days_ago is None else f"{today - timedelta(days=days_ago)}T12:00:00+09:00"
        return {"inquiry_id": name, "asked_at": "2015-01-01T12:00:00+09:00", "answered_at": at}

    house.export("inquiries", [answered("over", 6), answered("in-grace", 5), answered("later", None)])
    assert house.workspace.registry.load("inquiries")["inquiry_id"].to_pylist() == ["in-grace", "later"]
    house.export("inquiries", [answered("in-grace", 5), answered("later", 6)])
    stored = house.workspace.registry.load("inquiries").to_pylist()
    assert [row["answered_at"] is None for row in stored if row["inquiry_id"] == "later"][-1] is False


REFUSED = {**LEE, "status": "rejected"}
LINK = {
    "account_key": "k2",
    "service": "melon",
    "melon_member_id": "m2",
    "linked_at": "2015-05-01T00:00:00+09:00",
    "ended_at": None,
}


def test_a_refused_sign_up_that_was_destroyed_does_not_come_back_nor_what_goes_with_it(house):
    house.export("members", [KIM, REFUSED])
    assert accounts(house) == ["k1", "k2"], "of the first export nothing was destroyed yet"
    house.export("linked_accounts", [LINK])
    assert house.export("members", [KIM, REFUSED]).kept_out == {}
    assert house.export("linked_accounts", [LINK]).kept_out == {}
    for table in ("members", "linked_accounts"):
        rows = house.workspace.registry.load(table)
        of_kim = [key == "k1" for key in rows["account_key"].to_pylist()]
        house.workspace.registry.rewrite(table, rows.filter(pa.array(of_kim, pa.bool_())), changed_from=None)
    later = house.at("2015-05-22T12:00:00+09:00")
    assert later.export("members", [KIM, REFUSED]).kept_out == {"past-period": 1}
    assert later.export("linked_accounts", [LINK, {**LINK, "account_key": "k1"}]).kept_out == {"no-member": 1}
    assert (accounts(later), accounts(later, "linked_accounts")) == (["k1"], ["k1"])


def test_who_signs_up_again_after_a_refusal_comes_in_with_what_goes_with_it(house):
    house.export("members", [KIM])
    assert house.export("members", [KIM, REFUSED]).kept_out == {"past-period": 1}
    assert house.export("members", [KIM, {**LEE, "status": "pending"}]).kept_out == {}
    assert house.export("linked_accounts", [LINK]).kept_out == {}
    assert accounts(house, "linked_accounts") == ["k2"]
