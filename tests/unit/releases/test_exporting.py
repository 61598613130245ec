"""Exports of a release: what a partner's file holds and nothing else, whole or not at all, for the caller alone."""

import csv
import json
import stat

import duckdb
import pyarrow.parquet as pq
import pytest
from press import MONDAY, crowd, write_marts

from pipelines.errors import DamagedError, UsageError
from pipelines.releases.exporting import UNFINISHED, Format
from pipelines.releases.published import Published
from pipelines.releases.spreadsheets import bared
from pipelines.settings import load_settings
from pipelines.steps.publishing.exporting import export_release
from pipelines.steps.publishing.publishing import FileNames, publish_release
from pipelines.steps.workspace import Workspace
from pipelines.storage.locks import locked_folder
from pipelines.warehouse.day_records import record_days

LOCKED = {"enable_external_access": False, "lock_configuration": True}
FORMULA = '=HYPERLINK("https://example.com","x")'


@pytest.fixture(scope="session")
def naughty(real_data):
    """Content ids that broke programs, each once; nobody's is empty."""
    texts = json.loads((real_data / "payloads" / "blns.json").read_text("utf-8"))
    return [text for text in dict.fromkeys(texts) if text]


@pytest.fixture
def opened(tmp_path, monkeypatch, published_policy) -> Workspace:
    """A home in which nothing was published yet."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    opened = Workspace.open(load_settings(home=tmp_path / "home", clock="2026-11-05T05:00:00+09:00", threads=1))
    opened.__dict__["policy"] = published_policy
    return opened


@pytest.fixture
def workspace(opened) -> Workspace:
    """The home after it published a Monday of two partners; one has a formula as a content, the other few on a phone."""
    views = [*crowd("partner-a", MONDAY, 40, content=FORMULA), *crowd("partner-a", MONDAY, 30, content="album-2")]
    return publish(opened, [*views, *crowd("partner-b", MONDAY, 30), *crowd("partner-b", MONDAY, 3, device="phone")])


def publish(opened, views):
    """Publish what these page views give."""
    write_marts(opened.home.warehouse, views)
    with duckdb.connect(str(opened.home.warehouse)) as connection:
        record_days(connection, {MONDAY: {"events": "0" * 64}})
    assert publish_release(opened).outcome.status == "published"
    return opened


def stored(workspace, partner):
    """Read every table of a partner's file: its columns and rows."""
    path = Published(workspace.home.published).file_of(FileNames(workspace.keyring.subject_key()).of(partner))
    with duckdb.connect(str(path), read_only=True, config=LOCKED) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        found = {}
        for name in names:
            cursor = connection.execute(f"FROM {name} ORDER BY ALL")
            found[name] = ([column[0] for column in cursor.description], cursor.fetchall())
        return found


def cells(path):
    """Read a CSV as it is."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True))


def as_text(value):
    """Return a stored value as a cell has it, before what guards it."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def test_csv_holds_every_row_of_every_table_of_the_file(workspace, tmp_path):
    done = export_release(workspace, "partner-a", Format.CSV, tmp_path / "bi", None)
    folder, tables = done.folders["partner-a"], stored(workspace, "partner-a")
    assert {path.name for path in folder.iterdir()} == {f"{name}.csv" for name in tables}
    for name, (columns, rows) in tables.items():
        header, *found = cells(folder / f"{name}.csv")
        assert (header, [[bared(cell) for cell in row] for row in found]) == (
            columns,
            [list(map(as_text, row)) for row in rows],
        )
    contents = cells(folder / "partner_content_daily.csv")
    assert f"'{FORMULA}" in {row[contents[0].index("content_id")] for row in contents}
    assert (done.written.files, done.written.rows) == (len(tables), sum(len(rows) for _, rows in tables.values()))


