"""A verification reads what is due, remembers what was clean, fails on a hit, on what it cannot read, and when it is blind."""

import gzip
import json
import os
from pathlib import Path

import pytest
from scanning_by_hand import DAY, LINE, OTHER
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import CheckFailedError
from pipelines.retention.entries import NIGHTLY, Begun
from pipelines.retention.items import Item, Kind
from pipelines.retention.scanning import tables
from pipelines.settings import load_settings
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.nightly import prove
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.sampling import sample_items, sample_store, sweep_samples
from pipelines.steps.retention.verifying import due_scope, require_passed, verify
from pipelines.steps.workspace import Workspace

NOW, NEXT, WEEK = "2026-06-07T02:00:00+09:00", "2026-06-08T02:00:00+09:00", "2026-06-14T02:00:00+09:00"
PLAN = "a" * 64
NOT_THERE_YET = ("landing/new.log", "ledger/verified.json")
"""Files that come after everything was read: a delivery, and what remembers the files that were read."""


@pytest.fixture
def opened(sampled: Workspace) -> Workspace:
    """The same home after its plan was begun."""
    begin(sampled)
    return sampled


@pytest.fixture
def sampled(tmp_path: Path) -> Workspace:
    """A home with one sealed day, sampled."""
    workspace = Workspace.open(load_settings(home=tmp_path / "home", clock=NOW, threads=1))
    segment = workspace.vault.write_segment(
        "access_logs", "web", DAY, file_sha256="0" * 64, first_byte=0, runs=[(1, 2)], raw=LINE + b"\n" + OTHER + b"\n"
    )
    item = Item("access_logs", Kind.FILE, f"vault/{segment.path}", DAY, key=segment.key)
    assert len(sample_items(workspace, [item], PLAN)) == 1
    return workspace


def begin(workspace: Workspace, plan: str = PLAN) -> None:
    """Enter that a plan was begun."""
    entry = Begun(policy_version=workspace.policy.version, plan=plan, approved_by=NIGHTLY, items=1)
    open_register(workspace).append(entry, workspace.clock.now())


@pytest.fixture
def destroyed(opened: Workspace) -> Workspace:
    """The same home after the day went."""
    for info in opened.keyring.list():
        opened.keyring.destroy(info.name)
    for path in opened.home.vault.rglob("*.age"):
        path.unlink()
    return opened


def at(workspace: Workspace, instant: str) -> Workspace:
    return Workspace.open(load_settings(home=workspace.home.root, clock=instant, threads=1))


def test_what_is_still_there_is_found(opened: Workspace):
    proof = verify(opened, "everything")
    assert not proof.has_passed
    assert {hit.place.split("/")[0] for hit in proof.hits} == {"vault"}
    assert proof.probes_found == proof.probes > 2
    with pytest.raises(CheckFailedError, match="destroyed lines or rows found"):
        require_passed(proof)


def test_what_was_sampled_for_a_plan_that_was_never_begun_is_not_looked_for(sampled: Workspace):
    assert prove(sampled) is None
    begin(sampled, "c" * 64)
    proof = verify(sampled, "everything")
    assert (proof.samples, proof.probes) == (0, 0)
    assert proof.has_passed
    begin(sampled)
    assert not verify(sampled, "everything").has_passed


def test_samples_of_plans_never_begun_are_swept_and_no_others(sampled: Workspace):
    (path,) = sample_store(sampled).folder.iterdir()
    (unreadable := path.with_name("bad.json")).write_text("{}")
    begin(sampled)
    assert sweep_samples(sampled) == 0
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps({**document, "plan": "c" * 64}))
    assert sweep_samples(sampled) == 1
    assert [*sample_store(sampled).folder.iterdir()] == [unreadable]


def test_what_was_destroyed_is_not_found_by_a_scan_that_finds(destroyed: Workspace):
    proof = verify(destroyed, "everything")
    assert proof.has_passed, proof.faults()
    assert proof.controls_found == proof.controls == 11
    assert (proof.samples, proof.probes_found) == (1, 0)
    assert proof.layers["sealed > zstd > segment > content"] == 1
    require_passed(proof)


def test_the_samples_files_hold_no_line(opened: Workspace):
    written = b"".join(path.read_bytes() for path in sample_store(opened).folder.iterdir())
    assert not [word for word in LINE.split() if len(word) > 3 and word in written]


def test_a_sample_taken_again_is_the_same(opened: Workspace):
    segment = next(opened.home.vault.rglob("*.age"))
    place = segment.relative_to(opened.home.root).as_posix()
    before = [*sample_store(opened).all()]
    sample_items(opened, [Item("access_logs", Kind.FILE, place, DAY)], PLAN)
    assert [*sample_store(opened).all()] == before


