"""Lines of days whose period is over are counted and never stored, whatever they say and however they come."""

from datetime import date

import pytest

from pipelines.errors import DamagedError
from pipelines.weblogs import pieces
from pipelines.weblogs.records import PAST_PERIOD

OLD, DAY, NEXT = "19/May/2015:12:00:00", "20/May/2015:12:00:00", "21/May/2015:12:00:00"


def before(day: int):
    return lambda found: found < date(2015, 5, day)


def stored_days(intake):
    return sorted(path.parent.name for path in intake.root.rglob("*.age"))


def test_lines_of_a_day_past_its_period_are_filtered_and_of_the_day_after_accepted(intake, line):
    record = intake.deliver(line(OLD) + line(DAY), is_past=before(20)).record
    assert (record.lines, record.accepted, record.filtered) == (2, 1, {PAST_PERIOD: 1})
    assert record.accepted_by_day == {"2015-05-20": 1}
    assert stored_days(intake) == ["2015-05-20"]


def test_whatever_state_a_late_line_had_it_is_past_its_period_now(intake, line):
    record = intake.deliver(
        line(OLD, "/healthz") + line(OLD) + b"garbage\n" + line(DAY, "/healthz"), is_past=before(20)
    ).record
    assert (record.lines, record.accepted) == (4, 0)
    assert record.filtered == {PAST_PERIOD: 3, "health_check": 1}
    assert (record.quarantined, record.quarantine) == ({}, [])
    assert stored_days(intake) == ["2015-05-20"]


def test_a_whole_old_file_leaves_a_record_and_nothing_else_and_is_known_afterwards(intake, line):
    record = intake.deliver(line(OLD) * 3, is_past=before(20)).record
    assert (record.lines, record.filtered, record.segments) == (3, {PAST_PERIOD: 3}, [])
    assert stored_days(intake) == []
    assert intake.deliver(line(OLD) * 3, "again", is_past=before(20)).kind == "known"


def test_a_last_line_without_newline_that_is_late_is_completed_as_late(intake, line):
    content = line(OLD) + line(DAY)
    intake.deliver(content[:50], is_past=before(20))
    grown = intake.deliver(content, is_past=before(20)).record
    assert grown.extends is not None
    assert sum(count.accepted for count in intake.counts.values()) == 1
    assert all(count.is_balanced for count in intake.counts.values())


def test_a_file_that_grew_adds_only_its_new_lines_when_its_beginning_is_gone(intake, line):
    content = line(OLD) * 2 + line(DAY)
    intake.deliver(content)
    grown = intake.deliver(content + line(NEXT), is_past=before(20)).record
    assert (grown.first_line, grown.lines, grown.accepted) == (4, 1, 1)


@pytest.mark.parametrize("lines", [3, 4])
def test_a_shorter_copy_is_known_by_the_lines_that_are_left(intake, line, lines):
    content = [line(OLD, "/1"), line(OLD, "/2"), line(DAY, "/3"), line(DAY, "/4"), line(NEXT, "/5")]
    intake.deliver(b"".join(content))
    destroy(intake, "2015-05-19")
    assert intake.deliver(b"".join(content[:lines]), "copy", is_past=before(20)).kind == "known"
    assert intake.deliver(b"".join(content[:lines])[:-20], "cut", is_past=before(20)).kind == "known"


@pytest.mark.parametrize("cut", [0, 20], ids=["whole lines", "cut in mid-line"])
def test_a_shorter_copy_of_which_nothing_is_left_is_filtered_as_a_whole(intake, line, cut):
    content = line(OLD, "/1") + line(OLD, "/2") + line(DAY, "/3")
    intake.deliver(content)
    destroy(intake, "2015-05-19")
    copy = content[: len(line(OLD, "/1") + line(OLD, "/2")) - cut]
    record = intake.deliver(copy, "copy", is_past=before(20)).record
    assert (record.lines, record.accepted, record.filtered) == (2, 0, {PAST_PERIOD: 2})
    assert (record.segments, record.quarantined, record.quarantine) == ([], {}, [])


