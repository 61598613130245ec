"""Exports are taken in by the policy: declared columns alone, bad rows aside, days kept straight."""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import InputError, UsageError
from pipelines.policy import Policy
from pipelines.privacy.keyring import open_keyring
from pipelines.registry.importing import ExportReport, import_exports, table_of
from pipelines.registry.intervals import BEGINNING
from pipelines.registry.store import RegistryStore
from pipelines.registry.tables import table_spec
from pipelines.tabular.columns import reportable
from pipelines.weblogs.decompression import Limits, decompressed_chunks

D = [date(2015, 5, day) for day in range(1, 31)]
PARTNERS = "partner_id,name,type\nP1,Label,agency\nP2,Duo,artist\n"
MEMBERS = "account_key,login_id,partner_id,member_type,status,joined_at,withdrawn_at"


def member(number: int, status: str = "approved", joined: str = "2014-01-01T00:00:00+09:00") -> str:
    return f"AK{number},login-{number},P1,agency,{status},{joined},"


def members(*rows: str) -> str:
    return "\n".join([MEMBERS, *rows]) + "\n"


def digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


@pytest.fixture
def take(tmp_path: Path, store: RegistryStore, policy: Policy) -> Callable[..., ExportReport]:
    def take_in(name: str, content: str | bytes, day: date = D[9], **options: object) -> ExportReport:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (report,) = import_exports([path], store=store, policy=policy, as_of_day=day, chunks=unpacked, **options)
        return report

    return take_in


def unpacked(path: Path) -> Iterator[bytes]:
    return decompressed_chunks(path, Limits(max_bytes=1 << 26, max_ratio=1000))


def test_a_first_export_is_stored_from_the_beginning(take: Callable, store: RegistryStore) -> None:
    report = take("partners.csv", PARTNERS)
    assert (report.table, report.rows, report.added, report.changed, report.closed) == ("partners", 2, 2, 0, 0)
    assert store.load("partners").to_pylist() == [
        {"partner_id": "P1", "name": "Label", "type": "agency", "valid_from": BEGINNING, "valid_to": None},
        {"partner_id": "P2", "name": "Duo", "type": "artist", "valid_from": BEGINNING, "valid_to": None},
    ]


def test_the_same_export_again_changes_nothing(take: Callable, store: RegistryStore) -> None:
    first = take("partners.csv", PARTNERS)
    before = {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()}
    again = take("partners.csv", PARTNERS)
    assert (again.added, again.changed, again.closed, again.changed_from) == (0, 0, 0, None)
    assert again.sha256 == first.sha256
    assert {path: path.read_bytes() for path in store.folder.rglob("*") if path.is_file()} == before


def test_the_same_rows_in_another_form_change_nothing(take: Callable, store: RegistryStore, tmp_path: Path) -> None:
    take("members.csv", members(member(1), member(2)))
    mark = store.fingerprint(D[20])
    lines = [
        {"account_key": f"AK{n}", "login_id": f"login-{n}", "partner_id": "P1", "member_type": "agency",
         "status": "approved", "joined_at": "2013-12-31T15:00:00Z", "withdrawn_at": None}
        for n in (2, 1)
    ]  # fmt: skip
    packed = gzip.compress("\n".join(map(json.dumps, lines)).encode())
    assert take("members.jsonl.gz", packed, D[10]).changed_from is None
    joined = pa.array([datetime(2013, 12, 31, 15, tzinfo=UTC)] * 2, pa.timestamp("ms", "UTC"))
    table = pa.Table.from_pylist(lines).set_column(5, "joined_at", joined)
    pq.write_table(table, tmp_path / "table")
    assert take("members.parquet", (tmp_path / "table").read_bytes(), D[11]).changed_from is None
    assert store.fingerprint(D[20]) == mark
    assert store.pointer("members").as_of_day == D[11]


def test_a_member_holds_from_the_seoul_day_of_joining(take: Callable, store: RegistryStore) -> None:
    take("members.csv", members(member(1, joined="2015-05-03T15:30:00Z"), member(2, joined="")))
    assert store.load("members")["valid_from"].to_pylist() == [date(2015, 5, 4), BEGINNING]


def test_a_later_export_leaves_earlier_days_alone(take: Callable, store: RegistryStore) -> None:
    take("partners.csv", PARTNERS)
    before = {day: (store.fingerprint(day), store.load_at("partners", day)) for day in D}
    report = take("partners.csv", PARTNERS.replace("Label", "Renamed") + "P3,New,distributor\n", D[14])
    assert (report.added, report.changed, report.closed, report.changed_from) == (1, 1, 0, D[14])
    for day in D[:14]:
        assert store.fingerprint(day) == before[day][0]
        assert store.load_at("partners", day).equals(before[day][1])
    assert store.load_at("partners", D[14])["name"].to_pylist() == ["Renamed", "Duo", "New"]
    assert store.fingerprint(D[14]) != before[D[14]][0]


