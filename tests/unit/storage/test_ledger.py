"""The ledger tells every change, and survives being killed at any byte."""

import json
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import DamagedError
from pipelines.storage.ledger import GENESIS, Ledger

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)


def filled(path: Path, count: int = 5) -> Ledger:
    ledger = Ledger(path)
    for number in range(count):
        ledger.append("import" if number % 2 == 0 else "destruction", {"lines": number, "name": "음악"}, AT)
    return ledger


def head_of(path: Path) -> Path:
    return path.with_name(path.name + ".head")


def test_entries_come_back_in_order_from_another_object(tmp_path: Path):
    written = [Ledger(tmp_path / "l").append("import", {"n": n}, AT + timedelta(microseconds=n)) for n in range(4)]
    read = Ledger(tmp_path / "l").entries()
    assert read == written
    assert [entry.seq for entry in read] == [1, 2, 3, 4]
    assert [entry.previous for entry in read] == [GENESIS] + [entry.digest for entry in read[:-1]]


def test_entries_are_found_by_kind(tmp_path: Path):
    ledger = filled(tmp_path / "l")
    assert [entry.body["lines"] for entry in ledger.entries("destruction")] == [1, 3]
    assert ledger.entries("nothing") == []


def test_a_ledger_that_never_was_is_empty_and_reading_makes_nothing(tmp_path: Path):
    ledger = Ledger(tmp_path / "folder" / "l")
    assert ledger.entries() == []
    assert ledger.verify() == 0
    assert not (tmp_path / "folder").exists()


def test_two_objects_may_append_in_turn(tmp_path: Path):
    one, two = Ledger(tmp_path / "l"), Ledger(tmp_path / "l")
    for number in range(6):
        (one, two)[number % 2].append("import", {"n": number}, AT)
    assert one.entries() == two.entries()
    assert one.verify() == 6


def test_appends_at_the_same_time_are_all_kept(tmp_path: Path):
    def work() -> None:
        ledger = Ledger(tmp_path / "l")
        for _ in range(10):
            ledger.append("import", {}, AT)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Ledger(tmp_path / "l").verify() == 40


def test_an_instant_without_an_offset_and_a_body_that_is_no_json_are_refused(tmp_path: Path):
    ledger = filled(tmp_path / "l")
    with pytest.raises(ValueError, match="aware"):
        ledger.append("import", {}, AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="JSON"):
        ledger.append("import", {"ratio": float("nan")}, AT)
    with pytest.raises(TypeError):
        ledger.append("import", {"day": AT.date()}, AT)
    assert ledger.verify() == 5


def test_killed_at_any_byte_of_an_append_the_entry_is_whole_or_gone(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 3)
    before, head = path.read_bytes(), head_of(path).read_bytes()
    Ledger(path).append("import", {"lines": 3}, AT)
    after = path.read_bytes()
    for end in range(len(before), len(after) + 1):
        path.write_bytes(after[:end])
        head_of(path).write_bytes(head)
        survived = end == len(after)
        torn = len(before) < end < len(after)
        ledger = Ledger(path)
        assert len(ledger.entries()) == 3 + survived
        assert ledger.append("import", {"lines": 9}, AT).seq == 4 + survived
        assert Ledger(path).verify() == 4 + survived
        assert ledger.torn_lines_cut == int(torn)


def test_killed_between_the_first_entry_and_its_head_the_entry_stays(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 1)
    head_of(path).unlink()
    assert Ledger(path).append("import", {}, AT).seq == 2
    assert Ledger(path).verify() == 2


def test_killed_twice_between_an_entry_and_its_head_both_entries_stay(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 2)
    for count in (3, 4):
        head = head_of(path).read_bytes()
        ledger = Ledger(path)
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(ledger, "_write_line", _killed_after(ledger._write_line))
            ledger.append("import", {}, AT)
        assert count == 4 or head_of(path).read_bytes() == head
        assert Ledger(path).verify() == count
    assert Ledger(path).append("import", {}, AT).seq == 5


def _killed_after(write: Callable[[bytes, int], None]) -> Callable[[bytes, int], None]:
    def write_and_die(line: bytes, offset: int) -> None:
        write(line, offset)
        raise KeyboardInterrupt

    return write_and_die


