"""Events name approved members alone: held against the registry once more, whatever was decided when they were derived."""

import pyarrow as pa
import pytest

from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.steps.day_files import read_day_states
from pipelines.steps.metrics.people import event_people
from pipelines.steps.registry import import_registry
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan, write_parquet

MEMBERS = [
    {"account_key": "k-kim", "login_id": "kim", "partner_id": "p1"},
    {"account_key": "k-lee", "login_id": "lee", "partner_id": "p1"},
    {"account_key": "k-pan", "login_id": "pan", "partner_id": "p1", "status": "pending"},
]


@pytest.fixture
def derived(house, line):
    """Kim and Lee are approved, Pan is pending; each of them asked for two pages."""
    house.export("members", MEMBERS)
    house.deliver([line(member=who) for who in ("kim", "lee", "pan") for _ in range(2)])
    house.derive()
    return house


def counts(house) -> list[dict]:
    return event_people(house.workspace, None).to_dict("records")


def rewritten(house, column, value):
    """Write the stored day anew with `value` in one event's `column`; without a column, with the person's column gone."""
    (state,) = read_day_states(house.workspace.home.events).values()
    key, path = house.workspace.keyring.get(state.key), house.workspace.home.events / state.file_name
    chosen = f"* REPLACE (if(rowid = 0, '{value}', {column}) AS {column})" if column else "* EXCLUDE (person_pseudonym)"
    with house.workspace.connection() as connection:
        add_key(connection, key)
        connection.execute(f"CREATE TABLE day AS FROM {scan(path, state.key)}")
        connection.execute(f"CREATE TABLE changed AS SELECT {chosen} FROM day")  # noqa: S608 -- own text
        write_parquet(connection, "FROM changed", path, key)


def restate(house, **changed):
    """Write the stored members anew, so that nothing says that they changed."""
    rows = house.workspace.registry.load("members")
    kept = [{**row, **(changed if row["login_id"] == "kim" else {})} for row in rows.to_pylist()]
    house.workspace.registry.rewrite("members", pa.Table.from_pylist(kept, schema=rows.schema), changed_from=None)


def test_events_of_approved_members_hold(derived):
    assert counts(derived) == [{"members_undecided": 0, "members_not_approved": 0}]


@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_each_event_of_a_member_who_is_not_approved_is_counted(derived, status):
    restate(derived, status=status)
    assert counts(derived) == [{"members_undecided": 0, "members_not_approved": 2}]


def test_only_the_days_asked_for_are_judged(derived):
    restate(derived, status="pending")
    assert event_people(derived.workspace, []).empty


def test_a_member_who_left_is_none_to_find_before_or_after_the_day_is_derived_again(derived):
    left = {**MEMBERS[0], "status": "withdrawn", "withdrawn_at": "2015-05-20T23:00:00+09:00"}
    derived.export("members", [left, *MEMBERS[1:]])
    assert derived.stale() == [20]
    assert [row["members_not_approved"] for row in counts(derived)] == [0]
    derived.derive()
    assert counts(derived) == [{"members_undecided": 0, "members_not_approved": 0}]
    assert derived.people(derived.workspace.yesterday)["withdrawn"] == 2


def test_a_member_who_is_pending_by_a_newer_export_is_found_until_the_day_is_derived_again(derived):
    derived.export("members", [{**MEMBERS[0], "status": "pending"}, *MEMBERS[1:]])
    assert derived.stale() == [20]
    assert [row["members_not_approved"] for row in counts(derived)] == [2]
    derived.derive()
    assert [row["members_not_approved"] for row in counts(derived)] == [0]


@pytest.mark.parametrize("is_stale", [False, True])
@pytest.mark.parametrize("purpose", [Purpose.MEMBER, Purpose.VISITOR, Purpose.PERSON])
def test_no_pseudonym_of_a_pending_member_passes_in_any_column(derived, purpose, is_stale):
    pseudonymiser = Pseudonymiser(derived.workspace.keyring.pseudonym_key().secret)
    (pan,) = pseudonymiser.pseudonyms(purpose, ["member:k-pan"])
    rewritten(derived, f"{purpose}_pseudonym", pan)
    if is_stale:
        derived.export("contents", [{"content_id": "c1", "partner_id": "p1", "content_type": "album"}])
        assert derived.stale() == [20]
    assert [row["members_not_approved"] for row in counts(derived)] == [1]


@pytest.mark.parametrize(("is_stale", "found"), [(False, 1), (True, 0)])
def test_a_pseudonym_of_nobody_is_found_where_nobody_can_have_left_since(derived, is_stale, found):
    rewritten(derived, "member_pseudonym", "a" * 64)
    if is_stale:
        derived.export("contents", [{"content_id": "c1", "partner_id": "p1", "content_type": "album"}])
    assert [row["members_not_approved"] for row in counts(derived)] == [found]


def test_a_day_that_lacks_a_column_is_a_fault_as_a_whole_and_no_error(derived):
    rewritten(derived, None, None)
    assert counts(derived) == [{"members_undecided": 6, "members_not_approved": 6}]


def test_without_a_registry_no_event_names_a_member(house, line):
    house.deliver([line(member="kim"), line()])
    house.derive()
    assert import_registry(house.workspace, "members").rows == 0
    assert counts(house) == [{"members_undecided": 0, "members_not_approved": 0}]
