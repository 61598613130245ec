"""The registry files hold what the policy declares, agree with each other, and speak of nobody."""

import csv
import json
from collections import Counter
from datetime import datetime

import pytest

from pipelines.clock import SEOUL
from pipelines.policy import load_policy_file


@pytest.fixture(scope="module")
def policy(repository):
    return load_policy_file(repository / "policy" / "2014-06-16.yml")


@pytest.fixture(scope="module")
def members(demo):
    with (demo.landing / "registry/members.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def partners(demo):
    with (demo.landing / "registry/partners.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def contents(demo):
    lines = (demo.landing / "registry/contents.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_members_have_exactly_the_columns_the_policy_declares(members, policy):
    assert set(members[0]) == set(policy.datasets["members"].fields)


def test_partners_and_contents_have_the_contracts_columns_and_no_undeclared_one(partners, contents, policy):
    assert list(partners[0]) == ["partner_id", "name", "type"]
    assert list(contents[0]) == ["content_id", "partner_id", "content_type"]
    assert set(partners[0]) <= set(policy.datasets["partners"].fields)
    assert set(contents[0]) <= set(policy.datasets["contents"].fields)


def test_the_plans_numbers_are_kept(demo, members, partners):
    assert (len(partners), len(members)) == (demo.plan.partners, demo.plan.members)


def test_keys_are_unique_and_references_lead_somewhere(members, partners, contents):
    for rows, key in (
        (members, "account_key"),
        (members, "login_id"),
        (partners, "partner_id"),
        (contents, "content_id"),
    ):
        assert len({row[key] for row in rows}) == len(rows)
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


def test_members_joined_before_the_first_day_and_leave_after_joining_and_before_the_end(members, demo):
    first = datetime.combine(demo.plan.dates[0], datetime.min.time(), SEOUL)
    for row in members:
        joined = datetime.fromisoformat(row["joined_at"])
        assert joined < first
        assert bool(row["withdrawn_at"]) == (row["status"] == "withdrawn")
        if row["withdrawn_at"]:
            left = datetime.fromisoformat(row["withdrawn_at"])
            assert joined < left
            assert left.astimezone(SEOUL).date() < demo.plan.to


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


def test_nobody_is_under_fourteen(members, demo):
    assert max(row["birth_date"] for row in members) < f"{demo.plan.to.year - 14}-01-01"


def test_channels_are_declared_ones(members, policy):
    assert {row["channel"] for row in members} <= set(policy.channels)
