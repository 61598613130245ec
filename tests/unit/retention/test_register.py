"""The register tells every change of its entries, its heads and their copy, and takes no crash for one."""

import logging
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from register_by_hand import (
    AT,
    COPY,
    FILES,
    HEAD,
    LINES,
    MUTATIONS,
    VERSION,
    Files,
    destroyed,
    fill,
    lay_out,
    mutated,
    read_files,
    register_in,
    rewritten,
    verified,
)

from pipelines.errors import DamagedError, UsageError
from pipelines.retention.entries import Restored
from pipelines.retention.examination import FindingKind
from pipelines.retention.register import root_after, tree_of

SEED = 20_261_122
LONGEST = 40
log = logging.getLogger(__name__)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> list[Files]:
    """The files of one register after none, one, two, ... forty entries."""
    folder = tmp_path_factory.mktemp("register")
    register = register_in(folder)
    states = [read_files(folder)]
    for number in range(LONGEST):
        fill(register, 1, start=number)
        states.append(read_files(folder))
    return states


def findings(folder: Path, files: Files) -> list[tuple[FindingKind, int | None]]:
    lay_out(folder, files)
    return [(finding.kind, finding.entry) for finding in register_in(folder).verify().findings]


@pytest.mark.parametrize("kind", MUTATIONS)
@pytest.mark.parametrize("part", range(2))
def test_every_random_mutation_is_found(history, tmp_path, kind, part):
    chance = Random(f"{SEED} {kind} {part}")  # noqa: S311 -- repeatable, not secret
    unfound, done = [], 84
    for _ in range(done):
        told, files = mutated(kind, history, chance)
        found = findings(tmp_path, files)
        log.info("%s: %s", told, found)
        if not found:
            unfound.append(told)
    assert unfound == []


@pytest.mark.parametrize("name", FILES)
def test_no_byte_of_any_file_can_change(history, tmp_path, name):
    """Every byte in turn, not a sample: one bit of it flipped, and the byte left out."""
    files = history[1]
    data = files[name] or b""
    lay_out(tmp_path, files)
    register = register_in(tmp_path)
    for at in range(len(data)):
        for changed in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[:at] + data[at + 1 :]):
            (tmp_path / name).write_bytes(changed)
            assert not register.verify().holds, f"byte {at}"


def test_no_untouched_register_of_any_length_is_alarmed_about(history, tmp_path):
    for size, files in enumerate(history):
        lay_out(tmp_path, files)
        found = register_in(tmp_path).verify()
        assert (found.size, found.findings, found.is_behind) == (size, (), False)


def test_what_is_wrong_is_said_with_the_entry_at_which_it_is(history, tmp_path):
    files = history[9]
    lines = (files[LINES] or b"").splitlines(keepends=True)
    changed = [*lines[:4], lines[4].replace(b"2014", b"2015"), *lines[5:]]
    assert findings(tmp_path, {**files, LINES: b"".join(changed)}) == [(FindingKind.ENTRY, 5)]
    assert "entry 5 is not what was written" in register_in(tmp_path).verify().findings[0].sentence
    assert findings(tmp_path, {**files, LINES: b"".join([*lines[:6], *lines[7:]])}) == [(FindingKind.ENTRY, 7)]
    cut = findings(tmp_path, {**files, LINES: b"".join(lines[:7])})
    assert (FindingKind.CUT, 8) in cut
    assert findings(tmp_path, {**files, COPY: None}) == [(FindingKind.COPY, 1)]
    assert findings(tmp_path, {**files, COPY: history[8][COPY]}) == [(FindingKind.COPY, 9)]
    assert findings(tmp_path, {**files, HEAD: history[8][HEAD]}) == [(FindingKind.HEAD, 9)]
    assert findings(tmp_path, {**files, LINES: files[LINES] + b"x"}) == [(FindingKind.ENTRY, 10)]


def test_a_history_rewritten_with_all_heads_of_the_home_is_told_by_the_copy(history, tmp_path):
    changed = rewritten(history[12], 3, is_at_home_everywhere=True)
    assert findings(tmp_path, changed) == [(FindingKind.COPY, 12)]
    assert "not those the copy of the head was made over" in register_in(tmp_path).verify().findings[0].sentence