def test_parquet_holds_the_same_with_its_types(workspace, tmp_path):
    folder = export_release(workspace, "partner-a", Format.PARQUET, tmp_path / "bi", None).folders["partner-a"]
    tables = stored(workspace, "partner-a")
    assert {path.name for path in folder.iterdir()} == {f"{name}.parquet" for name in tables}
    for name, (columns, rows) in tables.items():
        found = pq.read_table(folder / f"{name}.parquet")
        assert found.column_names == columns
        assert [tuple(row.values()) for row in found.to_pylist()] == rows


def test_strings_that_broke_programs_are_no_formulas_and_come_back(opened, naughty, tmp_path):
    views = [view for text in naughty for view in crowd("partner-n", MONDAY, 12, content=text)]
    publish(opened, views)
    folder = export_release(opened, "partner-n", Format.CSV, tmp_path / "bi", None).folders["partner-n"]
    header, *rows = cells(folder / "partner_content_daily.csv")
    texts = [row[header.index("content_id")] for row in rows]
    assert sorted(map(bared, texts)) == sorted(naughty)
    assert [
        text for text in texts if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"))
    ] == []


def test_hidden_and_empty_are_alike_and_no_measure_is_given(workspace, tmp_path):
    folder = export_release(workspace, "partner-b", Format.CSV, tmp_path / "bi", None).folders["partner-b"]
    rows = [
        dict(zip(header, row, strict=True))
        for header, *found in [cells(folder / "partner_hourly_visits.csv"), cells(folder / "partner_device_daily.csv")]
        for row in found
    ]
    hidden = [row for row in rows if row["is_suppressed"] == "true"]
    assert all(
        row[name] == "" for row in hidden for name in row if name in {"page_views", "visits", "contributing_people"}
    )
    assert "phone" not in {row.get("device") for row in rows}


def test_all_writes_a_folder_for_each_partner_and_no_other_partners_id_is_in_it(workspace, tmp_path):
    done = export_release(workspace, None, Format.CSV, tmp_path / "bi", "2026-11-05-0001")
    assert done.written.folder == tmp_path / "bi" / "2026-11-05-0001-csv"
    assert [path.name for path in (tmp_path / "bi").iterdir()] == ["2026-11-05-0001-csv"]
    assert list(done.folders) == ["partner-a", "partner-b"]
    for partner, other in (("partner-a", b"partner-b"), ("partner-b", b"partner-a")):
        folder = done.folders[partner]
        contents = b"".join(path.read_bytes() for path in folder.iterdir())
        assert partner.encode() in contents and other not in contents
        assert partner not in str(folder.relative_to(tmp_path))


def test_an_export_is_for_its_owner_alone(workspace, tmp_path):
    export_release(workspace, None, Format.PARQUET, tmp_path / "bi", None)
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [tmp_path / "bi", *(tmp_path / "bi").rglob("*")]
    }
    assert modes == {(True, 0o700), (False, 0o600)}


def test_what_fails_half_way_leaves_nothing(workspace, tmp_path, monkeypatch):
    written = []

    def fails_at_the_third(path, content):
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr("pipelines.releases.exporting._write_new", fails_at_the_third)
    with pytest.raises(OSError, match="No space"):
        export_release(workspace, None, Format.CSV, tmp_path / "bi", None)
    assert list((tmp_path / "bi").iterdir()) == []


def test_what_a_killed_export_left_is_there_to_see_and_the_next_one_begins_anew(workspace, tmp_path):
    left = tmp_path / "bi" / f"2026-11-05-0001-csv{UNFINISHED}"
    (left / "some-partner").mkdir(parents=True)
    (left / "some-partner" / "release.csv").write_text("half a ro", "utf-8")
    done = export_release(workspace, None, Format.CSV, tmp_path / "bi", None)
    assert [path.name for path in (tmp_path / "bi").iterdir()] == ["2026-11-05-0001-csv"]
    assert {path.parent for path in done.written.folder.rglob("*.csv")} == set(done.folders.values())


