"""Arrivals: a file that lies still and was never taken in asks for a night, once; anything else waits, with its reason."""

import gzip
import os
from pathlib import Path

import pytest

from pipelines.settings import load_settings
from pipelines.steps import arrivals
from pipelines.steps.arrivals import MOST_CHANGES, Look, Sighting, decide, from_cursor, look_at_landing
from pipelines.steps.imports import import_landing
from pipelines.steps.registry import import_registry
from pipelines.steps.workspace import Workspace

NOW = "2026-03-06T02:00:00+09:00"
LINE = b'192.0.2.7 - - [05/Mar/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "Firefox" "-"\n'
NAME = "customer-kim.log"


@pytest.fixture
def workspace(tmp_path):
    """An empty home."""
    return Workspace.open(load_settings(home=tmp_path / "home", clock=NOW, threads=1, remove_landing=False))


def _deliver(workspace, place=f"access/web/{NAME}", content=LINE) -> Path:
    path = workspace.home.landing / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _look(workspace, times=1, before=None, **more) -> Look:
    look = look_at_landing(workspace, before or {}, **more)
    for _ in range(times - 1):
        look = look_at_landing(workspace, from_cursor(look.to_cursor()), **more)
    return look


def test_a_file_seen_twice_unchanged_is_new(workspace):
    _deliver(workspace)
    assert _look(workspace).new == ()
    assert len(_look(workspace, times=2).new) == 1


def test_a_file_that_changed_between_two_looks_is_waited_for(workspace):
    path = _deliver(workspace)
    first = _look(workspace)
    path.write_bytes(LINE * 2)
    second = _look(workspace, before=from_cursor(first.to_cursor()))
    assert second.new == ()
    assert decide(second, is_run_open=False).run_key is None
    assert len(_look(workspace, before=from_cursor(second.to_cursor())).new) == 1


def test_a_file_touched_between_two_looks_is_waited_for(workspace):
    path = _deliver(workspace)
    first = _look(workspace)
    os.utime(path, ns=(1, 1))
    assert not _look(workspace, before=from_cursor(first.to_cursor())).files[0].is_read


@pytest.mark.parametrize("place", ["access/web/a.log.tmp", "access/web/a.part", "access/web/.a", "access/nobody/a.log"])
def test_what_a_night_would_not_take_in_is_not_seen(workspace, place):
    _deliver(workspace, place)
    assert _look(workspace, times=2).files == ()


def test_a_log_that_was_taken_in_is_known_and_one_that_grew_is_new(workspace):
    path = _deliver(workspace)
    import_landing(workspace)
    assert _look(workspace, times=2).new == ()
    path.write_bytes(LINE * 2)
    assert len(_look(workspace, times=2).new) == 1


def test_a_log_that_was_quarantined_as_a_whole_is_known(workspace):
    _deliver(workspace, content=gzip.compress(LINE * 100)[:40])
    import_landing(workspace)
    assert _look(workspace, times=2).new == ()


def test_an_export_is_known_by_its_content_whatever_its_compression(workspace):
    content = b"partner_id,name,type\nP1,Label,agency\n"
    path = _deliver(workspace, "registry/partners.csv", content)
    assert len(_look(workspace, times=2).new) == 1
    import_registry(workspace, "partners")
    assert _look(workspace, times=2).new == ()
    path.unlink()
    _deliver(workspace, "registry/partners.csv.gz", gzip.compress(content))
    assert _look(workspace, times=2).new == ()
    _deliver(workspace, "registry/partners.csv.gz", gzip.compress(content + b"P2,Other,artist\n"))
    assert len(_look(workspace, times=2).new) == 1


def test_an_export_that_comes_again_after_another_has_a_key_of_its_own(workspace):
    first, other = b"partner_id,name,type\nP1,Label,agency\n", b"partner_id,name,type\nP1,Label,artist\n"
    keys = []
    for content in (first, other, first, other):
        path = _deliver(workspace, "registry/partners.csv", content)
        keys.append(decide(_look(workspace, times=2), is_run_open=False).run_key)
        assert keys[-1] == decide(_look(workspace, times=2), is_run_open=False).run_key, (
            "asked once while nothing changed"
        )
        import_registry(workspace, "partners")
        path.unlink()
    assert len(set(keys) - {None}) == 4