@pytest.mark.parametrize("earlier", [0, 1, 7, 11])
def test_a_register_rolled_back_with_the_heads_of_the_home_is_older_than_its_copy(history, tmp_path, earlier):
    files = {**history[earlier], COPY: history[12][COPY]}
    assert findings(tmp_path, files) == [(FindingKind.OLDER, earlier + 1)]
    register = register_in(tmp_path)
    assert "the register is older than its copy" in register.verify().findings[0].sentence
    for refused in (lambda: register.append(destroyed(), AT), register.entries):
        with pytest.raises(DamagedError, match="older than its copy"):
            refused()
    assert read_files(tmp_path) == files


def test_a_register_rolled_back_with_its_copy_is_told_by_the_root_on_a_certificate(history, tmp_path):
    lay_out(tmp_path, history[12])
    issued = register_in(tmp_path).verify()
    lay_out(tmp_path, history[9])
    assert register_in(tmp_path).verify().holds
    assert root_after(register_in(tmp_path).entries(), issued.size) is None
    fill(register_in(tmp_path), 4, start=30)
    assert root_after(register_in(tmp_path).entries(), issued.size) != issued.root
    lay_out(tmp_path, history[20])
    assert root_after(register_in(tmp_path).entries(), issued.size) == issued.root


def test_a_restored_register_goes_on_once_a_person_says_so_and_names_what_was_lost(history, tmp_path):
    lay_out(tmp_path, {**history[5], COPY: history[12][COPY]})
    register = register_in(tmp_path)
    with pytest.raises(UsageError, match="approved by no role"):
        register.restore(VERSION, "someone", AT)
    register.restore(VERSION, "privacy_officer", AT + timedelta(days=1))
    assert register.verify().holds
    register.append(destroyed(), AT + timedelta(days=1))
    body = register.entries()[5].body
    assert isinstance(body, Restored)
    assert body.lost_size == 12
    with pytest.raises(UsageError, match="nothing to restore"):
        register.restore(VERSION, "privacy_officer", AT)


def test_a_register_that_was_changed_is_not_restored(history, tmp_path):
    lines = (history[5][LINES] or b"").replace(b"2014", b"2015", 1)
    lay_out(tmp_path, {**history[5], LINES: lines, COPY: history[12][COPY]})
    with pytest.raises(DamagedError, match="entry 1"):
        register_in(tmp_path).restore(VERSION, "privacy_officer", AT)


def test_a_changed_register_takes_no_entry(history, tmp_path):
    lay_out(tmp_path, rewritten(history[12], 3, is_at_home_everywhere=True))
    before = read_files(tmp_path)
    with pytest.raises(DamagedError, match="not what was written"):
        register_in(tmp_path).append(destroyed(), AT)
    assert read_files(tmp_path) == before


def test_one_object_notices_what_another_process_did_between_two_appends(history, tmp_path):
    register = register_in(tmp_path)
    fill(register, 3)
    fill(register_in(tmp_path), 2, start=3)
    fill(register, 1, start=5)
    assert register.verify().size == 6
    assert [read_files(tmp_path)[name] for name in FILES] == [history[6][name] for name in FILES]
    lay_out(tmp_path, {**history[6], COPY: history[4][COPY]})
    with pytest.raises(DamagedError, match="copy of the head"):
        register.append(verified(), AT)


def test_entries_come_back_typed_with_the_bytes_of_their_leaves(history, tmp_path):
    lay_out(tmp_path, history[LONGEST])
    register = register_in(tmp_path)
    entries = register.entries()
    assert [entry.seq for entry in entries] == list(range(1, LONGEST + 1))
    assert [entry.body.kind for entry in entries[:4]] == ["begun", "destroyed", "verified", "erased"]
    assert b"".join(entry.line + b"\n" for entry in entries) == history[LONGEST][LINES]
    assert tree_of(entries).root().hex() == register.verify().root


def test_reading_a_register_that_never_was_makes_nothing(tmp_path):
    register = register_in(tmp_path / "home")
    assert register.entries() == []
    assert register.verify().holds
    assert not (tmp_path / "home").exists()


def test_restored_is_entered_by_restoring_only(tmp_path):
    body = Restored(
        policy_version=VERSION, lost_size=1, lost_root="0" * 64, lost_digest="0" * 64, approved_by="privacy_officer"
    )
    with pytest.raises(UsageError, match="restoring"):
        register_in(tmp_path).append(body, AT)
