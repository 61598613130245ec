"""What lies in the landing folder is taken in, told of, and gone once it is sealed; what is not meant is left alone."""

import errno
import gzip
from pathlib import Path

import pytest

from pipelines.errors import HomeError, InputError, UsageError
from pipelines.steps.imports import import_landing, import_named
from pipelines.steps.records import KIND, QUARANTINED_FILE, import_records


def landing(house, source="web") -> Path:
    folder = house.workspace.home.landing / "access" / source
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_files_are_taken_in_by_name_told_of_and_removed(house, line):
    folder = landing(house)
    (folder / "b.log").write_text(line() + line(target="/healthz"))
    (folder / "a.log.gz").write_bytes(gzip.compress((line(target="/a") + "broken\n").encode()))
    told = []
    report = import_landing(house.workspace, on_file=told.append)
    assert [file.sentence for file in told] == [
        "web/a.log.gz: 2 lines = 1 accepted + 0 filtered + 1 quarantined",
        "web/b.log: 2 lines = 1 accepted + 1 filtered + 0 quarantined",
    ]
    assert (report.lines, report.accepted, report.count("imported")) == (4, 2, 2)
    assert dict(report.labels("filtered")) == {"health_check": 1}
    assert sum(report.labels("quarantined").values()) == 1
    assert report.bytes == len(line() + line(target="/healthz") + line(target="/a") + "broken\n")
    assert [day.day for day in report.days] == [20]
    assert list(folder.iterdir()) == []
    assert len(house.workspace.ledger.entries(KIND)) == 2


def test_a_grown_a_known_a_damaged_and_a_bomb_of_a_file_are_told_apart(house, line):
    house = house.under(max_decompressed_bytes=100_000)
    house.deliver([line()], "log")
    folder = landing(house)
    (folder / "1-grown").write_text(line() + line(target="/2"))
    (folder / "2-known").write_text(line())
    (folder / "3-cut").write_bytes(gzip.compress(line(target="/3").encode() * 50)[:-9])
    (folder / "4-bomb").write_bytes(gzip.compress(b"0" * 100_001))
    (folder / "5-next").write_text(line(target="/5"))
    sentences = [file.sentence for file in import_landing(house.workspace).files]
    assert sentences[0] == "web/1-grown (grown): 1 lines = 1 accepted + 0 filtered + 0 quarantined"
    assert sentences[1] == "web/2-known: imported before"
    assert sentences[2].endswith("quarantined; damaged: the compressed data is cut off")
    assert sentences[3] == "web/4-bomb: quarantined as a file: decompresses to more than 100000 bytes"
    assert sentences[4].startswith("web/5-next: 1 lines = 1 accepted")
    assert [entry.body["name"] for entry in house.workspace.ledger.entries(QUARANTINED_FILE)] == ["3-cut", "4-bomb"]
    assert list(folder.iterdir()) == []


def test_a_file_still_being_written_a_hidden_one_and_a_folder_are_left_alone(house, line):
    folder = landing(house)
    for name in (".hidden", "a.tmp", "b.part", "c.partial", "d.swp", "e~"):
        (folder / name).write_text(line())
    (folder / "folder").mkdir()
    assert import_landing(house.workspace).files == []
    assert len(list(folder.iterdir())) == 7


def test_a_folder_no_source_has_is_left_alone(house, line):
    (landing(house, "unheard-of") / "a.log").write_text(line())
    assert import_landing(house.workspace).files == []
    assert (landing(house, "unheard-of") / "a.log").exists()
    assert house.workspace.home.state().kind is None


def test_an_empty_landing_folder_is_no_intake(house):
    assert import_landing(house.workspace).files == []


@pytest.mark.parametrize(
    ("source", "chosen", "stays"), [("web", None, False), ("web", False, True), ("demo-web", None, True)]
)
def test_real_files_are_removed_and_others_stay_unless_told(house, line, source, chosen, stays):
    house = house.under(remove_landing=chosen)
    house.deliver([line()], "a.log", source)
    assert (landing(house, source) / "a.log").exists() == stays
    assert import_landing(house.workspace).count("known") == stays


def test_demo_files_do_not_enter_a_real_home_and_nothing_of_the_night_is_taken_in(house, line):
    house.deliver([line()], "a.log")
    (landing(house) / "b.log").write_text(line(target="/b"))
    (landing(house, "demo-web") / "demo.log").write_text(line(target="/demo"))
    with pytest.raises(HomeError, match="refuses demo data"):
        import_landing(house.workspace)
    assert len(import_records(house.workspace.ledger)) == 1


def test_a_file_that_may_not_be_read_is_named_after_the_others_were_taken_in(house, line, monkeypatch):
    folder = landing(house)
    for name in ("1.log", "2-locked.log", "3.log"):
        (folder / name).write_text(line(target=f"/{name}"))
    opened = Path.open

    def refuse(self, *given, **options):
        if self.name == "2-locked.log":
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, *given, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        with pytest.raises(InputError, match=r"2-locked\.log: cannot be read: Permission denied"):
            import_landing(house.workspace)
    assert [record.name for record in import_records(house.workspace.ledger)] == ["1.log", "3.log"]
    assert [path.name for path in folder.iterdir()] == ["2-locked.log"]
    assert import_landing(house.workspace).accepted == 1


def test_named_files_stay_where_they_are(house, line, tmp_path):
    path = tmp_path / "mine.log"
    path.write_text(line())
    report = import_named(house.workspace, [path], "web", None)
    assert (report.accepted, path.exists()) == (1, True)
    assert house.workspace.home.state().kind == "real"
    assert import_named(house.workspace, [path], "web", None).count("known") == 1


@pytest.mark.parametrize(
    "form",
    [
        "combined",
        '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    ],
)
def test_another_format_can_be_named(house, tmp_path, form):
    path = tmp_path / "mine.log"
    path.write_text('198.51.100.7 - - [20/May/2015:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "-"\n')
    assert import_named(house.workspace, [path], "elsewhere", form).accepted == 1


def test_an_undeclared_source_needs_a_format_and_a_file_must_be_there(house, tmp_path):
    with pytest.raises(UsageError, match=r"'elsewhere' is not declared \(declared: .*web.*--format"):
        import_named(house.workspace, [], "elsewhere", None)
    with pytest.raises(InputError, match="no such file"):
        import_named(house.workspace, [tmp_path / "nothing.log"], "web", None)
    assert house.workspace.home.state().kind is None


def test_progress_is_told_in_bytes(house, line):
    told = []
    content = line() * 100
    (landing(house) / "a.log").write_text(content)
    import_landing(house.workspace, progress=lambda *what: told.append(what))
    assert told[-1] == ("import a.log", len(content), len(content))


def test_a_second_intake_knows_what_another_process_imported(house, line):
    house.deliver([line()], "a.log")
    again = house.at("2015-05-21T13:00:00+09:00")
    assert again.deliver([line()], "b.log").count("known") == 1
