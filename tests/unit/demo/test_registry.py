"""The registry files hold what the policy declares, agree with each other, and speak of nobody."""

from collections import Counter
from datetime import date, datetime

import pytest

from pipelines.clock import SEOUL, seoul_day
from pipelines.policy import load_policy_file
from pipelines.registry.screening import is_one_way, is_under
from pipelines.steps.registry import TABLES


@pytest.fixture(scope="module")
def policy(repository):
    return load_policy_file(repository / "policy" / "2014-06-16.yml")


@pytest.fixture(scope="module")
def members(demo):
    return demo.rows("members")


@pytest.fixture(scope="module")
def partners(demo):
    return demo.rows("partners")


@pytest.fixture(scope="module")
def contents(demo):
    return demo.rows("contents")


@pytest.mark.parametrize("table", TABLES)
def test_every_table_of_the_contract_is_exported_with_its_required_columns_and_no_undeclared_one(demo, policy, table):
    fields = policy.datasets[table].fields
    found = set(demo.rows(table)[0])
    assert {name for name, field in fields.items() if field.required} <= found <= set(fields)


@pytest.mark.parametrize("table", TABLES)
def test_rows_have_a_key_of_their_own_and_a_known_channel(demo, policy, table):
    rows = demo.rows(table)
    keys = [tuple(row[name] for name in policy.datasets[table].grain) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row["channel"] for row in rows if "channel" in row} <= set(policy.channels)


@pytest.mark.parametrize("table", TABLES)
def test_accounts_and_partners_that_rows_name_are_some_of_the_registry(demo, table, partners):
    accounts = {f"AK{number:08d}" for number in range(1, demo.plan.members + 1)}
    known = {row["partner_id"] for row in partners}
    assert {row["account_key"] for row in demo.rows(table) if "account_key" in row} <= accounts
    assert {row["partner_id"] for row in demo.rows(table) if "partner_id" in row} <= known


def test_members_have_exactly_the_columns_the_policy_declares(members, policy):
    assert set(members[0]) == set(policy.datasets["members"].fields)


def test_partners_are_as_many_as_planned_and_few_members_have_no_row(demo, members, partners):
    assert len(partners) == demo.plan.partners
    assert 0.9 * demo.plan.members < len(members) <= demo.plan.members


def test_logins_are_unique_and_members_have_the_type_of_their_partner(members, partners, contents):
    assert len({row["login_id"] for row in members}) == len(members)
    types = {row["partner_id"]: row["type"] for row in partners}
    assert {row["partner_id"] for row in contents} == set(types)
    assert all(types[row["partner_id"]] == row["member_type"] for row in members)


def test_partners_are_of_every_type_and_their_sizes_are_skewed(partners, contents):
    assert {row["type"] for row in partners} == {"agency", "artist", "distributor"}
    sizes = Counter(row["partner_id"] for row in contents)
    assert max(sizes.values()) > 1.8 * min(sizes.values())


def test_most_members_are_approved_and_every_status_occurs(members):
    statuses = Counter(row["status"] for row in members)
    assert set(statuses) == {"approved", "pending", "rejected", "withdrawn"}
    assert statuses["approved"] > 0.75 * len(members)


def test_members_leave_after_joining_and_nothing_lies_ahead(members, demo):
    for row in members:
        joined = datetime.fromisoformat(row["joined_at"])
        assert seoul_day(joined) <= demo.plan.to
        assert bool(row["withdrawn_at"]) == (row["status"] == "withdrawn")
        if row["withdrawn_at"]:
            left = datetime.fromisoformat(row["withdrawn_at"])
            assert joined < left
            assert left.astimezone(SEOUL).date() <= demo.plan.to


def test_fields_of_another_member_type_are_empty_and_required_ones_are_not(members, policy):
    for row in members:
        for name, field in policy.datasets["members"].fields.items():
            if row["member_type"] not in (field.member_types or [row["member_type"]]):
                assert row[name] == "", name
            elif field.sign_up == "required":
                assert row[name] != "", name


def test_optional_fields_are_left_out_by_some_and_given_by_others(members, policy):
    optional = [name for name, field in policy.datasets["members"].fields.items() if field.sign_up == "optional"]
    assert optional
    for name in optional:
        assert {bool(row[name]) for row in members} == {True, False}, name


def test_what_identifies_is_obviously_made_up(members):
    for row in members:
        assert row["login_id"].startswith("demo-")
        assert row["contact_phone"].startswith("010-0000-")
        assert row["contact_email"] == "" or row["contact_email"].endswith("@sample.example")
        assert row["business_number"] == "" or row["business_number"].startswith("000-00-")


def test_no_password_stands_there_in_the_clear(members):
    assert all(is_one_way(row["password_hash"]) for row in members)


def test_flaws_are_a_child_and_a_member_without_consent_and_few_of_them(demo, members):
    born = [date.fromisoformat(row["birth_date"]) for row in members]
    assert 0 < sum(is_under(each, 14, demo.plan.to) for each in born) < 0.1 * len(members)
    assert 0 < len(_without_consent(demo, members)) < 0.1 * len(members)


def test_without_flaws_everybody_is_of_age_and_has_consented(tidy):
    members = tidy.rows("members")
    assert not any(is_under(date.fromisoformat(row["birth_date"]), 14, tidy.plan.to) for row in members)
    assert _without_consent(tidy, members) == set()


def _without_consent(demo, members):
    consented = {row["account_key"] for row in demo.rows("consents") if row["consent"] == "sign_up"}
    return {row["account_key"] for row in members if row["status"] == "approved"} - consented