def test_a_file_that_always_grows_holds_the_others_up_for_some_looks_only(workspace):
    _deliver(workspace)
    growing, seen = _deliver(workspace, "access/web/growing.log"), {}
    due = []
    for size in range(MOST_CHANGES + 2):
        growing.write_bytes(LINE * (size + 2))
        look = _look(workspace, before=seen)
        due.append(decide(look, is_run_open=False).run_key is not None)
        seen = from_cursor(look.to_cursor())
    assert due == [False] * MOST_CHANGES + [True] * 2
    assert len(look.new) == 1


def test_one_that_stopped_growing_is_read_like_any_other(workspace):
    growing, seen = _deliver(workspace), {}
    for size in range(MOST_CHANGES + 1):
        growing.write_bytes(LINE * (size + 1))
        seen = from_cursor(_look(workspace, before=seen).to_cursor())
    assert len(_look(workspace, before=seen).new) == 1


@pytest.mark.parametrize(("largest", "is_read"), [(len(LINE), True), (len(LINE) - 1, False)])
def test_a_very_large_file_is_told_by_size_and_time_without_reading_it(workspace, monkeypatch, largest, is_read):
    monkeypatch.setattr(arrivals, "LARGEST_READ_BYTES", largest)
    read = []
    monkeypatch.setattr(arrivals, "file_digest", lambda path: read.append(path) or "digest")
    _deliver(workspace)
    look = _look(workspace, times=3)
    assert bool(read) is is_read
    assert len(look.new) == 1
    key = decide(look, is_run_open=False).run_key
    assert key == decide(_look(workspace, times=2), is_run_open=False).run_key


def test_an_export_with_very_much_in_it_is_not_read_to_its_end(workspace, monkeypatch):
    content = gzip.compress(b"partner_id,name,type\n" + b"P1,Label,agency\n" * 50_000)
    monkeypatch.setattr(arrivals, "LARGEST_READ_BYTES", 100_000)
    assert len(content) < 100_000
    _deliver(workspace, "registry/partners.csv.gz", content)
    (file,) = _look(workspace, times=2).new
    assert (file.is_read, file.content) == (True, None)


def test_what_is_remembered_names_no_file(workspace):
    _deliver(workspace)
    look = _look(workspace, times=2)
    assert NAME not in look.to_cursor()
    assert "kim" not in look.to_cursor()
    assert "web" not in look.to_cursor()
    assert from_cursor(look.to_cursor()) == {file.place: file for file in look.files}


@pytest.mark.parametrize("text", [None, "", "[]", "no json", "[[1]]", "{}"])
def test_a_cursor_that_cannot_be_read_begins_anew(text):
    assert from_cursor(text) == {}


def test_a_look_reads_no_more_than_it_may_and_the_next_goes_on(workspace):
    for number in range(3):
        _deliver(workspace, f"access/web/{number}.log", LINE * (number + 1))
    assert [file.is_read for file in _look(workspace, times=2, most_bytes=1).files] == [True, False, False]
    assert len(_look(workspace, times=4, most_bytes=1).new) == 3


def _file(name, content=None):
    return Sighting(name, 1, 1, f"delivered {name}", content)


def test_the_same_files_give_the_same_key_in_any_order_and_others_another():
    a, b, c = (_file(name) for name in "abc")
    key = decide(Look((a, b), (a, b)), is_run_open=False).run_key
    assert key == decide(Look((c, b, a), (b, a)), is_run_open=False).run_key
    assert key != decide(Look((a, b, c), (a, c)), is_run_open=False).run_key
    assert len(key) == 64


def test_while_a_run_is_open_no_other_is_asked_for():
    look = Look((_file("a"),), (_file("a"),))
    assert decide(look, is_run_open=True).run_key is None
    assert decide(look, is_run_open=False).run_key is not None


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        (Look((), ()), "Nothing lies in the landing folder."),
        (Look((_file("a"), Sighting("b", 1, 1)), ()), "1 of 2 files were not seen unchanged twice yet."),
        (Look((_file("a"),), ()), "All 1 files that lie still in the landing folder were taken in before."),
    ],
)
def test_not_beginning_has_its_sentence(look, sentence):
    assert decide(look, is_run_open=False).sentence == sentence