def test_an_undeclared_column_goes_no_further(take: Callable, store: RegistryStore) -> None:
    export = "partner_id,name,type,nickname,Religion\nP1,Label,agency,canary,canary\n"
    report = take("partners.csv", export)
    assert report.undeclared_columns == ("nickname", "Religion")
    assert report.sensitive_columns == ("Religion",)
    assert "canary" not in repr(report)
    assert set(store.load("partners").column_names) == {"partner_id", "name", "type", "valid_from", "valid_to"}


def test_a_declared_column_that_is_dropped_is_never_stored_nor_a_fault(take: Callable, store: RegistryStore) -> None:
    export = f"{MEMBERS},contact_name,artist_name\n{member(1)},canary,canary\n"
    report = take("members.csv", export)
    assert (report.added, report.undeclared_columns, dict(report.refused)) == (1, (), {})
    assert not {"contact_name", "artist_name"} & set(store.load("members").column_names)
    assert "canary" not in str(store.load("members").to_pylist())


def test_a_missing_required_column_refuses_the_export_without_naming_what_was_there(
    take: Callable, store: RegistryStore
) -> None:
    with pytest.raises(InputError, match=r"^partners\.csv: required columns are missing: name, partner_id, type$"):
        take("partners.csv", "Kim Min-su,010-1234-5678\nLee,x\n")
    assert store.tables() == []


def test_bad_rows_are_counted_by_reason_and_named_by_number(take: Callable) -> None:
    rows = ["P1,Label,agency", "P2,Kim Min-su,band", ",X,artist", "P4,X", "P1,Again,agency", "P5,\xff,artist"]
    export = ("partner_id,name,type\n" + "\n".join(rows) + "\n").encode("latin-1")
    report = take("partners.csv", export)
    assert (report.rows, report.added) == (6, 1)
    assert report.refused == {
        "type: not one of the declared values": 1,
        "partner_id: missing": 1,
        "another number of fields than the header": 1,
        "the same key as an earlier row": 1,
        "name: not a value of type text": 1,
    }
    assert [number for number, _ in report.refused_rows] == [3, 4, 5, 6, 7]
    assert "Kim" not in repr(report)


def test_a_row_that_cannot_be_read_this_time_keeps_its_state(take: Callable, store: RegistryStore) -> None:
    take("partners.csv", PARTNERS)
    report = take("partners.csv", PARTNERS.replace("artist", "band"), D[12])
    assert (report.closed, report.changed_from) == (0, None)
    assert store.load_at("partners", D[12]).num_rows == 2


def test_too_many_vanished_members_are_refused_until_confirmed(take: Callable, store: RegistryStore) -> None:
    everyone = [member(number) for number in range(50)]
    take("members.csv", members(*everyone))
    with pytest.raises(InputError, match=r"members\.csv: 11 of 50 rows are gone, more than 20%"):
        take("members.csv", members(*everyone[11:]), D[10])
    assert store.load_at("members", D[10]).num_rows == 50
    assert take("members.csv", members(*everyone[10:]), D[10]).closed == 10
    confirmed = take("members.csv", members(*everyone[40:]), D[11], confirmed=[digest(members(*everyone[40:]))])
    assert (confirmed.closed, confirmed.is_confirmed) == (30, True)


def test_a_confirmation_is_of_one_export_and_told_of_only_where_it_was_needed(take: Callable) -> None:
    everyone = [member(number) for number in range(50)]
    whole, half = members(*everyone), members(*everyone[25:])
    assert not take("members.csv", whole, confirmed=[digest(whole)]).is_confirmed
    for other in (digest(whole), ""):
        with pytest.raises(InputError, match=f"CONFIRM_VANISHED=members={digest(half)}"):
            take("members.csv", half, D[10], confirmed=[other])
    assert take("members.csv", half, D[10], confirmed=[digest(half)[:12]]).is_confirmed


def test_a_header_and_nothing_else_does_not_close_a_small_table(take: Callable, store: RegistryStore) -> None:
    five = [member(number) for number in range(5)]
    take("members.csv", members(*five))
    with pytest.raises(InputError, match=r"members\.csv: 5 of 5 rows are gone, more than 50%"):
        take("members.csv", members(), D[10])
    with pytest.raises(InputError, match="3 of 5 rows are gone"):
        take("members.csv", members(*five[3:]), D[10])
    assert store.load_at("members", D[10]).num_rows == 5
    assert take("members.csv", members(*five[2:]), D[10]).closed == 2
    assert take("members.csv", members(), D[11], confirmed=[digest(members())]).closed == 3


def test_an_export_of_an_earlier_day_than_the_stored_one_is_refused(take: Callable) -> None:
    take("partners.csv", PARTNERS, D[9])
    with pytest.raises(InputError, match="describes 2015-05-09, but partners is known as of 2015-05-10 already"):
        take("partners.csv", PARTNERS, D[8])


@pytest.mark.parametrize("name", ["access_logs.csv", "members_old.csv", "events.parquet", ".csv", "Members.csv"])
def test_a_file_that_is_no_registry_table_is_refused(name: str, policy: Policy) -> None:
    with pytest.raises(InputError, match="no registry table"):
        table_of(Path(name), policy)