@pytest.mark.parametrize("length", [1, 20, -1], ids=["a byte", "without its time", "all but the newline"])
def test_a_copy_cut_within_a_first_line_that_is_gone_stores_nothing_and_loses_nothing(intake, line, length):
    content = line(OLD, "/1") + line(OLD, "/2") + line(DAY, "/3")
    intake.deliver(content)
    destroy(intake, "2015-05-19")
    piece = line(OLD, "/1")[:length]
    assert intake.deliver(piece, "cut", is_past=before(20)).kind == "known"
    assert stored_days(intake) == ["2015-05-20"]
    # Another file that begins so is taken in when there is more of it.
    other = intake.deliver(piece + b" and another end\n" + line(NEXT), "cut", is_past=before(20)).record
    assert other.accepted_by_day["2015-05-21"] == 1


def test_a_piece_longer_than_the_first_line_or_of_one_that_is_left_is_no_copy_unseen(intake, line):
    intake.deliver(line(OLD, "/1") + line(DAY, "/2"))
    intake.deliver(line(DAY, "/3") + line(OLD, "/4"), "left")
    destroy(intake, "2015-05-19")
    longer = intake.deliver(b"x" * (len(line(OLD, "/1")) + 1), "longer", is_past=before(20)).record
    assert sum(longer.quarantined.values()) == 1
    assert intake.deliver(line(DAY, "/3")[:30], "left", is_past=before(20)).kind == "known"


def test_lines_before_the_first_readable_one_of_a_late_file_are_late_too(intake, line):
    late = intake.deliver(b"garbage\nmore of it\n" + line(OLD), is_past=before(20)).record
    assert (late.lines, late.filtered, late.quarantine) == (3, {PAST_PERIOD: 3}, [])
    assert stored_days(intake) == []
    kept = intake.deliver(b"garbage\n" + line(DAY), "kept", is_past=before(20)).record
    assert sum(kept.quarantined.values()) == 1


def test_what_is_left_is_compared_without_holding_more_than_a_batch(intake, line, monkeypatch):
    intake.batch_bytes = 10_000
    content = line(OLD, "/0") + b"".join(line(DAY, f"/{number}") for number in range(1_000))
    intake.deliver(content)
    destroy(intake, "2015-05-19")
    held: list[int] = []
    push = pieces.heapq.heappush
    monkeypatch.setattr(pieces.heapq, "heappush", lambda heap, piece: (push(heap, piece), held.append(len(heap))))
    assert intake.deliver(content[:-500], "copy", is_past=before(20)).kind == "known"
    assert max(held) <= 2


def test_another_file_of_the_same_line_lengths_is_no_copy_where_a_line_that_is_left_differs(intake, line):
    intake.deliver(line(OLD, "/1") + line(DAY, "/2") + line(NEXT, "/3"))
    destroy(intake, "2015-05-19")
    record = intake.deliver(line(OLD, "/1") + line(DAY, "/4"), "other", is_past=before(20)).record
    assert (record.accepted, record.filtered) == (1, {PAST_PERIOD: 1})


def test_what_is_gone_without_being_past_still_stops_the_import(intake, line):
    content = line(OLD, "/1") + line(DAY, "/2")
    intake.deliver(content)
    destroy(intake, "2015-05-19")
    with pytest.raises(DamagedError):
        intake.deliver(content[:100], "copy")


@pytest.mark.parametrize("batch_bytes", [1, 60, 1_000_000])
def test_late_lines_between_others_are_left_out_however_batches_are_cut(intake, line, batch_bytes):
    intake.batch_bytes = batch_bytes
    content = line(DAY, "/1") + line(OLD, "/2") + b"x" * 5000 + b"\n" + line(DAY, "/3") + line(OLD, "/4")
    record = intake.deliver(content, is_past=before(20)).record
    assert (record.lines, record.accepted, record.filtered) == (5, 2, {PAST_PERIOD: 3})
    assert set(stored_days(intake)) == {"2015-05-20"}


def destroy(intake, day):
    for path in intake.root.rglob(f"{day}/*.age"):
        path.unlink()
