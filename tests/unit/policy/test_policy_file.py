"""The committed policy of 2014-06-16: its clauses, its periods, and what the rest of the house repeats of it."""

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
import yaml

from pipelines.policy import Policy, load_policy
from pipelines.policy.datasets import Stage
from pipelines.policy.dbt_sources import DATA_TYPES
from pipelines.policy.sources import CanonicalField

IN_FORCE = date(2015, 5, 21)


@pytest.fixture(scope="module")
def policy(repository: Path) -> Policy:
    return load_policy(repository / "policy", IN_FORCE)


def test_every_clause_of_the_list_stands_in_the_policy_and_no_other(policy: Policy, real_data: Path) -> None:
    rows = (real_data.parents[1] / "policy" / "CLAUSES.md").read_text(encoding="utf-8").splitlines()
    listed = {name for row in rows if row.startswith("| `") for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert len(listed) > 50
    assert set(policy.clauses) == listed


def test_every_clause_speaks_english_and_korean(policy: Policy) -> None:
    for name, clause in policy.clauses.items():
        assert re.search("[가-힣]", clause.says_ko), name
        assert not re.search("[가-힣]", clause.says), name
    for dataset in policy.datasets.values():
        for described in (dataset, *dataset.fields.values()):
            assert re.search("[가-힣]|HTTP", described.description_ko)
            assert not re.search("[가-힣]", described.description)


def test_an_attestation_stands_only_where_software_cannot_see(policy: Policy) -> None:
    attested = {name for name, clause in policy.clauses.items() if clause.enforced_by == "attestation"}
    assert attested == {
        "share.merger", "secure.malware", "secure.intrusion", "secure.certification", "secure.rooms", "secure.staff",
    }  # fmt: skip


PERIODS = [
    ("access_logs", "visit", "P3M", "P3M"),
    ("cookie_records", "visit", "P3M", "P3M"),
    ("quarantine", "visit", "P3M", "P3M"),
    ("events", "visit", None, "P3M"),
    ("small_cells", "visit", None, "P3M"),
    ("linked_events", "event", None, "P3M"),
    ("linked_events_pseudonymised", "event", None, "P3M"),
    ("ad_records", "display", "P6M", "P6M"),
    ("complaints", "settled", "P3Y", "P3Y"),
    ("contracts", "ended", "P5Y", "P5Y"),
    ("members", "membership_ended", None, "at_once"),
    ("former_members_1y", "withdrawal", "P1Y", "P1Y"),
    ("former_members_permanent", "withdrawal", "permanent", "permanent"),
    ("disputes", "settled", "at_once", "at_once"),
    ("consents", "consent", None, "as_recorded"),
    ("inquiries", "answered", None, "at_once"),
    ("linked_accounts", "link_ended", None, "at_once"),
    ("social_accounts", "link_ended", None, "at_once"),
    ("access_records", "access", "P1Y", "P5Y"),
    ("processing_records", "destruction", "P3Y", "P5Y"),
    ("tombstones", "erasure", None, "as_recorded"),
    ("dashboard_accounts", "account_ended", None, "at_once"),
    ("dashboard_sessions", "session_ended", None, "at_once"),
    ("misuse_records", "membership_ended", None, "at_once"),
    ("partners", "membership_ended", None, "at_once"),
    ("sign_up_digests", "withdrawal", "P1Y", "P1Y"),
    ("delivered_files", "delivery", None, "P3M"),
    ("staged_files", "made", None, "at_once"),
    ("held_lines", "settled", "at_once", "at_once"),
    ("holds", "settled", "at_once", "at_once"),
    ("subject_exports", "export", None, "P7D"),
    ("open_requests", "answered", None, "at_once"),
    ("member_requests", "settled", "P3Y", "permanent"),
    ("former_warehouses", "replaced", None, "at_once"),
    ("former_releases", "replaced", None, "at_once"),
    ("verification_digests", "destruction", None, "P14D"),
    ("destruction_register", "destruction", "P3Y", "permanent"),
    ("destruction_plans", "made", "P3Y", "P5Y"),
    ("data_keys", "destruction", None, "at_once"),
    ("run_records", "run_ended", None, "P90D"),
]


def test_the_table_names_every_dataset_with_a_period(policy: Policy) -> None:
    assert {name for name, *_ in PERIODS} == {name for name, held in policy.datasets.items() if held.period is not None}


@pytest.mark.parametrize(("dataset", "anchor", "at_least", "at_most"), PERIODS)
def test_a_dataset_is_kept_as_long_as_the_policy_says(
    policy: Policy, dataset: str, anchor: str, at_least: str | None, at_most: str
) -> None:
    period = policy.dataset(dataset).period
    assert period is not None
    floor = period.at_least.text if period.at_least else None
    assert (period.anchor, floor, period.at_most.text, period.destroy_within_days) == (anchor, at_least, at_most, 5)


def test_access_records_are_kept_two_years_from_fifty_thousand_members(policy: Policy) -> None:
    period = policy.dataset("access_records").period
    assert period is not None
    assert [period.kept_through(date(2015, 5, 20), members=n) for n in (49_999, 50_000)] == [
        date(2016, 5, 20),
        date(2017, 5, 20),
    ]


def test_events_end_with_the_members_withdrawal_as_well(policy: Policy) -> None:
    period = policy.dataset("events").period
    assert period is not None
    assert period.or_earlier == ("withdrawal",)


def test_every_stage_holds_something(policy: Policy) -> None:
    assert {dataset.stage for dataset in policy.datasets.values()} == set(get_args(Stage))


def test_identities_never_stand_in_the_warehouse_or_a_release(policy: Policy) -> None:
    for name, dataset in policy.datasets.items():
        if dataset.stage in {"warehouse", "published"}:
            assert dataset.holds != "identities", name


def test_access_logs_declare_exactly_the_canonical_log_fields(policy: Policy) -> None:
    assert set(policy.dataset("access_logs").fields) == set(get_args(CanonicalField))


def test_only_reduced_or_harmless_log_fields_serve_statistics(policy: Policy) -> None:
    actions = {name: field.action for name, field in policy.fields_for("access_logs", "statistics").items()}
    assert actions == {
        "client_address": "pseudonymise", "cookie": "pseudonymise", "time": "keep", "status": "keep",
        "bytes_sent": "keep", "method": "truncate", "target": "truncate", "referrer": "truncate",
        "user_agent": "truncate",
    }  # fmt: skip


def test_sign_up_items_of_members_are_never_read_for_statistics(policy: Policy) -> None:
    fields = policy.dataset("members").fields
    assert set(policy.fields_for("members", "statistics")) == {
        "account_key", "login_id", "partner_id", "member_type", "status", "joined_at", "withdrawn_at",
    }  # fmt: skip
    assert {name for name, field in fields.items() if field.required} == set(policy.fields_for("members", "statistics"))


def test_sign_up_items_differ_by_member_type(policy: Policy) -> None:
    fields = policy.dataset("members").fields
    required = {
        kind: {name for name, f in fields.items() if f.sign_up == "required" and kind in f.member_types}
        for kind in policy.member_types
    }
    common = {"login_id", "password_hash", "contact_name", "contact_phone"}
    assert required == {
        "agency": common | {"company_name", "business_number"},
        "distributor": common | {"company_name", "business_number"},
        "artist": common | {"has_agency", "artist_name"},
    }


def test_former_members_keep_nothing_the_clause_does_not_name(policy: Policy) -> None:
    assert set(policy.dataset("former_members_permanent").fields) == {"account_key", "business_number"}
    assert set(policy.dataset("former_members_1y").fields) == {
        "login_id", "password_hash", "company_name", "business_number", "contact_phone", "contact_email",
        "company_phone", "business_type", "misuse", "withdrawn_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        *(
            "service_daily_usage",
            "service_daily_status",
            "service_daily_bots",
            "partner_daily_usage",
            "partner_weekly_usage",
        ),
        *("partner_monthly_usage", "partner_content_daily", "partner_feature_daily", "partner_device_daily"),
        *(
            "partner_referrer_daily",
            "partner_weekday_visits",
            "partner_hourly_visits",
            "partner_visit_frequency_monthly",
            "partner_visit_length_monthly",
            "partner_staff_monthly_usage",
        ),
        *("partner_breakdown_daily", "partner_breakdown_weekly", "partner_breakdown_monthly", "partner_linked_daily"),
        *("partner_linked_weekly", "partner_linked_monthly", "service_weekly_usage", "service_monthly_usage"),
        *("service_member_type_daily", "service_member_type_weekly", "service_member_type_monthly"),
        *("service_breakdown_daily", "service_breakdown_weekly", "service_breakdown_monthly"),
    ],
)
def test_a_mart_has_the_columns_the_policy_declares(policy: Policy, repository: Path, table: str) -> None:
    text = (repository / "sql" / "models" / "marts" / f"{table}.yml").read_text(encoding="utf-8")
    (model,) = yaml.safe_load(text)["models"]
    declared = {name: DATA_TYPES[field.type] for name, field in policy.dataset(table).fields.items()}
    assert {column["name"]: column["data_type"] for column in model["columns"]} == declared


def test_partners_aggregates_tell_how_many_people_they_rest_on(policy: Policy) -> None:
    for name, dataset in policy.datasets.items():
        if name.startswith("partner_") and dataset.holds == "aggregates":
            assert "contributing_people" in dataset.fields, name


def test_no_person_is_named_among_the_contacts(policy: Policy) -> None:
    for contact in policy.contacts.values():
        assert contact.email is None
        assert contact.phone in {None, "118"}