def test_a_failed_write_is_cut_off_by_the_next_append_of_the_same_object(tmp_path: Path):
    path = tmp_path / "l"
    ledger = filled(path, 2)
    with path.open("ab") as file:
        file.write(b'{"seq":3,"at"')
    assert ledger.append("import", {}, AT).seq == 3
    assert ledger.torn_lines_cut == 1
    assert Ledger(path).verify() == 3


def test_torn_lines_are_counted_for_the_ledgers_life(tmp_path: Path):
    path = tmp_path / "l"
    for number in range(3):
        Ledger(path).append("import", {}, AT)
        with path.open("ab") as file:
            file.write(b"\0" * (number + 1))
    Ledger(path).append("import", {}, AT)
    assert Ledger(path).torn_lines_cut == 3


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 4])
def test_a_cut_tail_is_found_by_the_head(tmp_path: Path, kept: int):
    path = tmp_path / "l"
    filled(path, 5)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:kept]))
    with pytest.raises(DamagedError, match=f"entries after {kept} are gone; the head says 5"):
        Ledger(path).verify()
    with pytest.raises(DamagedError):
        Ledger(path).append("import", {}, AT)


def test_a_ledger_whose_file_is_gone_is_damaged(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 2)
    path.unlink()
    with pytest.raises(DamagedError):
        Ledger(path).verify()


def test_a_head_that_is_gone_or_far_behind_or_of_another_chain_is_damage(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 3)
    head = json.loads(head_of(path).read_bytes())
    for other in (None, {**head, "seq": 1}, {**head, "digest": GENESIS}, {**head, "seq": -1}, {"seq": 3}, [], "x"):
        head_of(path).unlink(missing_ok=True)
        if other is not None:
            head_of(path).write_text(json.dumps(other))
        with pytest.raises(DamagedError):
            Ledger(path).verify()
    head_of(path).write_text(json.dumps(head))
    assert Ledger(path).verify() == 3


def test_the_first_bad_entry_is_named(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 5)
    path.write_bytes(path.read_bytes().replace(b'"lines":2', b'"lines":7'))
    with pytest.raises(DamagedError, match="entry 3 is not what was written"):
        Ledger(path).verify()


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:2] + lines[3:],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines[:3], lines[2], *lines[3:]],
        lambda lines: lines[1:],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, b"\n"],
        lambda lines: [lines[0].replace(b'{"seq"', b'{ "seq"'), *lines[1:]],
    ],
    ids=["deleted", "swapped", "inserted", "beheaded", "repeated", "empty line", "respaced"],
)
def test_lines_deleted_swapped_inserted_or_respaced_are_found(tmp_path: Path, change):
    path = tmp_path / "l"
    filled(path, 5)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    with pytest.raises(DamagedError):
        Ledger(path).verify()


def test_every_changed_bit_is_found(tmp_path: Path):
    path = tmp_path / "l"
    filled(path, 4)
    whole = path.read_bytes()
    chance = random.Random(7)  # noqa: S311 - which bits are flipped is no secret
    places = chance.sample(range(len(whole)), min(1000, len(whole)))
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(changed))
        with pytest.raises(DamagedError):
            Ledger(path).verify()
    path.write_bytes(whole)
    assert Ledger(path).verify() == 4


def test_a_change_is_found_by_an_object_that_read_before(tmp_path: Path):
    path = tmp_path / "l"
    ledger = filled(path, 3)
    path.write_bytes(path.read_bytes().replace(b'"lines":1', b'"lines":7'))
    with pytest.raises(DamagedError, match="entry 2"):
        ledger.verify()


def test_a_file_name_that_is_no_unicode_is_kept(tmp_path: Path):
    name = b"access-\xff.log".decode("utf-8", "surrogateescape")
    Ledger(tmp_path / "l").append("import", {"name": name}, AT)
    assert Ledger(tmp_path / "l").entries()[0].body["name"] == name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(), st.dictionaries(st.text(), JSON, max_size=4)), max_size=4))
def test_any_json_comes_back_as_it_went_in(tmp_path_factory: pytest.TempPathFactory, bodies):
    path = tmp_path_factory.mktemp("ledger") / "l"
    written = [Ledger(path).append(kind, body, AT) for kind, body in bodies]
    assert [(entry.kind, entry.body) for entry in Ledger(path).entries()] == bodies
    assert Ledger(path).entries() == written
