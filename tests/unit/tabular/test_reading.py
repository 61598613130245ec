"""Exports are read row by row; a bad row is a fault with its number, and the rows around it are read."""

import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import InputError
from pipelines.tabular.reading import LONGEST_LINE_BYTES, RawRow, open_export
from pipelines.weblogs.decompression import Limits, decompressed_chunks

ALL = frozenset({"id", "name"})
Chunks = Callable[[Path], Iterator[bytes]]


def read(name: str, data: bytes, wanted: frozenset[str] = ALL) -> list[RawRow]:
    return list(open_export(Path(name), lambda _: iter([data[:5], data[5:]])).rows(wanted))


def values(rows: list[RawRow]) -> list[object]:
    return [row.values for row in rows]


def faults(rows: list[RawRow]) -> list[tuple[int, str]]:
    return [(row.number, row.fault) for row in rows if row.fault]


def test_csv_is_read_with_quotes_newlines_and_a_mark_at_the_start() -> None:
    rows = read("t.csv", b'\xef\xbb\xbfid,name,secret\r\n1,"a,""b""\r\nc",x\r\n2,,y\r\n\r\n')
    assert values(rows) == [{"id": "1", "name": 'a,"b"\r\nc'}, {"id": "2", "name": ""}]
    assert [row.number for row in rows] == [2, 4]


def test_only_wanted_columns_are_handed_out() -> None:
    assert values(read("t.csv", b"id,name,secret\n1,a,x\n", frozenset({"id"}))) == [{"id": "1"}]
    assert values(read("t.jsonl", b'{"id":1,"secret":2}\n', frozenset({"id"}))) == [{"id": 1}]


@pytest.mark.parametrize("bad", [b"1", b"1,2,3", b'1,"x"y', b'1,"' + b"x" * 140_000, b"1," + b"x" * 140_000])
def test_a_bad_csv_row_is_set_aside_and_the_next_is_read(bad: bytes) -> None:
    rows = read("t.csv", b"id,name\n0,z\n" + bad + b"\n2,b\n")
    assert [number for number, _ in faults(rows)] == [3]
    assert values(rows)[0] == {"id": "0", "name": "z"}
    assert values(rows)[-1] == {"id": "2", "name": "b"}


def test_an_open_quote_at_the_end_is_a_fault() -> None:
    assert faults(read("t.csv", b'id,name\n1,a\n2,"b\n')) == [(3, "not well-formed CSV")]


def test_bytes_that_are_not_utf8_stop_nothing() -> None:
    rows = read("t.csv", b"id,name\n1,\xff\xfe\x00\n2,b\n")
    assert values(rows)[1] == {"id": "2", "name": "b"}
    assert len(rows) == 2


def test_a_line_without_end_costs_bounded_memory_and_one_row() -> None:
    pieces = [b"id,name\n1,", *[b"x" * LONGEST_LINE_BYTES] * 5, b"\n2,b\n"]
    rows = list(open_export(Path("t.csv"), lambda _: iter(pieces)).rows(ALL))
    assert faults(rows) == [(2, "not well-formed CSV")]
    assert values(rows)[1] == {"id": "2", "name": "b"}


@pytest.mark.parametrize("header", [b"", b"\n", b"id,id\n", b'"id,name'])
def test_a_csv_without_a_sound_header_is_refused(header: bytes) -> None:
    with pytest.raises(InputError, match=r"^t\.csv: (no|the) header"):
        read("t.csv", header)


def test_json_lines_are_read() -> None:
    rows = read("t.jsonl", '\ufeff{"id":1,"name":"가"}\n\n{"id":2}'.encode())
    assert values(rows) == [{"id": 1, "name": "가"}, {"id": 2}]
    assert [row.number for row in rows] == [1, 3]


@pytest.mark.parametrize(
    "bad",
    [b"x", b"[1]", b"1", b'{"id":1', b'{"id":1,"id":2}', b'{"id":NaN}', b"[" * 100_000, b'{"id":' + b"9" * 5000 + b"}"],
)
def test_a_bad_json_line_is_set_aside_and_the_next_is_read(bad: bytes) -> None:
    rows = read("t.ndjson", b'{"id":0}\n' + bad + b'\n{"id":2}\n')
    assert faults(rows) == [(2, "not a JSON object")]
    assert values(rows)[2] == {"id": 2}


def test_the_columns_of_json_lines_are_those_of_all_its_rows() -> None:
    reader = open_export(Path("t.json"), lambda _: iter([b'{"id":1}\n{"id":2,"name":"b","x":{"y":1}}\n']))
    list(reader.rows(ALL))
    assert list(reader.columns) == ["id", "name", "x"]


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def test_parquet_is_read_with_its_types_whatever_its_name() -> None:
    moment = datetime(2015, 5, 20, 12)  # noqa: DTZ001 - as Parquet without a zone has it
    data = parquet(pa.table({"id": [1, 2], "name": ["a", None], "secret": [moment, moment]}))
    assert values(read("t.anything", data)) == [{"id": 1, "name": "a"}, {"id": 2, "name": None}]


def test_a_parquet_value_that_cannot_be_read_costs_its_row_alone() -> None:
    name = pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xff", b"c"]).buffers())
    rows = read("t.parquet", parquet(pa.table({"id": [1, 2, 3], "name": name})))
    assert values(rows) == [{"id": 1, "name": "a"}, None, {"id": 3, "name": "c"}]
    assert faults(rows) == [(2, "a value that cannot be read")]


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1 and no more PAR1"])
def test_a_broken_parquet_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"t\.parquet: not a sound Parquet file"):
        read("t.parquet", data)


def test_a_file_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match=r"members\.xlsx: not an export"):
        read("members.xlsx", b"PK\x03\x04")


def test_a_packed_export_is_the_same_export(tmp_path: Path) -> None:
    data = b"id,name\n1,a\n"
    (tmp_path / "t.csv").write_bytes(data)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(data))
    readers = [open_export(tmp_path / name, unpacked) for name in ("t.csv", "t.csv.gz")]
    assert [list(reader.rows(ALL)) for reader in readers] == [[RawRow(2, {"id": "1", "name": "a"})]] * 2
    assert {reader.content_sha256 for reader in readers} == {hashlib.sha256(data).hexdigest()}


def test_a_packed_export_that_was_cut_off_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"id,name\n" + b"".join(b"%d,x\n" % n for n in range(9999)))[:-20])
    with pytest.raises(InputError, match=r"t\.csv\.gz: "):
        list(open_export(path, unpacked).rows(ALL))


def unpacked(path: Path) -> Iterator[bytes]:
    return decompressed_chunks(path, Limits(max_bytes=1 << 20, max_ratio=1000))


@given(st.sampled_from(["t.csv", "t.jsonl"]), st.binary(max_size=400))
def test_any_bytes_give_rows_or_faults_or_a_refusal(name: str, data: bytes) -> None:
    try:
        rows = read(name, b"id,name\n" + data if name == "t.csv" else data)
    except InputError:
        return
    assert all((row.values is None) != (row.fault is None) for row in rows)


ROWS = st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=9)


@given(ROWS)
def test_json_lines_round_trip(rows: list[tuple[str, str]]) -> None:
    lines = [json.dumps({"id": first, "name": second}) for first, second in rows]
    assert values(read("t.jsonl", "\n".join(lines).encode())) == [{"id": a, "name": b} for a, b in rows]
