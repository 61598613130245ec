"""The term of every row against looking through all rows for each of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retention_by_hand import last_day_by_walking

from pipelines.policy import Dataset, Policy
from pipelines.registry.tables import table_spec
from pipelines.retention.rows import RowTerm, VaultDays, row_terms

Row = dict[str, object]

TODAY = date(2015, 5, 21)
FIRST = date(2015, 2, 21)
NOON = datetime(2015, 5, 1, 3, tzinfo=UTC)

DAYS = st.integers(min_value=0, max_value=400).map(lambda n: date(2014, 6, 1) + timedelta(days=n))
INSTANTS = st.datetimes(datetime(2014, 6, 1), datetime(2015, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
CONSENTS = st.fixed_dictionaries(
    {
        "account_key": st.sampled_from(["a", "b"]),
        "consent": st.sampled_from(["x", "y"]),
        "given_at": st.just(NOON) | INSTANTS,
        "until": st.none() | DAYS,
        "withdrawn_at": st.none() | INSTANTS,
        "valid_from": DAYS,
        "valid_to": st.none() | DAYS,
    }
)


def term_by_hand(row: Row, rows: list[Row], left: Mapping[str, date], first: date | None) -> RowTerm:
    """Return a consent's term, found by looking through all rows."""
    key = ("account_key", "consent", "given_at")
    same = [other for other in rows if all(other[name] == row[name] for name in key)]
    same.sort(key=lambda other: (other["valid_from"], other["valid_to"] or date.max))
    last = same[-1]
    ends_on = last["until"] or left.get(str(row["account_key"]))
    events = [last["valid_to"]]
    if last["withdrawn_at"] is not None:
        events.append((last["withdrawn_at"] + timedelta(hours=9)).date())
    if row is not last and row["valid_to"] is not None and (first is None or row["valid_to"] <= first):
        at_the_latest = last_day_by_walking(row["valid_to"] - timedelta(days=1), "P3M")
        events.append(max(row["valid_to"], min(at_the_latest, TODAY - timedelta(days=1))))
    known = [day for day in events if day is not None]
    return RowTerm((row["given_at"] + timedelta(hours=9)).date(), ends_on, min(known) if known else None)


@settings(max_examples=150, deadline=None)
@given(st.lists(CONSENTS, max_size=12), st.none() | DAYS, st.dictionaries(st.sampled_from(["a", "b"]), DAYS))
def test_every_term_is_the_one_found_by_hand(
    policy_of_consents: Dataset, visits: VaultDays, schema: pa.Schema, rows: list[Row], first: date | None,
    left: dict[str, date],
) -> None:  # fmt: skip
    ordered = {(r["account_key"], r["consent"], r["given_at"], r["valid_from"]): r for r in rows}
    kept = [dict.fromkeys(schema.names) | row for row in ordered.values()]
    table = pa.Table.from_pylist(kept, schema=schema)
    vault = VaultDays(TODAY, first, visits.period)
    found = row_terms(policy_of_consents, table, membership_ended=left, vault=vault)
    assert found == [term_by_hand(row, kept, left, first) for row in kept]


@pytest.fixture(scope="module")
def policy_of_consents(policy: Policy) -> Dataset:
    return policy.dataset("consents")


@pytest.fixture(scope="module")
def schema(policy: Policy) -> pa.Schema:
    return table_spec(policy, "consents").schema


@pytest.fixture(scope="module")
def visits(policy: Policy) -> VaultDays:
    period = policy.dataset("access_logs").period
    assert period is not None
    return VaultDays(TODAY, FIRST, period)
