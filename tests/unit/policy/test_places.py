"""Where rows carry their clock: what is refused at load, where the error points, and what a night may destroy on its own."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import PolicyError
from pipelines.policy import Policy, load_policy

Load = Callable[[str], Policy]
Refuse = Callable[[str], PolicyError]

PLAIN = "    period: {anchor: visit, at_least: P3M, at_most: P3M, basis: Law, basis_ko: 법, clause: keep.visits}\n"


def with_period(small: str, keys: str) -> tuple[str, int]:
    """Return `small` with another period for its visits, and the line (from 1) on which it stands."""
    assert PLAIN in small
    period = f"    period: {{anchor: visit, {keys}, basis: Law, basis_ko: 법, clause: keep.visits}}\n"
    return small.replace(PLAIN, period), 1 + small[: small.index(PLAIN)].count("\n")


def in_registry(small: str) -> str:
    return small.replace("stage: vault", "stage: registry")


REFUSED = [
    ("at_most: P3M, anchor_field: day", "names 'day', which is no field"),
    ("at_most: P3M, anchor_field: address", "names 'address', which is no date or instant"),
    ("at_most: P3M, or_earlier: [withdrawal], ended_fields: [address]", "which is no date or instant"),
    ("at_most: P3M, or_earlier: [withdrawal], ended_fields: [left_at]", "names 'left_at', which is no field"),
    ("at_most: P3M, ended_fields: [time]", "no event of or_earlier ends the period"),
    ("at_most: as_recorded", "as_recorded needs an ends_field"),
    ("at_most: P3M, ends_field: time", "no other ceiling has one"),
    ("at_most: as_recorded, ends_field: until", "names 'until', which is no field"),
    ("at_most: P3M, member_field: time", "names 'time', which is no text"),
    ("at_most: P3M, member_field: account_key", "names 'account_key', which is no field"),
    ("at_most: P3M, or_earlier: [membership_ended]", "membership_ended needs a member_field"),
    ("at_most: P3M, member_field: address, open_end: membership_ended", "open_end needs as_recorded"),
    ("at_most: as_recorded, ends_field: time, open_end: membership_ended", "open_end needs as_recorded"),
    ("at_most: P3M, open_end: never", "Input should be 'membership_ended'"),
    ("at_most: P3M, ended_when: {field: state, values: {left: keep.visits}}", "names 'state', which is no field"),
    ("at_most: P3M, ended_when: {field: address, values: {left: keep.visits}}", "never has the value 'left'"),
    ("at_most: P3M, ended_when: {field: address, values: {}}", "at least 1 item"),
    ("at_most: P3M, anchor_column: time", "unknown key 'anchor_column'"),
]


@pytest.mark.parametrize(("keys", "cause"), REFUSED)
def test_a_place_that_cannot_be_is_refused_on_its_line(small: str, refused: Refuse, keys: str, cause: str) -> None:
    text, line = with_period(small, keys)
    error = refused(text)
    assert cause in error.cause
    assert error.line == line


ACCEPTED = [
    "at_most: P3M, anchor_field: time",
    "at_most: P3M, or_earlier: [withdrawal], ended_fields: [time]",
    "at_most: as_recorded, ends_field: time",
    "at_most: as_recorded, ends_field: time, member_field: address, open_end: membership_ended",
    "at_most: P3M, or_earlier: [membership_ended], member_field: address",
]


@pytest.mark.parametrize("keys", ACCEPTED)
def test_a_place_that_can_be_loads(small: str, loaded: Load, keys: str) -> None:
    period = loaded(with_period(small, keys)[0]).dataset("visits").period
    assert period is not None
    assert [*period.day_fields(), *period.text_fields()] or period.member_field


def test_values_that_end_a_row_have_to_be_among_those_declared(small: str, loaded: Load, refused: Refuse) -> None:
    text, _ = with_period(small, "at_most: P3M, ended_when: {field: address, values: {left: keep.visits}}")
    declared = text.replace("address: {type: text,", "address: {type: text, values: [here, left],")
    ended = loaded(declared).dataset("visits").period
    assert ended is not None
    assert ended.ended_when is not None
    assert dict(ended.ended_when.values) == {"left": "keep.visits"}
    assert "unknown clause 'keep.it'" in refused(declared.replace("left: keep.visits", "left: keep.it")).cause


def test_a_registry_column_that_is_dropped_carries_no_clock(small: str, loaded: Load, refused: Refuse) -> None:
    text, line = with_period(small, "at_most: P3M, member_field: address")
    error = refused(in_registry(text))
    assert (error.line, "dropped as it is read" in error.cause) == (line, True)
    kept = in_registry(text).replace("action: drop, purposes: [legal]", "action: keep, purposes: [legal]")
    assert loaded(kept).dataset("visits").stage == "registry"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("most_days: 14", "most_days: 0"),
        ("most_row_share: 0.2", "most_row_share: 0"),
        ("most_row_share: 0.2", "most_row_share: 1.1"),
        ("few_rows: 100", "few_rows: -1"),
        ("oldest_days: 30", "oldest_days: -1"),
        ("plan_expires_hours: 24", "plan_expires_hours: 0"),
        ("most_days: 14, ", ""),
        ("most_days: 14", "most_day: 14"),
    ],
)
def test_a_limit_that_limits_nothing_or_everything_is_refused(small: str, refused: Refuse, old: str, new: str) -> None:
    assert old in small
    line = 1 + small[: small.index("retention: {")].count("\n")
    assert refused(small.replace(old, new, 1)).line == line


def test_a_policy_without_limits_for_its_nights_is_refused(small: str, refused: Refuse) -> None:
    (limits,) = [row for row in small.splitlines() if row.startswith("retention:")]
    assert "'retention' is missing" in refused(small.replace(limits + "\n", "")).cause


def test_a_night_destroys_on_its_own_up_to_each_limit_and_not_beyond(small: str, loaded: Load) -> None:
    limits = loaded(small).retention
    assert [limits.allows_days(n) for n in (14, 15)] == [True, False]
    assert [limits.allows_rows(100, of=100), limits.allows_rows(101, of=101)] == [True, False]
    assert [limits.allows_rows(n, of=1000) for n in (200, 201)] == [True, False]
    ends = date(2015, 8, 20)
    assert [limits.allows_age(ends, date(2015, 9, day)) for day in (19, 20)] == [True, False]


ROWS = {
    "complaints": "settled_at", "disputes": "settled_at", "contracts": "ended_on", "ad_records": "displayed_at",
    "inquiries": "answered_at", "consents": "given_at", "linked_accounts": "ended_at", "members": "withdrawn_at",
    "misuse_records": None, "social_accounts": None, "partners": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def policy(repository: Path) -> Policy:
    return load_policy(repository / "policy", date(2015, 5, 21))


def test_every_registry_table_with_a_period_says_where_its_clock_stands(policy: Policy) -> None:
    tables = {
        name: dataset.period.anchor_field
        for name, dataset in policy.datasets.items()
        if dataset.stage == "registry" and dataset.period is not None
    }
    assert tables == ROWS
    members = {
        name
        for name, dataset in policy.datasets.items()
        if dataset.stage == "registry" and dataset.period is not None and dataset.period.member_field
    }
    assert members == {"misuse_records", "social_accounts", "linked_accounts", "consents"}


def test_members_end_by_leaving_and_by_being_refused_each_under_its_clause(policy: Policy) -> None:
    period = policy.dataset("members").period
    assert period is not None
    assert period.ended_when is not None
    assert dict(period.ended_when.values) == {"withdrawn": "keep.service", "rejected": "collect.pending"}


def test_a_night_has_limits_and_a_plan_lasts_a_day(policy: Policy) -> None:
    limits = policy.retention
    assert (limits.most_days, limits.most_row_share, limits.few_rows, limits.oldest_days) == (14, 0.2, 100, 30)
    assert (limits.plan_expires_hours, limits.clause) == (24, "destroy.prompt")


def test_everything_but_aggregates_and_a_few_records_without_a_person_has_a_period(policy: Policy) -> None:
    without = {
        name for name, dataset in policy.datasets.items() if dataset.period is None and dataset.holds != "aggregates"
    }
    assert without == {"contents", "import_ledger", "releases", "retention_status"}
