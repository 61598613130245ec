"""Killed at any point of an append the register stays sound, and the next append brings its heads up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from register_by_hand import AT, COPY, LINES, VERSION, body_of, fill, lay_out, read_files, register_in

from pipelines.retention.register import Register
from pipelines.storage import atomic
from pipelines.storage.ledger import Ledger

POINTS = range(9)
"""Of an append: before and after each of the four heads that are put in place, and in the middle of the line."""


@contextmanager
def killed_at(point: int) -> Iterator[None]:
    """Stop an append at a point: 0 in the middle of the line, then before and after each rename."""
    renames, real, write_line = iter(range(1, 99)), atomic.replace, Ledger._write_line

    def replace(staged: Path, target: Path) -> None:
        number = next(renames)
        if point == 2 * number - 1:
            raise KeyboardInterrupt
        real(staged, target)
        if point == 2 * number:
            raise KeyboardInterrupt

    def write_half(ledger: Ledger, line: bytes, offset: int) -> None:
        write_line(ledger, line[: len(line) // 2] if point == 0 else line, offset)
        if point == 0:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(atomic, "replace", replace)
        patch.setattr(Ledger, "_write_line", write_half)
        yield


def die_in_append(register: Register, number: int, point: int) -> None:
    with killed_at(point):
        register.append(body_of(number), AT + timedelta(minutes=number))


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("size", [0, 1, 2, 7])
def test_killed_at_any_point_of_an_append_there_is_no_alarm_and_the_next_one_catches_up(tmp_path, size, point):
    fill(register_in(tmp_path), size)
    die_in_append(register_in(tmp_path), size, point)
    found = register_in(tmp_path).verify()
    assert found.findings == ()
    assert found.size == size + (point > 0)
    assert found.is_behind == (0 < point < 8)
    register = register_in(tmp_path)
    fill(register, 1, start=30)
    after = register.verify()
    assert (after.size, after.findings, after.is_behind) == (found.size + 1, (), False)


def test_killed_at_every_third_byte_of_the_line_there_is_no_alarm(tmp_path):
    fill(register_in(tmp_path), 3)
    before = read_files(tmp_path)
    fill(register_in(tmp_path), 1, start=3)
    after = (tmp_path / LINES).read_bytes()
    for end in range(len(before[LINES] or b""), len(after) + 1, 3):
        lay_out(tmp_path, {**before, LINES: after[:end]})
        assert register_in(tmp_path).verify().findings == ()
    lay_out(tmp_path, {**before, LINES: (before[LINES] or b"") + bytes(400)})
    assert register_in(tmp_path).verify().findings == (), "a power cut leaves zeros where data was not written yet"


@pytest.mark.parametrize("seed", range(8))
def test_killed_over_and_over_no_finished_entry_is_lost_and_none_is_alarmed_about(tmp_path, seed):
    chance = Random(seed)  # noqa: S311 -- repeatable, not secret
    register, finished = register_in(tmp_path), set[int]()
    for number in range(40):
        if chance.random() < 0.6:
            die_in_append(register, number, chance.choice(POINTS))
            register = register_in(tmp_path) if chance.random() < 0.5 else register
        else:
            register.append(body_of(number), AT + timedelta(minutes=number))
            finished.add(number)
        assert register_in(tmp_path).verify().findings == ()
    kept = {int((entry.at - AT).total_seconds() // 60) for entry in register_in(tmp_path).entries()}
    assert finished <= kept
    assert len(kept) == register.verify().size


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("size", [0, 1, 4, 5])
def test_killed_while_it_is_restored_the_register_is_still_older_or_already_sound(tmp_path, size, point):
    fill(register_in(tmp_path), size)
    older = read_files(tmp_path)
    fill(register_in(tmp_path), 6 - size, start=size)
    longer = read_files(tmp_path)
    lay_out(tmp_path, {**older, COPY: longer[COPY]})
    with killed_at(point):
        register_in(tmp_path).restore(VERSION, "privacy_officer", AT)
    register = register_in(tmp_path)
    found = register.verify()
    assert found.is_only_older == (point == 0)
    if found.is_only_older:
        register.restore(VERSION, "privacy_officer", AT)
    else:
        assert found.findings == ()
    fill(register, 1, start=40)
    assert register.verify().findings == ()
    assert [entry.body.kind for entry in register.entries()].count("restored") == 1


def test_a_torn_line_that_was_cut_is_counted_and_the_count_cannot_be_changed(tmp_path):
    fill(register_in(tmp_path), 3)
    die_in_append(register_in(tmp_path), 3, 0)
    fill(register_in(tmp_path), 1, start=3)
    files = read_files(tmp_path)
    for name, data in files.items():
        if name != LINES:
            assert b'"torn_lines_cut": 1' in (data or b"")
            lay_out(tmp_path, {**files, name: (data or b"").replace(b'"torn_lines_cut": 1', b'"torn_lines_cut": 0')})
            assert not register_in(tmp_path).verify().holds
