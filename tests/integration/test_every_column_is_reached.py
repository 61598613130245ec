"""Every store and column on the disk of a finished home is declared free of members, or find reaches it.

A member is planted in each of them in turn, as found on disk and not as listed here, and has to be found there.
"""

import base64
import gzip
import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import date

import duckdb
import pyarrow as pa
import pyrage
import pytest
from support.finished import Finished, finished_home

from pipelines.privacy.access_records import Access
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.rights.requests import Request
from pipelines.rights.sealed import FOLDERS
from pipelines.rights.sealing_box import SealingBox
from pipelines.rights.tombstones import Gone
from pipelines.steps.day_files import read_day_states
from pipelines.steps.imports import import_landing
from pipelines.steps.linked import linked_folder
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.inventory.places import Store, place_of
from pipelines.steps.subjects.finding import Search
from pipelines.steps.subjects.holds import Order, hold_member, take_rows_aside
from pipelines.steps.subjects.person import Person, person_of
from pipelines.steps.subjects.reach import NOT_READ, unreached
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan, write_parquet

pytestmark = pytest.mark.slow
ACCOUNT, LOGIN, LINKED_ID, PHONE = "planted-account-7", "planted.login.7", "planted-linked-7", "010-7777-1234"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The session's finished home; copied, never changed."""
    return finished_home(tmp_path_factory.getbasetemp())


@pytest.fixture
def workspace(finished, tmp_path):
    """An open copy of it."""
    return finished.copy_to(tmp_path).workspace()


def planted_person(workspace) -> Person:
    """Nobody of the sample; the digests and pseudonyms are the keyring's."""
    person = person_of(workspace, LOGIN, ACCOUNT)
    return replace(person, linked_ids=frozenset({LINKED_ID}), contacts=frozenset({PHONE}))


def found(workspace, person=None):
    """Where the planted member is found, by dataset."""
    search = Search(workspace, person or planted_person(workspace))
    counts: dict[str, int] = {}
    for one in search.all():
        counts[one.dataset] = counts.get(one.dataset, 0) + one.count
    return {name: count for name, count in counts.items() if count}


def test_every_store_and_column_of_a_finished_home_is_reached(workspace):
    assert unreached(workspace) == []
    assert found(workspace) == {}


def test_an_undeclared_store_fails(workspace):
    (workspace.home.root / "profiles").mkdir()
    (workspace.home.root / "profiles" / "kept.db").write_bytes(b"x")
    assert unreached(workspace) == ["profiles/kept.db: no store of any dataset"]


def test_an_undeclared_column_of_a_table_fails(workspace):
    rows = workspace.registry.load("members")
    more = rows.append_column("nickname", pa.array([None] * len(rows), pa.string()))
    workspace.registry.rewrite("members", more, changed_from=None)
    assert unreached(workspace) == ["registry/members: column nickname is not declared"]


def test_an_undeclared_table_of_the_warehouse_fails(workspace):
    with duckdb.connect(str(workspace.home.warehouse)) as connection:
        connection.execute("CREATE TABLE visitors_by_name AS SELECT 'x' AS visitor")
    assert unreached(workspace) == ["warehouse: table visitors_by_name is no aggregate of the policy"]


def test_an_undeclared_column_of_events_fails(workspace):
    _events_with(workspace, workspace.home.events, "events", "*, 'x' AS login_id")
    assert unreached(workspace) == ["events: column login_id is neither asked for nor free of identities"]


def _events_with(workspace, folder, dataset, columns):
    """Write one day of events anew with other columns."""
    state = next(iter(read_day_states(folder).values()))
    path, key = folder / state.file_name, workspace.keyring.get(state.key)
    with workspace.connection() as connection:
        add_key(connection, key)
        connection.execute(f"CREATE TABLE day AS SELECT {columns} FROM {scan(path, state.key)}")  # noqa: S608
        write_parquet(connection, "SELECT * FROM day", path, key)


def test_planted_in_any_text_column_of_any_table_the_member_is_found(workspace):
    for table in workspace.registry.tables():
        rows = workspace.registry.load(table)
        texts = [field.name for field in rows.schema if pa.types.is_string(field.type)]
        assert texts, table
        for number, column in enumerate(texts):
            name = (ACCOUNT, LOGIN, LINKED_ID, PHONE)[number % 4]
            changed = rows.set_column(
                rows.schema.get_field_index(column), column, pa.array([name] * len(rows), pa.string())
            )
            mask = Search(workspace, planted_person(workspace)).mask(changed)
            assert sum(mask.to_pylist()) == len(rows), f"{table}.{column}"


@pytest.mark.parametrize("column", ["member_pseudonym", "visitor_pseudonym", "person_pseudonym"])
def test_planted_in_any_pseudonym_of_events_the_member_is_found(workspace, column):
    pseudonym = planted_person(workspace).pseudonyms(workspace)[column]
    _events_with(workspace, workspace.home.events, "events", f"* REPLACE ('{pseudonym}' AS {column})")
    assert found(workspace).keys() == {"events"}


