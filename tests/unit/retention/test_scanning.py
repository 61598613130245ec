"""A destroyed line is found in every kind of file, and the line next to it is not taken for it."""

import base64
import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyrage
import pytest
import zstandard
from scanning_by_hand import DAY, DIGESTER, LINE, OTHER, Desk, sample_of

from pipelines.retention.samples import Collector
from pipelines.retention.scanning.decoding import DEEPEST, Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.traversal import traverse
from pipelines.storage.engine import quoted
from pipelines.storage.parquet import write_parquet
from pipelines.storage.sealing import seal

BEFORE, AFTER = b"first line\n", b"\nlast line\n"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def zipped(text: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner.log", text)
    return archive.getvalue()


def csv_field(text: bytes) -> bytes:
    return b'number,line\r\n1,"' + text.replace(b'"', b'""') + b'"\r\n'


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "carriage returns": lambda text: text.replace(b"\n", b"\r\n"),
    "gzip": gzip.compress,
    "two gzip members": lambda text: gzip.compress(b"nothing\n") + gzip.compress(text),
    "zstd": zstandard.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zlib": zlib.compress,
    "zip": zipped,
    "gzip in gzip": lambda text: gzip.compress(gzip.compress(text)),
    "base64": base64.b64encode,
    "base64 in a message": lambda text: b'{"raw": "path/' + base64.b64encode(text) + b'"}',
    "folded base64": base64.encodebytes,
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text).rstrip(b"="),
    "gzip in base64": lambda text: base64.b64encode(gzip.compress(text)),
    "hex": lambda text: text.hex().encode(),
    "HEX": lambda text: text.hex().upper().encode(),
    "utf-16": lambda text: text.decode().encode("utf-16"),
    "utf-16-le": lambda text: text.decode().encode("utf-16-le"),
    "utf-16-be": lambda text: text.decode().encode("utf-16-be"),
    "JSON": lambda text: json.dumps({"a": [text.decode()]}).encode(),
    "JSON in JSON": lambda text: json.dumps({"a": json.dumps({"b": text.decode()})}).encode(),
    "CSV": csv_field,
    "other bytes": lambda text: b"\x00\x01\x02" + text.replace(b"\n", b"\x00") + b"\xff" * 100,
    "after a prefix": lambda text: b"WARNING 17 could not read: " + text.split(b"\n")[1] + b" (once)\n",
}


@pytest.mark.parametrize("how", PACKED)
def test_a_destroyed_line_is_found_however_it_is_packed(how: str, desk: Desk):
    (desk.folder / "file").write_bytes(PACKED[how](BEFORE + LINE + AFTER))
    assert [hit.place for hit in desk.scan(sample_of(LINE)).hits]
    assert desk.scan(sample_of(OTHER)).hits == []


def sealed_line(text: bytes, desk: Desk) -> bytes:
    """Seal until what comes out needs no padding in Base64."""
    while len(sealed := seal(text, desk.keys.data_key("members", DAY))) % 3:
        pass
    return base64.b64encode(sealed) + b"\n"


def test_sealed_lines_that_need_no_padding_are_each_opened(desk: Desk):
    (desk.folder / "file").write_bytes(sealed_line(OTHER, desk) + sealed_line(LINE, desk))
    found = desk.scan(sample_of(LINE))
    assert [hit.place for hit in found.hits] == ["file"]
    assert not found.unreadable


def plant_parquet(path: Path, _desk: Desk) -> None:
    pq.write_table(pa.table({"line": ["x", LINE.decode()]}), path, compression="zstd")


def plant_parquet_bytes(path: Path, _desk: Desk) -> None:
    pq.write_table(pa.table({"line": pa.array([gzip.compress(LINE)], pa.binary())}), path)


def plant_nested_parquet(path: Path, desk: Desk) -> None:
    inner = io.BytesIO()
    pq.write_table(pa.table({"line": pa.array([LINE.decode()]).dictionary_encode()}), inner)
    path.write_bytes(seal(inner.getvalue(), desk.keys.data_key("members", DAY)))


def plant_duckdb(path: Path, _desk: Desk) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE SCHEMA other; CREATE TABLE other.things AS SELECT ? AS value", [LINE.decode()])


def plant_sqlite(path: Path, _desk: Desk) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('CREATE TABLE "odd ""name" (number INTEGER, value TEXT)')
        connection.execute('INSERT INTO "odd ""name" VALUES (1, ?)', [LINE.decode()])


def plant_sqlite_utf16(path: Path, _desk: Desk) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA encoding = 'UTF-16'")
        connection.execute("CREATE TABLE things (value TEXT)")
        connection.execute("INSERT INTO things VALUES (?)", [LINE.decode()])


def plant_deleted_row(path: Path, _desk: Desk) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE things (value TEXT)")
        connection.execute("INSERT INTO things VALUES (?)", [LINE.decode()])
        connection.commit()
        connection.execute("DELETE FROM things")


def plant_sealed(path: Path, desk: Desk) -> None:
    path.write_bytes(seal(b'{"dataset":"access_logs"}\n' + LINE, desk.keys.data_key("access_logs", DAY)))


def plant_sealed_gzip(path: Path, desk: Desk) -> None:
    path.write_bytes(seal(b'{"dataset":"x"}\n' + gzip.compress(LINE), desk.keys.data_key("quarantine", DAY)))


def plant_sealed_line(path: Path, desk: Desk) -> None:
    sealed = seal(json.dumps({"raw": base64.b64encode(LINE).decode()}).encode(), desk.keys.data_key("x", DAY))
    path.write_bytes(base64.b64encode(sealed) + b"\n")