def test_an_export_at_work_is_not_disturbed_by_another(workspace, tmp_path):
    at_work = tmp_path / "bi" / f"2026-11-05-0001-csv{UNFINISHED}"
    at_work.mkdir(parents=True)
    (at_work / "release.csv").write_text("half a ro", "utf-8")
    with locked_folder(at_work), pytest.raises(UsageError, match="is being written by another export"):
        export_release(workspace, None, Format.CSV, tmp_path / "bi", None)
    assert (at_work / "release.csv").read_text("utf-8") == "half a ro"


def test_a_link_laid_where_an_export_begins_is_not_followed(workspace, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.txt").write_text("mine", "utf-8")
    (tmp_path / "bi").mkdir()
    (tmp_path / "bi" / f"2026-11-05-0001-csv{UNFINISHED}").symlink_to(kept)
    with pytest.raises(OSError, match="2026-11-05-0001-csv"):
        export_release(workspace, None, Format.CSV, tmp_path / "bi", None)
    assert (kept / "mine.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("partner", "release", "told"),
    [
        ("partner-x", None, "has no file of that partner: partners are named as in the registry's partner_id"),
        ("../partner-a", None, "has no file of that partner"),
        ("partner-a", "2026-11-05-0009", "no such release; there are: 2026-11-05-0001"),
        ("partner-a", "../published", "no such release; there are: 2026-11-05-0001"),
    ],
)
def test_an_unknown_partner_or_release_is_refused_with_what_helps(workspace, tmp_path, partner, release, told):
    with pytest.raises(UsageError, match=told) as refused:
        export_release(workspace, partner, Format.CSV, tmp_path / "bi", release)
    assert partner not in str(refused.value)
    assert not (tmp_path / "bi").exists()


def test_nothing_is_written_over_nor_into_the_home(workspace, tmp_path):
    export_release(workspace, "partner-a", Format.CSV, tmp_path / "bi", None)
    export_release(workspace, "partner-b", Format.CSV, tmp_path / "bi", None)
    with pytest.raises(UsageError, match="there already"):
        export_release(workspace, "partner-a", Format.CSV, tmp_path / "bi", None)
    (tmp_path / "link").symlink_to(workspace.home.root)
    for folder in (workspace.home.root / "exports", tmp_path / "link" / "bi"):
        with pytest.raises(UsageError, match="outside the home"):
            export_release(workspace, "partner-a", Format.CSV, folder, None)


def test_a_file_a_manifest_or_a_pointer_that_did_not_pass_the_gate_is_not_exported(workspace, tmp_path):
    folder = workspace.home.published / "2026-11-05-0001"
    path = Published(workspace.home.published).file_of(FileNames(workspace.keyring.subject_key()).of("partner-a"))
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(kept + b"\0")
    with pytest.raises(DamagedError, match="a file of release 2026-11-05-0001 is not what was published"):
        export_release(workspace, "partner-a", Format.CSV, tmp_path / "bi", None)
    path.write_bytes(kept)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"left": 0', '"left": 1'), "utf-8")
    with pytest.raises(DamagedError, match="the manifest of release"):
        export_release(workspace, "partner-a", Format.CSV, tmp_path / "bi", None)
    folder.rename(folder.with_name("2026-11-05-0002"))
    with pytest.raises(DamagedError, match="not in the ledger as one that passed the gate"):
        export_release(workspace, "partner-a", Format.CSV, tmp_path / "bi", "2026-11-05-0002")
    assert list((tmp_path / "bi").iterdir() if (tmp_path / "bi").exists() else []) == []


def test_before_the_first_release_the_message_says_what_to_do(tmp_path):
    opened = Workspace.open(load_settings(home=tmp_path / "home", clock="2026-11-05T05:00:00+09:00", threads=1))
    with pytest.raises(UsageError, match="run `partnerstats publish` first"):
        export_release(opened, "partner-a", Format.CSV, tmp_path / "bi", None)