def test_lines_on_hold_are_no_hit_and_the_others_of_their_day_are(opened: Workspace):
    for path in sample_store(opened).folder.iterdir():
        path.unlink()
    held = opened.home.sealed / "held.log"
    held.write_bytes(LINE.replace(b"203.0.113.9", b"203.0.113.7") + b"\n" + OTHER + b"\n")
    place = next(opened.home.vault.rglob("*.age")).relative_to(opened.home.root).as_posix()
    items = [Item("access_logs", Kind.FILE, place, DAY), Item("access_logs", Kind.COPY, "sealed/held.log", DAY)]
    sample_items(opened, items, PLAN, ["sealed/held.log"])
    assert [(sample.seen, sample.taken) for sample in sample_store(opened).all()] == [(2, 1)]
    assert {hit.place.split("/")[0] for hit in verify(opened, "everything").hits} == {"vault"}


def test_only_what_changed_is_read_the_next_night_and_everything_after_a_week(destroyed: Workspace):
    assert due_scope(destroyed) == "everything"
    everything = verify(destroyed, "everything")
    assert due_scope(at(destroyed, NEXT)) == "changed"
    (destroyed.home.landing / "new.log").write_bytes(OTHER)
    changed = verify(destroyed, "changed")
    assert {hit.place for hit in changed.hits} == {"landing/new.log"}
    assert changed.unchanged == 10
    assert changed.files + changed.unchanged == everything.files + len(NOT_THERE_YET)
    assert due_scope(at(destroyed, WEEK)) == "everything"


def test_a_file_that_held_something_is_read_again_until_it_is_gone(destroyed: Workspace):
    verify(destroyed, "everything")
    (destroyed.home.landing / "new.log").write_bytes(LINE)
    for _ in range(2):
        assert {hit.place for hit in verify(destroyed, "changed").hits} == {"landing/new.log"}
    (destroyed.home.landing / "new.log").unlink()
    assert verify(destroyed, "changed").has_passed


def test_a_change_that_keeps_size_and_time_is_read(destroyed: Workspace):
    path = destroyed.home.landing / "new.log"
    path.write_bytes(b"x" * len(LINE))
    stat = path.stat()
    verify(destroyed, "everything")
    path.write_bytes(LINE)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert verify(destroyed, "changed").hits


def test_what_is_remembered_names_no_file(destroyed: Workspace):
    (destroyed.home.landing / "somebody-7.log").write_bytes(b"nothing")
    verify(destroyed, "everything")
    remembered = (destroyed.home.ledger / "verified.json").read_text()
    assert "somebody" not in remembered
    assert "landing" not in remembered


@pytest.mark.parametrize("damage", ["", "[]", '{"everything_at": null, "files": []}'])
def test_without_a_memory_everything_is_read_again(damage: str, destroyed: Workspace):
    verify(destroyed, "everything")
    (destroyed.home.ledger / "verified.json").write_text(damage)
    assert due_scope(destroyed) == "everything"
    assert verify(destroyed, "changed").unchanged == 0


def test_a_blind_scan_fails_and_remembers_nothing(destroyed: Workspace, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "row_texts", lambda _batch: [])
    monkeypatch.setattr(tables, "value_texts", lambda _batch: iter(()))
    proof = verify(destroyed, "everything")
    assert proof.is_blind
    assert not proof.has_passed
    assert proof.faults()[0] == "the scan is blind: 9 of 11 controls were found"
    assert due_scope(destroyed) == "everything"


def test_a_file_that_cannot_be_read_fails_the_verification(destroyed: Workspace):
    (destroyed.home.staging / "old.age").write_bytes(b"age-encryption.org/v1\n-> X25519 gone\n")
    os.mkfifo(destroyed.home.staging / "pipe")
    proof = verify(destroyed, "everything")
    assert proof.unreadable == {
        "staging/old.age": "no key that is there opens it",
        "staging/pipe": "it is no regular file",
    }
    assert not proof.has_passed
    assert proof.hits == ()


def test_what_a_link_says_is_read_and_not_what_it_leads_to(destroyed: Workspace, tmp_path: Path):
    (tmp_path / "outside.log").write_bytes(LINE)
    (destroyed.home.landing / "link.log").symlink_to(tmp_path / "outside.log")
    (destroyed.home.landing / "folder").symlink_to(tmp_path)
    places = {file.place: file.link for file in files_below({"": destroyed.home.root})}
    assert places["landing/link.log"] == str(tmp_path / "outside.log")
    assert places["landing/folder"] == str(tmp_path)
    assert verify(destroyed, "everything").has_passed
    assert verify(destroyed, "everything", needles=(b"outside.log",)).hits


def test_the_command_says_where_and_never_what(destroyed: Workspace):
    (destroyed.home.landing / "copy.gz").write_bytes(gzip.compress(LINE))
    arguments = ["retention", "verify", "--home", str(destroyed.home.root), "--clock", NOW]
    told = CliRunner().invoke(app, [*arguments, "--all", "--json"])
    assert told.exit_code == 1
    body = json.loads(told.stdout)
    assert {hit["place"] for hit in body["hits"]} == {"landing/copy.gz"}
    assert not [word for word in LINE.decode().split() if len(word) > 4 and word in told.stdout]
    assert CliRunner().invoke(app, arguments).exit_code == 1
    (destroyed.home.landing / "copy.gz").unlink()
    cleared = CliRunner().invoke(app, arguments)
    assert cleared.exit_code == 0
    assert "11 of 11 controls found" in cleared.stdout
