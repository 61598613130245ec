"""When the clock of a registry row starts and ends: a table of cases for every table."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.registry.tables import table_spec
from pipelines.retention.rows import RowTerm, VaultDays, membership_ends, row_terms
from pipelines.retention.states import State, standing

Row = dict[str, object]
Terms = Callable[..., list[RowTerm]]

TODAY = date(2015, 5, 21)
FIRST = date(2015, 2, 21)
"""The first day of which the vault holds visits."""
NOON = datetime(2015, 5, 1, 3, tzinfo=UTC)
SETTLED = NOON.date()
LEFT = date(2015, 4, 30)


def stored(policy: Policy, name: str, rows: list[Row]) -> pa.Table:
    """Return rows as the registry stores them, with what they leave unsaid empty and open from 2015-01-01."""
    schema = table_spec(policy, name).schema
    plain: Row = dict.fromkeys(schema.names) | {"valid_from": date(2015, 1, 1)}
    return pa.Table.from_pylist([plain | row for row in rows], schema=schema)


@pytest.fixture
def terms(policy: Policy) -> Terms:
    def find(
        name: str,
        *rows: Row,
        left: Mapping[str, date] | None = None,
        known_from: date = date.min,
        today: date = TODAY,
        first: date | None = FIRST,
    ) -> list[RowTerm]:
        visits = policy.dataset("access_logs").period
        assert visits is not None
        vault = VaultDays(today, first, visits)
        table = stored(policy, name, list(rows))
        return row_terms(policy.dataset(name), table, membership_ended=left or {}, vault=vault, known_from=known_from)

    return find


GONE_ON = {"valid_to": date(2015, 5, 10)}
LEFT_A = {"a": LEFT}
CASES = [
    # An instant counts as its Seoul day: 15:00 UTC is midnight.
    ("complaints", {"settled_at": datetime(2015, 5, 1, 14, 59, 59, 999_999, tzinfo=UTC)}, RowTerm(date(2015, 5, 1))),
    ("complaints", {"settled_at": datetime(2015, 5, 1, 15, tzinfo=UTC)}, RowTerm(date(2015, 5, 2))),
    (
        "complaints",
        {"settled_at": datetime(1969, 12, 31, 14, 59, 59, 999_999, tzinfo=UTC)},
        RowTerm(date(1969, 12, 31)),
    ),
    ("complaints", {"settled_at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, RowTerm(date.max)),
    ("complaints", {}, RowTerm()),
    # What vanished keeps its own clock under a floor; what was never settled was when it vanished.
    ("complaints", {"settled_at": NOON, **GONE_ON}, RowTerm(SETTLED)),
    ("complaints", GONE_ON, RowTerm(date(2015, 5, 10))),
    ("complaints", {"account_key": "a", "settled_at": NOON}, RowTerm(SETTLED)),
    ("disputes", {"account_key": "a"}, RowTerm()),
    ("disputes", {"settled_at": NOON}, RowTerm(SETTLED)),
    ("contracts", {"ended_on": date(2015, 2, 28)}, RowTerm(date(2015, 2, 28))),
    ("contracts", {"began_on": date(2015, 2, 28)}, RowTerm()),
    ("ad_records", {"displayed_at": NOON, **GONE_ON}, RowTerm(SETTLED)),
    # Without a floor it ended on the day it was no longer there.
    ("inquiries", {"answered_at": NOON}, RowTerm(SETTLED)),
    ("inquiries", GONE_ON, RowTerm(None, None, date(2015, 5, 10))),
    ("partners", {}, RowTerm()),
    ("partners", GONE_ON, RowTerm(None, None, date(2015, 5, 10))),
    ("contents", GONE_ON, RowTerm()),
    # Consents: their own end, else the membership's; withdrawn before that.
    ("consents", {"given_at": NOON, "until": date(2016, 2, 29)}, RowTerm(SETTLED, date(2016, 2, 29))),
    ("consents", {"given_at": NOON, "withdrawn_at": NOON}, RowTerm(SETTLED, None, SETTLED)),
    ("consents", {"given_at": NOON}, RowTerm(SETTLED)),
    ("consents", {"account_key": "a", "given_at": NOON}, RowTerm(SETTLED, LEFT)),
    (
        "consents",
        {"account_key": "a", "given_at": NOON, "until": date(2016, 2, 29)},
        RowTerm(SETTLED, date(2016, 2, 29)),
    ),
    # What goes with the member.
    ("misuse_records", {"account_key": "a"}, RowTerm(LEFT)),
    ("misuse_records", {"account_key": "b"}, RowTerm()),
    ("misuse_records", {"account_key": "a", **GONE_ON}, RowTerm(LEFT, None, date(2015, 5, 10))),
    ("social_accounts", {"account_key": "a"}, RowTerm(None, None, LEFT)),
    ("social_accounts", {"account_key": "b"}, RowTerm()),
    ("linked_accounts", {"account_key": "a", "ended_at": NOON}, RowTerm(SETTLED, None, LEFT)),
    ("linked_accounts", {"account_key": "b", "ended_at": NOON}, RowTerm(SETTLED)),
    # Members: by the day they left, or since they show that they did.
    ("members", {"status": "approved"}, RowTerm()),
    ("members", {"status": "pending"}, RowTerm()),
    ("members", {"status": "approved", "withdrawn_at": NOON}, RowTerm(SETTLED)),
    ("members", {"status": "withdrawn", "withdrawn_at": NOON}, RowTerm(SETTLED, clause="keep.service")),
    ("members", {"status": "withdrawn"}, RowTerm(date(2015, 1, 1), clause="keep.service")),
    ("members", {"status": "rejected"}, RowTerm(date(2015, 1, 1), clause="collect.pending")),
    ("members", {"status": "approved", **GONE_ON}, RowTerm(None, None, date(2015, 5, 10))),
]


@pytest.mark.parametrize(("table", "row", "term"), CASES)
def test_a_row_says_when_its_clock_starts_and_ends(terms: Terms, table: str, row: Row, term: RowTerm) -> None:
    assert terms(table, row, left=LEFT_A) == [term]


def test_a_row_without_a_member_goes_with_nobody(terms: Terms) -> None:
    assert terms("consents", {"given_at": NOON}, left={"": LEFT, "None": LEFT}) == [RowTerm(SETTLED)]


def test_a_refusal_counts_from_the_version_that_first_showed_it(terms: Terms) -> None:
    day = date(2015, 5, 1)
    pending = {"account_key": "a", "status": "pending", "valid_to": day}
    refused = {"account_key": "a", "status": "rejected", "valid_from": day, "valid_to": day + timedelta(days=3)}
    renamed = {"account_key": "a", "status": "rejected", "login_id": "x", "valid_from": day + timedelta(days=3)}
    found = terms("members", renamed, pending, refused)
    assert {term.anchor for term in found} == {day}
    assert {term.clause for term in found} == {"collect.pending"}


def test_what_was_shown_by_the_first_export_did_not_happen_before_it(terms: Terms) -> None:
    row = {"account_key": "a", "status": "rejected", "valid_from": date(1, 1, 1)}
    assert terms("members", row, known_from=date(2015, 5, 20))[0].anchor == date(2015, 5, 20)


def test_a_member_taken_back_has_not_left(terms: Terms) -> None:
    day = date(2015, 5, 1)
    left = {"account_key": "a", "status": "withdrawn", "valid_to": day}
    back = {"account_key": "a", "status": "approved", "valid_from": day}
    assert terms("members", left, back)[1] == RowTerm()


def test_a_complaint_taken_up_again_has_no_clock_until_it_is_settled_again(terms: Terms) -> None:
    day = date(2015, 5, 1)
    settled = {"complaint_id": "c", "settled_at": NOON, "valid_to": day}
    again = {"complaint_id": "c", "valid_from": day}
    assert [term.anchor for term in terms("complaints", settled, again)] == [None, None]


def test_the_latest_version_is_the_latest_by_its_days_not_by_its_place(terms: Terms) -> None:
    day = date(2015, 5, 1)
    open_one = {"inquiry_id": "i", "valid_to": day}
    answered = {"inquiry_id": "i", "answered_at": NOON, "valid_from": day}
    assert [term.anchor for term in terms("inquiries", answered, open_one)] == [SETTLED, SETTLED]


def test_two_rows_that_differ_by_a_microsecond_of_their_key_are_two(terms: Terms) -> None:
    rows = [
        {"account_key": "a", "consent": "c", "given_at": NOON + timedelta(microseconds=n), "until": until}
        for n, until in enumerate([date(2016, 1, 1), date(2017, 1, 1)])
    ]
    assert [term.ends_on for term in terms("consents", *rows)] == [date(2016, 1, 1), date(2017, 1, 1)]


def versions(until: date) -> list[Row]:
    return [
        {"partner_id": "p", "name": "old", "valid_to": until},
        {"partner_id": "p", "name": "new", "valid_from": until},
    ]


@pytest.mark.parametrize(
    ("until", "first", "state"),
    [
        # The vault still holds the last day it held on.
        ("2015-02-22", "2015-02-21", State.KEPT),
        ("2015-02-21", "2015-02-20", State.KEPT),
        # That day went on the night after its period ended.
        ("2015-02-21", "2015-02-21", State.DUE),
        # It went earlier: due at once, not over-retained since.
        ("2015-05-01", "2015-05-02", State.DUE),
        ("2015-05-01", None, State.DUE),
        ("2015-05-21", None, State.KEPT),
        ("2015-05-20", None, State.DUE),
        # Days of grace are counted from the end of that day's own period.
        ("2015-02-17", "2015-02-21", State.DUE),
        ("2015-02-16", "2015-02-21", State.OVER_RETAINED),
    ],
)
def test_a_former_version_goes_with_the_last_vault_day_it_held_on(
    policy: Policy, terms: Terms, until: str, first: str | None, state: State
) -> None:
    period = policy.dataset("partners").period
    assert period is not None
    former, latest = terms(
        "partners", *versions(date.fromisoformat(until)), first=date.fromisoformat(first) if first else None
    )
    assert latest == RowTerm()
    found = standing(period, former.anchor, TODAY, ends_on=former.ends_on, ended_early=former.ended_early)
    assert found.state is state


def test_former_versions_of_who_left_go_with_them(terms: Terms) -> None:
    day = date(2015, 5, 1)
    former = {"account_key": "a", "status": "approved", "valid_to": day}
    latest = {"account_key": "a", "status": "withdrawn", "withdrawn_at": NOON, "valid_from": day}
    assert [term.anchor for term in terms("members", former, latest)] == [SETTLED, SETTLED]


def test_a_former_version_under_a_floor_stays_with_what_it_is_a_version_of(policy: Policy, terms: Terms) -> None:
    day = date(2012, 5, 1)
    old = {"complaint_id": "c", "valid_from": date(2012, 1, 1), "valid_to": day}
    former, _ = terms("complaints", old, {"complaint_id": "c", "settled_at": NOON, "valid_from": day})
    period = policy.dataset("complaints").period
    assert period is not None
    found = standing(period, former.anchor, TODAY, ended_early=former.ended_early)
    assert (found.state, found.ends) == (State.KEPT, date(2018, 5, 1))


def test_a_column_that_was_not_stored_yet_is_empty(policy: Policy) -> None:
    visits = policy.dataset("access_logs").period
    assert visits is not None
    rows = stored(policy, "members", [{"account_key": "a", "status": "approved", "withdrawn_at": NOON}])
    older = rows.drop_columns(["withdrawn_at"])
    found = row_terms(policy.dataset("members"), older, membership_ended={}, vault=VaultDays(TODAY, FIRST, visits))
    assert found == [RowTerm()]
    with pytest.raises(UsageError, match="needs its key"):
        row_terms(
            policy.dataset("members"), rows.drop_columns(["account_key"]), membership_ended={},
            vault=VaultDays(TODAY, FIRST, visits),
        )  # fmt: skip


def test_memberships_end_by_withdrawal_refusal_or_silence(policy: Policy) -> None:
    members = policy.dataset("members")
    rows = stored(
        policy,
        "members",
        [
            {"account_key": "here", "status": "approved"},
            {"account_key": "left", "status": "withdrawn", "withdrawn_at": NOON},
            {"account_key": "refused", "status": "rejected", "valid_from": date(2015, 5, 3)},
            {"account_key": "silent", "status": "approved", "valid_to": date(2015, 5, 4)},
            {"account_key": "moved", "status": "approved", "valid_to": date(2015, 5, 4)},
            {"account_key": "moved", "status": "approved", "valid_from": date(2015, 5, 4)},
        ],
    )
    assert membership_ends(members, rows) == {
        "left": SETTLED, "refused": date(2015, 5, 3), "silent": date(2015, 5, 4),
    }  # fmt: skip
    with pytest.raises(UsageError, match="one key"):
        membership_ends(policy.dataset("consents"), rows)
