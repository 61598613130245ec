"""Record files are taken in row by row: accepted or set aside, sealed by day, never twice, declared columns alone."""

import gzip
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import DamagedError
from pipelines.records import importing
from pipelines.records.specs import record_spec
from pipelines.records.stored import read_records, segments_of
from pipelines.steps import record_imports
from pipelines.steps.record_imports import import_record_files, record_files
from pipelines.steps.records import QUARANTINED_FILE

HEADER = "time,event,cookie_name,member_id,expires\n"
A, B, C = (
    "2015-05-20T10:00:00+09:00,issued,pc_member,kim,\n",
    "2015-05-20T23:59:59.999999+09:00,refused,pc_member,kim,\n",
    "2015-05-20T15:00:00Z,ended,pc_member,lee,\n",
)


def deliver(house, content: str | bytes, name: str = "cookies.csv", folder: str = "cookies"):
    target = house.workspace.home.landing / folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_record_files(house.workspace, folder)


def stored(house, dataset: str = "cookie_records", day: date | None = None) -> list[dict]:
    spec = record_spec(house.workspace.policy, dataset)
    segments = segments_of(record_files(house.workspace, dataset), lambda found: day in (None, found))
    return read_records(house.workspace.vault, segments, spec).to_pylist()


def test_rows_are_sealed_by_their_seoul_day(house):
    intake = deliver(house, HEADER + A + B + C)
    assert intake.files[0].sentence == "cookies.csv: 3 rows = 3 accepted + 0 quarantined"
    assert sorted(day.day for day in intake.days) == [20, 21]
    assert stored(house, day=date(2015, 5, 21)) == [
        {
            "time": datetime(2015, 5, 20, 15, tzinfo=UTC),
            "event": "ended",
            "cookie_name": "pc_member",
            "member_id": "lee",
            "expires": None,
        }
    ]
    assert [row["event"] for row in stored(house, day=date(2015, 5, 20))] == ["issued", "refused"]
    (record,) = record_files(house.workspace)
    assert record.accepted_by_day == {"2015-05-20": 2, "2015-05-21": 1}


def test_each_day_has_a_key_of_its_own_with_the_policys_end(house):
    deliver(house, HEADER + A + C)
    assert {segment["key"] for segment in record_files(house.workspace)[0].segments} == {
        "cookie_records.2015-05-20.until-2015-08-25",
        "cookie_records.2015-05-21.until-2015-08-26",
    }


def test_a_bad_row_is_set_aside_with_reason_and_number_and_the_sum_is_the_rows_read(house):
    bad = "never,issued,pc_member,canary,\n2015-05-20T10:00:00Z,eaten,pc_member,canary,\none,two\n,issued,c,canary,\n"
    intake = deliver(house, HEADER + A + bad + B)
    assert intake.quarantined == {
        "time: not a value of type instant": 1,
        "event: not one of the declared values": 1,
        "another number of fields than the header": 1,
        "time: missing": 1,
    }
    assert (intake.rows, intake.accepted) == (6, 2)
    (record,) = record_files(house.workspace)
    assert record.is_balanced
    assert "canary" not in json.dumps(record.to_body())
    rows = [
        json.loads(line)
        for segment in segments_of([record_with_quarantine(record)], lambda _: True)
        for line in house.workspace.quarantine.read_segment(segment).raw.splitlines()
    ]
    assert [row["row"] for row in rows] == [3, 4, 5, 6]
    assert rows[0]["values"] == {
        "time": "never",
        "event": "issued",
        "cookie_name": "pc_member",
        "member_id": "canary",
        "expires": "",
    }
    assert rows[2]["values"] is None


def record_with_quarantine(record):
    return type(record)(**{**record.to_body(), "segments": record.quarantine})


def test_an_undeclared_column_is_dropped_counted_and_flagged(house):
    rows = [{"time": "2015-05-20T10:00:00Z", "event": "issued", "cookie_name": "c", "shoe_size": "canary"}]
    rows.append({**rows[0], "religion": "canary"})
    intake = deliver(house, "".join(json.dumps(row) + "\n" for row in rows), "cookies.jsonl")
    assert intake.undeclared_columns == ("religion", "shoe_size")
    (record,) = record_files(house.workspace)
    assert (record.accepted, record.sensitive_columns) == (2, ["religion"])
    assert set(stored(house)[0]) == {"time", "event", "cookie_name", "member_id", "expires"}
    for segment in segments_of([record], lambda _: True):
        assert b"canary" not in house.workspace.vault.read_segment(segment).raw


@pytest.mark.parametrize(
    ("folder", "rows"),
    [
        ("cookies", "2015-05-20T10:00:00Z,issued,pc_member,canarylogin,\n" * 3),
        ("linked", "2015-05-20T10:00:00Z,melon,stream,canarypartner,canarylogin\n"),
        ("cookies", "canarylogin,time,event\nx,y,z\n"),
    ],
)
def test_a_file_without_a_header_is_quarantined_as_a_whole_and_no_word_of_it_is_told(house, folder, rows):
    intake = deliver(house, rows, "rows.csv", folder)
    assert intake.files[0].sentence == "rows.csv: quarantined as a file: required columns are missing"
    assert record_files(house.workspace) == []
    assert "canary" not in json.dumps([entry.body for entry in house.workspace.ledger.entries()]) + repr(intake)
    assert not list(house.workspace.home.vault.rglob("*.age"))