def plant_encrypted_parquet(path: Path, desk: Desk) -> None:
    desk.keys.data_key("events", DAY.replace(day=6))
    with desk.connection() as connection:
        sql = f"SELECT {quoted(LINE.decode())} AS line"
        write_parquet(connection, sql, path, desk.keys.data_key("events", DAY))


PLANTS = [
    plant_parquet, plant_parquet_bytes, plant_nested_parquet, plant_duckdb, plant_sqlite, plant_sqlite_utf16,
    plant_deleted_row, plant_sealed, plant_sealed_gzip, plant_sealed_line, plant_encrypted_parquet,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_destroyed_line_is_found_in_every_kind_of_file(plant: Callable[[Path, Desk], None], desk: Desk):
    plant(desk.folder / "file", desk)
    found = desk.scan(sample_of(LINE))
    assert [hit.place for hit in found.hits]
    assert found.unreadable == {}
    assert desk.scan(sample_of(OTHER)).hits == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_given_string_is_found_too(plant: Callable[[Path, Desk], None], desk: Desk):
    plant(desk.folder / "file", desk)
    assert desk.scan(needles=(b"pc_member=somebody",)).hits
    assert desk.scan(needles=(b"pc_member=nobody",)).hits == []


def test_a_row_is_found_in_another_kind_of_file(desk: Desk):
    table = pa.table({"account_key": ["AK000001"], "status": ["approved"], "partner_id": ["P00000001"]})
    pq.write_table(table, desk.folder / "rows.parquet")
    collector = Collector(DIGESTER, DAY)
    live = LiveKeys(desk.keys)
    traverse(Decoder(desk.folder / "rows.parquet", "rows", live, desk.connection), collector)
    sample = collector.sample("members", DAY, DAY, "")
    (desk.folder / "rows.parquet").unlink()
    assert desk.scan(sample).hits == []
    (desk.folder / "a.csv").write_text("status,account_key,partner_id\napproved,AK000001,P00000001\n")
    with closing(sqlite3.connect(desk.folder / "a.db")) as connection, connection:
        connection.execute("CREATE TABLE m AS SELECT 'P00000001' partner_id, 'AK000001' account_key, 'approved' status")
    assert {hit.place for hit in desk.scan(sample).hits} == {"a.csv", "a.db"}


@pytest.mark.parametrize("plant", [plant_sealed, plant_encrypted_parquet])
def test_a_file_whose_key_is_gone_is_reported_and_not_skipped(plant: Callable[[Path, Desk], None], desk: Desk):
    plant(desk.folder / "file", desk)
    desk.keys.held.clear()
    found = desk.scan(sample_of(LINE))
    assert found.unreadable == {"file": "no key that is there opens it"}
    assert found.hits == []


def test_what_is_sealed_for_others_stays_closed_by_design_where_that_is_expected(desk: Desk):
    officer = pyrage.x25519.Identity.generate().to_public()
    inner = pyrage.encrypt(LINE, [officer])
    (desk.folder / "file").write_bytes(seal(inner, desk.keys.data_key("former_members_1y", DAY)))
    expected = desk.scan(sample_of(LINE), may_stay_closed=True)
    assert (expected.closed, expected.unreadable) == (1, {})
    assert desk.scan(sample_of(LINE)).unreadable == {"file": "no key that is there opens it"}
    desk.keys.held.clear()
    assert desk.scan(sample_of(LINE), may_stay_closed=True).unreadable == {"file": "no key that is there opens it"}


def test_a_cut_file_is_read_as_far_as_it_goes_and_said_to_be_damaged(desk: Desk):
    data = gzip.compress(LINE + b"\n" + bytes(range(256)) * 4000)
    (desk.folder / "file").write_bytes(data[: len(data) * 3 // 4])
    found = desk.scan(sample_of(LINE))
    assert found.damaged == {"file": "the gzip data is damaged or cut off"}
    assert found.unreadable == {}


@pytest.mark.parametrize("head", [b"PAR1", b"PARE", b"SQLite format 3\0", b"PK\x03\x04", b"12345678DUCK"])
def test_a_file_that_is_not_what_it_begins_as_is_reported_and_its_bytes_are_read(head: bytes, desk: Desk):
    (desk.folder / "file").write_bytes(head + b"\n" + LINE + b"\n" + b"\0" * 100)
    found = desk.scan(sample_of(LINE))
    assert [*found.unreadable] == ["file"]
    assert [hit.how for hit in found.hits] == ["bytes"]


def test_a_delivered_file_that_is_broken_and_sealed_as_a_whole_is_no_unreadable_file(desk: Desk):
    sealed = seal(b'{"dataset":"quarantine"}\n' + b"PAR1 and then\n" + LINE, desk.keys.data_key("quarantine", DAY))
    (desk.folder / "file").write_bytes(sealed)
    found = desk.scan(sample_of(LINE))
    assert found.unreadable == {}
    assert found.damaged == {"file": "the Parquet file cannot be read"}
    assert found.hits


def test_a_file_packed_too_often_is_reported(desk: Desk):
    data = LINE
    for _ in range(DEEPEST - 1):
        data = gzip.compress(data)
    (desk.folder / "file").write_bytes(data)
    assert desk.scan(sample_of(LINE)).hits
    (desk.folder / "file").write_bytes(gzip.compress(data))
    assert desk.scan(sample_of(LINE)).unreadable == {"file": f"it is packed more than {DEEPEST} times"}


def test_a_value_in_the_name_of_a_file_is_found(desk: Desk):
    (desk.folder / "somebody-7.log").write_bytes(b"nothing")
    assert [hit.how for hit in desk.scan(needles=(b"somebody-7",)).hits] == ["name"]
