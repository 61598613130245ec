"""Nothing personal is anywhere in the clear: planted values are looked for in every file a night leaves behind."""

import bz2
import gzip
import json
import shutil
import sqlite3
import sys
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from support.canaries import CANARIES, DAY, LATER, NOW, deliver, deliver_broken_export
from support.house import House, spoil_events
from support.nights import Nights
from support.scanner import Found, Scanner

from pipelines.steps.records import QUARANTINED_FILE, import_records
from pipelines.storage.vault import Segment

pytestmark = pytest.mark.slow

UNDECLARED = {"members_columns_are_declared"}
"""What the planted name, phone and e-mail make fail: the night goes on without them, and says so by its exit code."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A night that went well, with commands that show it."""
    house = House(tmp_path_factory.mktemp("canary"))
    for name in ("temp", "user"):
        (house.folder / name).mkdir()
    deliver(house.home / "landing")
    shutil.copytree(house.home / "landing", house.folder / "as-delivered")
    house.run("nightly", "nightly", "--clock", NOW)
    house.run("status", "status", "--json")
    house.run("keys", "keys", "status", "--json")
    house.run("sql", "sql", "select * from service_daily_usage", "--json")
    return house


@pytest.fixture(scope="module")
def troubled(house: House, nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A copy of the house in which everything went wrong that can, with the values near."""
    troubled = House(tmp_path_factory.mktemp("troubled"), dict(house.said), dict(house.codes))
    for name in ("home", "home.keys", "temp", "user", "as-delivered"):
        shutil.copytree(house.folder / name, troubled.folder / name)
    named = troubled.folder / "named.log"
    named.write_bytes(gzip.decompress((house.folder / "as-delivered/access/web/access.log.gz").read_bytes()))
    troubled.run(
        "bad format",
        "import",
        str(named),
        "--source",
        "x",
        "--format",
        "%h %>",
        "--clock",
        LATER,
    )
    troubled.run("wrong format", "import", str(named), "--source", "y", "--format", "vhost_combined", "--clock", LATER)
    troubled.run("no such file", "import", str(troubled.folder / "none.log"), "--source", "web", "--clock", LATER)
    export = deliver_broken_export(troubled.home / "landing")
    troubled.run("broken export", "nightly", "--clock", LATER)
    export.unlink()
    locked = troubled.home / "landing" / "access" / "web" / "folder.log"
    locked.symlink_to("/proc/self/mem")
    _night(troubled, nights, "unreadable file", None)
    locked.unlink()
    spoil_events(troubled.workspace())
    _night(troubled, nights, "failing privacy check", None)
    (locked.parent / "more.log").write_bytes(named.read_bytes().replace(b" 200 ", b" 404 "))
    _night(troubled, nights, "error that quotes a value", "quotes_values_in_errors")
    troubled.run("check", "check", "--json", "--clock", LATER)
    return troubled


def _night(house: House, nights: Nights, name: str, broken_by: str | None) -> None:
    environment = {**house.environment, "PARTNERSTATS_CLOCK": LATER}
    night = nights.start(house.home, date.fromisoformat(DAY), house.folder / "night" / name, environment, broken_by)
    house.said[name] = json.dumps(night.outcome())
    house.codes[name] = 0 if json.loads(house.said[name])["succeeded"] else 1


def test_the_night_went_well_and_all_lines_were_accounted_for(house: House):
    status = json.loads(house.said["status"])
    failed = {check["name"] for check in status["checks"] if not check["passed"] and check["severity"] == "error"}
    assert failed == UNDECLARED
    assert house.codes == {**dict.fromkeys(house.codes, 0), "nightly": 1}, house.said
    assert status["is_balanced"]
    assert status["quarantined"] >= 4
    assert [file["name"] for file in status["files_quarantined"]] == ["damaged.log.gz", "headless.csv"]
    assert sum(day["people"].get("member", 0) for day in status["days"]) == 3
    assert not [path for path in (house.home / "landing" / "access").rglob("*") if path.is_file()]


def test_no_canary_is_in_the_clear_after_a_night(house: House, capsys: pytest.CaptureFixture[str]):
    found = house.scan()
    _report(capsys, "after a night", found)
    assert found.hits == []
    assert found.files > 50
    assert found.sealed >= 8
    assert found.layers["table event_logs"] > 20


def test_no_canary_is_in_the_clear_after_failures(troubled: House, capsys: pytest.CaptureFixture[str]):
    failed = {name for name, code in troubled.codes.items() if code}
    assert failed == {
        "nightly", "bad format", "no such file", "broken export", "unreadable file", "error that quotes a value",
        "failing privacy check", "check",
    }  # fmt: skip
    found = troubled.scan()
    _report(capsys, "after failures", found)
    assert found.hits == []


def _report(capsys: pytest.CaptureFixture[str], when: str, found: Found) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n{when}: {found.files} files ({found.sealed} sealed), {sum(found.layers.values())} layers, "
            f"{found.bytes:,} bytes, {len(found.hits)} hits\n"
        )


def test_the_scanner_finds_every_canary_in_what_was_delivered(house: House):
    found = Scanner(CANARIES).scan([house.folder / "as-delivered"])
    prefixes = {"IPv4 prefix", "IPv6 prefix"}
    assert found.names == CANARIES.keys() - prefixes - {"broken export"}


def test_the_scanner_finds_the_canaries_in_the_stores_once_they_are_opened(house: House):
    workspace, scanner, found = house.workspace(), Scanner(CANARIES), Found()
    records = import_records(workspace.ledger)
    segments = [(workspace.vault, body) for record in records for body in record.segments]
    segments += [(workspace.quarantine, body) for record in records for body in record.quarantine]
    segments += [
        (workspace.quarantine, body)
        for entry in workspace.ledger.entries(QUARANTINED_FILE)
        for body in entry.body["pieces"]
    ]
    for store, body in segments:
        scanner.scan_bytes(store.read_segment(Segment.from_json(body)).raw, body["path"], found)
    scanner.scan_bytes(repr(workspace.registry.load("members").to_pylist()).encode(), "members", found)
    in_the_log = CANARIES.keys() - {
        "IPv4 prefix",
        "IPv6 prefix",
        "broken export",
        "name",
        "refused row",
    }
    assert found.names == in_the_log


@pytest.mark.parametrize("kind", ["log", "gz", "bz2", "zstd", "sqlite", "parquet", "duckdb", "json", "gz in gz"])
def test_the_scanner_finds_every_canary_in_a_file_of_each_kind(kind: str, tmp_path: Path):
    _plant(tmp_path / "file", kind)
    found = Scanner(CANARIES).scan([tmp_path])
    assert found.names == set(CANARIES)


def test_the_scanner_finds_nothing_where_nothing_is(tmp_path: Path):
    (tmp_path / "file").write_text("canary\n203.0.113.\n" * 1000)
    assert Scanner(CANARIES).scan([tmp_path]).hits == []


@pytest.mark.parametrize("how", ["utf-16-le", "base64", "hex", "sha256", "md5", "url", "json"])
def test_the_scanner_finds_every_form(how: str, tmp_path: Path):
    for form, what in Scanner(CANARIES)._needles.items():
        if what.endswith(f" as {how}"):
            (tmp_path / str(abs(hash(form)))).write_bytes(b"before " + form + b" after")
    hits = Scanner(CANARIES).scan([tmp_path]).hits
    assert {hit.split(" as ")[0] for hit in hits if f" as {how} in" in hit} == set(CANARIES) or how in ("url", "json")
    assert hits


def _plant(path: Path, kind: str) -> None:
    text = "\n".join(CANARIES.values()).encode()
    packed = {"log": bytes, "gz": gzip.compress, "bz2": bz2.compress, "zstd": zstandard.compress}
    if kind in packed:
        path.write_bytes(packed[kind](text))
    elif kind == "gz in gz":
        path.write_bytes(gzip.compress(gzip.compress(text)))
    elif kind == "json":
        path.write_text(json.dumps(list(CANARIES.values())))
    elif kind == "parquet":
        pq.write_table(pa.table({"value": list(CANARIES.values())}), path, compression="zstd")
    elif kind == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE things (value BLOB)")
            connection.execute("INSERT INTO things VALUES (?)", [gzip.compress(text)])
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("CREATE TABLE things AS SELECT unnest(?) AS value", [list(CANARIES.values())])