def test_a_table_without_stored_columns_or_of_another_stage_cannot_be_imported(policy: Policy) -> None:
    with pytest.raises(UsageError, match="no registry table"):
        table_spec(policy, "access_logs")
    with pytest.raises(UsageError, match="does not say which"):
        table_spec(without_grain(policy, "contracts"), "contracts")


def without_grain(policy: Policy, table: str) -> Policy:
    dataset = policy.dataset(table).model_copy(update={"grain": ()})
    return policy.model_copy(update={"datasets": {**policy.datasets, table: dataset}})


def test_every_registry_table_of_the_policy_can_be_imported(policy: Policy) -> None:
    tables = {name for name, dataset in policy.datasets.items() if dataset.stage == "registry"}
    assert tables == {
        "partners", "members", "contents", "consents", "misuse_records", "inquiries", "complaints", "contracts",
        "ad_records", "disputes", "linked_accounts", "social_accounts",
    }  # fmt: skip
    assert all(table_spec(policy, table).columns for table in tables)


def test_a_child_is_not_stored_and_what_was_stored_of_them_ends(take: Callable, store: RegistryStore) -> None:
    header = f"{MEMBERS},birth_date\n"
    take("members.csv", header + f"{member(1)},\n{member(2)},1980-01-01\n")
    report = take("members.csv", header + f"{member(1)},2001-05-11\n{member(2)},1980-01-01\n", D[9])
    assert (report.refused, report.flags) == ({"birth_date: under the minimum age": 1}, {"children_refused": 1})
    assert (report.closed, report.rows) == (1, 2)
    assert store.load_at("members", D[9])["login_id"].to_pylist() == ["login-2"]
    assert take("members.csv", header + f"{member(1)},2001-05-10\n{member(2)},\n", D[9]).added == 1


def test_an_unreadable_birth_date_leaves_the_row_as_it_was(take: Callable, store: RegistryStore) -> None:
    header = f"{MEMBERS},birth_date\n"
    take("members.csv", header + f"{member(1)},1980-01-01\n")
    report = take("members.csv", header + f"{member(1)},canary\n{member(2)},canary\n", D[12])
    assert (report.refused, report.closed, report.added) == ({"birth_date: not a value of type date": 2}, 0, 0)
    assert "canary" not in repr(report)


def test_passwords_and_channels_are_counted_and_never_stored(take: Callable, store: RegistryStore) -> None:
    header = f"{MEMBERS},password_hash,channel\n"
    report = take("members.csv", header + f"{member(1)},canary,web_sign_up\n{member(2)},,canary\n")
    assert (report.added, report.flags) == (2, {"plain_passwords": 1, "unknown_channels": 1})
    assert "canary" not in str(store.load("members").to_pylist()) + repr(report)


def test_a_consent_and_a_link_hold_from_the_day_they_were_given(take: Callable, store: RegistryStore) -> None:
    header = "account_key,consent,given_at,until,withdrawn_at\n"
    take("consents.csv", header + "AK1,sign_up,2015-05-01T00:00:00+09:00,,\n", D[9])
    take(
        "consents.csv",
        header + "AK1,sign_up,2015-05-01T00:00:00+09:00,,\nAK2,sign_up,2015-05-08T09:00:00+09:00,,\n",
        D[10],
    )
    assert [store.load_at("consents", day).num_rows for day in (D[6], D[7], D[10])] == [1, 2, 2]


def test_a_column_name_that_may_be_somebodys_data_is_not_reported() -> None:
    assert [reportable(name) for name in ("nick_name", "Kim Min-su", "kim@example.com", "010-1234-5678", "")] == [
        "nick_name",
        *["(no plain name)"] * 4,
    ]


def test_an_empty_first_export_is_an_import_of_nothing(take: Callable, store: RegistryStore) -> None:
    assert take("partners.csv", "partner_id,name,type\n").added == 0
    assert store.load("partners").num_rows == 0
    assert take("partners.csv", PARTNERS, D[10]).added == 2


def test_it_works_with_the_real_keyring(tmp_path: Path, policy: Policy) -> None:
    keyring = open_keyring(
        tmp_path / "keys", tmp_path / "keys" / "master.key", destroy_by=lambda *_: None,
        now=lambda: datetime(2015, 5, 20, tzinfo=UTC), allow_create=True,
    )  # fmt: skip
    store = RegistryStore(tmp_path / "registry", keyring)
    for number, content in enumerate([PARTNERS, PARTNERS.replace("Label", "Renamed")]):
        (tmp_path / "partners.csv").write_text(content)
        import_exports([tmp_path / "partners.csv"], store=store, policy=policy, as_of_day=D[number], chunks=unpacked)
    assert store.load("partners").num_rows == 3
    in_use = [key.name for key in keyring.list() if key.superseded_on is None]
    assert in_use == [store.pointer("partners").key]
    assert [key.superseded_on for key in store.superseded_keys()] == [date(2015, 5, 20)]