def test_planted_in_any_file_that_is_read_as_text_the_member_is_found(workspace):
    """Whatever lies below the home and the keys' folder and is no sealed store: each file in turn gets a line more."""
    files = files_below({"": workspace.home.root, "keys": workspace.settings.key_folder})
    missed, datasets, keys = [], set(), LiveKeys(workspace.keyring)
    for file in files:
        place = place_of(file.place)
        assert place is not None
        if place.dataset in NOT_READ or place.store not in (Store.STANDING, Store.MADE, Store.LANDING, Store.RUN):
            continue
        datasets.add(place.dataset)
        with_member = workspace.home.staging / "planted" / file.path.name
        with_member.parent.mkdir(exist_ok=True)
        shutil.copyfile(file.path, with_member)
        _plant(with_member)
        search = Search(workspace, planted_person(workspace))
        if not search.in_file(with_member, file.place, keys):
            missed.append(file.place)
    assert missed == []
    assert {"import_ledger", "run_records", "delivered_files", "small_cells"} <= datasets


def _plant(path):
    """Put the member's login into a copy of a file of whatever kind."""
    head = path.read_bytes()[:16]
    if head.startswith(b"SQLite format 3"):
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE planted (text TEXT)")
            connection.execute("INSERT INTO planted VALUES (?)", (LOGIN,))
    elif head[8:12] == b"DUCK":
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"CREATE TABLE planted AS SELECT '{LOGIN}' AS text")
    elif head.startswith(b"\x1f\x8b"):
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + f"\n{LOGIN}\n".encode()))
    else:
        path.write_bytes(path.read_bytes() + f"\n{LOGIN}\n".encode())


def test_planted_in_the_sealed_stores_and_records_the_member_is_found(workspace):
    person, now = planted_person(workspace), workspace.clock.now()
    hold_member(workspace, person, Order("a complaint", "a court", date(2026, 5, 1)))
    rows = workspace.registry.load("members").slice(0, 1)
    mine = rows.set_column(rows.schema.get_field_index("account_key"), "account_key", pa.array([ACCOUNT]))
    take_rows_aside(workspace, "members", mine)
    box = SealingBox(str(pyrage.x25519.Identity.generate().to_public()))
    for dataset in FOLDERS:
        workspace.sealed.put(box, dataset, person.subject, date(2026, 3, 5), {"login_id": LOGIN}, now)
    former = workspace.sign_ups.former(person.subject, now, {"contact_phone": PHONE})
    workspace.sign_ups.add(date(2026, 3, 5), [former])
    workspace.tombstones.add(ACCOUNT, [LOGIN], Gone.ERASED, now)
    workspace.access_records.add(Access(now, "a", "b", "operator", "r", "a", (person.subject,)))
    workspace.access_records.add(Access(now, "a", "b", "operator", f"asked by {LOGIN}", "a"))
    workspace.requests.ask(Request("", "erased", ACCOUNT, (LOGIN,), (), now, "operator", {}, {}))
    counts = found(workspace, person)
    assert counts.pop("access_records") == 3  # the hold's own among them
    assert counts == {
        "holds": 1,
        "held_lines": counts["held_lines"],
        "former_members_1y": 1,
        "former_members_permanent": 1,
        "import_ledger": 2,
        "sign_up_digests": 1,
        "tombstones": 1,
        "open_requests": 1,
    }


def test_planted_in_the_lines_of_the_vault_and_the_quarantine_the_member_is_found(workspace):
    landing, time = workspace.home.landing, "2026-03-05T01:00:00Z"
    cookie = {"time": time, "event": "issued", "cookie_name": "pc_member", "member_id": LOGIN, "expires": None}
    linked = {"time": time, "service": "melon", "event": "play", "partner_id": "P1", "melon_member_id": LINKED_ID}
    for folder, row in (("cookies", cookie), ("linked", linked)):
        (landing / folder).mkdir(exist_ok=True)
        (landing / folder / "planted.jsonl").write_text(json.dumps(row) + "\n")
        import_record_files(workspace, folder)
    log = f'198.51.100.7 - - [05/Mar/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "-" "pc_member={LOGIN}"\n'
    (landing / "access" / "demo-web").mkdir(parents=True, exist_ok=True)
    (landing / "access" / "demo-web" / "planted.log").write_text(
        f"{log}unreadable {base64.b64encode(b'x')!r} {LOGIN}\n"
    )
    import_landing(workspace)
    counts = found(workspace)
    assert counts.pop("delivered_files") == 4
    assert counts == {"access_logs": 1, "quarantine": 1, "cookie_records": 1, "linked_events": 1}


def test_planted_in_linked_events_the_member_is_found(workspace):
    folder = linked_folder(workspace)
    assert read_day_states(folder), "the sample has linked events"
    pseudonym = planted_person(workspace).pseudonyms(workspace)["linked_member_pseudonym"]
    _events_with(workspace, folder, "linked", f"* REPLACE ('{pseudonym}' AS linked_member_pseudonym)")
    assert found(workspace).keys() == {"linked_events_pseudonymised"}