def test_of_a_file_without_a_header_no_batch_is_sealed_first(house, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_ROWS", 2)
    seal, sealed = importing._Tally.seal, []
    monkeypatch.setattr(importing._Tally, "seal", lambda tally: sealed.append(tally.rows) or seal(tally))
    assert deliver(house, A * 7, "headless.csv").count("quarantined") == 1
    assert sealed == []
    assert deliver(house, HEADER + A * 5).accepted == 5
    assert sealed == [2, 4, 5]


@pytest.mark.parametrize("form", ["csv", "gzip", "jsonl", "parquet"])
def test_every_form_gives_the_same_rows(house, form):
    names = HEADER.strip().split(",")
    rows = [dict(zip(names, line.strip().split(","), strict=True)) for line in (A, B, C)]
    if form == "parquet":
        table = pa.table({name: pa.array([row[name] or None for row in rows]) for name in names})
        times = pa.array(
            [datetime.fromisoformat(row["time"]).astimezone(UTC) for row in rows], pa.timestamp("us", "UTC")
        )
        table = table.set_column(0, "time", times)
        sink = io.BytesIO()
        pq.write_table(table, sink)
        deliver(house, sink.getvalue(), "cookies.parquet")
    elif form == "jsonl":
        deliver(house, "".join(json.dumps(row) + "\n" for row in rows), "c.jsonl")
    else:
        text = (HEADER + A + B + C).encode()
        deliver(house, gzip.compress(text) if form == "gzip" else text, "c.csv.gz" if form == "gzip" else "c.csv")
    found = [(row["time"], row["event"], row["member_id"]) for row in stored(house)]
    assert found == [
        (datetime(2015, 5, 20, 1, tzinfo=UTC), "issued", "kim"),
        (datetime(2015, 5, 20, 14, 59, 59, 999999, tzinfo=UTC), "refused", "kim"),
        (datetime(2015, 5, 20, 15, tzinfo=UTC), "ended", "lee"),
    ]


def test_the_same_content_again_under_another_name_and_packing_changes_nothing(house):
    deliver(house, HEADER + A)
    before = [entry.digest for entry in house.workspace.ledger.entries()]
    intake = deliver(house, gzip.compress((HEADER + A).encode()), "again.csv.gz")
    assert (intake.count("known"), intake.rows) == (1, 0)
    assert [entry.digest for entry in house.workspace.ledger.entries()] == before


def test_of_a_file_that_grew_only_the_new_rows_are_taken(house):
    deliver(house, HEADER + A)
    intake = deliver(house, HEADER + A + B + C)
    assert intake.files[0].sentence == "cookies.csv (grown): 2 rows = 2 accepted + 0 quarantined"
    assert len(stored(house)) == 3
    assert record_files(house.workspace)[-1].total_rows == 3
    assert deliver(house, HEADER + A + B + C + A).rows == 1


def test_a_file_that_grew_within_a_row_is_quarantined_as_a_whole(house):
    deliver(house, HEADER + A + B.rstrip("\n"))
    intake = deliver(house, HEADER + A + B + C)
    assert intake.files[0].reason == "begins with an imported file that ended within a row"
    assert len(stored(house)) == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("c.csv.gz", gzip.compress(b"x" * 5000, mtime=0)[:-9], "compressed data is cut off"),
        ("c.txt", b"time,event\n", "not an export"),
        ("c.parquet", b"PAR1 and then nothing", "not a sound Parquet file"),
        ("c.csv", b"", "no header"),
        ("c.csv", b"time,time\n", "the header names a column twice"),
        ("c.csv", b'"time,event', "the header is not well-formed CSV"),
    ],
)
def test_a_file_nothing_of_which_can_be_read_is_quarantined_once(house, name, content, reason):
    intake = deliver(house, content, name)
    assert intake.count("quarantined") == 1
    told = intake.files[0].reason or ""
    assert reason in told
    assert name not in told
    (entry,) = house.workspace.ledger.entries(QUARANTINED_FILE)
    assert entry.body["source"] == "cookies"
    assert deliver(house, content, name).count("known") == 1
    assert not list(house.workspace.home.vault.rglob("*.age"))


def test_landing_copies_go_in_a_real_home_and_stay_in_a_demo_home(house):
    folder = house.workspace.home.landing / "cookies"
    house.workspace.home.enter("demo")
    deliver(house, HEADER + A)
    assert [path.name for path in folder.iterdir()] == ["cookies.csv"]
    deliver(house.under(remove_landing=True), HEADER + A)
    assert list(folder.iterdir()) == []


def test_files_still_being_written_are_left_alone(house):
    intake = deliver(house, HEADER + A, "cookies.csv.part")
    assert intake.files == []
    assert house.workspace.home.state().kind is None


def test_sealed_rows_that_were_changed_are_noticed(house):
    deliver(house, HEADER + A)
    (path,) = house.workspace.home.vault.rglob("*.age")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedError):
        stored(house)


def test_nothing_is_left_when_the_file_changes_while_it_is_read(house, monkeypatch):
    target: Path = house.workspace.home.landing / "cookies" / "c.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(HEADER + A)
    identified = record_imports._Taker._identified

    def grown_meanwhile(self, path):
        content = identified(self, path)
        path.write_text(HEADER + A + B)
        return content

    monkeypatch.setattr(record_imports._Taker, "_identified", grown_meanwhile)
    with pytest.raises(Exception, match="changed while it was read"):
        import_record_files(house.workspace, "cookies")
    assert target.exists()
    assert not list(house.workspace.home.vault.rglob("*.age"))
    assert house.workspace.ledger.entries() == []


def test_linked_events_are_kept_under_their_own_dataset(house):
    intake = deliver(
        house,
        "time,service,event,partner_id,melon_member_id\n2015-05-20T10:00:00Z,melon,stream,P1,m1\n",
        "e.csv",
        "linked",
    )
    assert intake.accepted == 1
    assert stored(house, "linked_events")[0]["melon_member_id"] == "m1"
