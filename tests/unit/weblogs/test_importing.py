"""Files are taken in whole, once, in any shape and order, and every line of them is accounted for."""

import gzip
import json
import random
from base64 import b64decode
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.storage.vault import Segment
from pipelines.weblogs.decompression import Limits
from pipelines.weblogs.reasons import Reason
from pipelines.weblogs.records import COMPLETED_LATER, restated_counts
from pipelines.weblogs.stored import read_content, read_file

TIMES = ["20/May/2015:23:59:59", "21/May/2015:00:00:00", "19/May/2015:12:00:00"]
GOOD = st.builds(
    lambda time, target, sent: f'198.51.100.7 - - [{time} +0900] "GET {target} HTTP/1.1" 200 {sent}'.encode(),
    st.sampled_from(TIMES),
    st.sampled_from(["/", "/healthz", "/contents/1?x=%E2%82%AC"]),
    st.sampled_from(["-", "7", "123456789"]),
)
BAD = st.sampled_from([b"", b"garbage", b"\xff\xfe\x00", b"x" * 90, b"y" * 300, b"\r"])
LOG = st.tuples(st.lists(GOOD | GOOD | BAD, max_size=9), st.booleans()).map(
    lambda log: b"\n".join(log[0]) + (b"\n" if log[0] and log[1] else b"")
)
EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def total(intake, state: str) -> int:
    counts = intake.counts.values()
    if state in ("lines", "accepted"):
        return sum(getattr(count, state) for count in counts)
    labelled = [label for count in counts for label in getattr(count, state).items()]
    return sum(number for label, number in labelled if label != COMPLETED_LATER)


def assert_the_same(intake, at_once) -> None:
    """The lines that count, their days and the counts are those of an import in one go; every file balances."""
    assert intake.lines() == at_once.lines()
    assert all(count.is_balanced for count in intake.counts.values())
    for state in ("accepted", "filtered", "quarantined"):
        assert total(intake, state) == total(at_once, state)
    assert total(intake, "accepted") == sum(is_accepted for _, _, is_accepted in intake.lines().values())


@EXAMPLES
@given(LOG, st.lists(st.integers(0, 700), max_size=4), st.randoms(), st.integers(1, 500), st.integers(60, 120))
def test_any_deliveries_of_a_growing_log_count_each_line_once(
    new_intake, packed, reading, log, cuts, chance, batch, most
):
    deliveries = [log[:cut] for cut in cuts]
    chance.shuffle(deliveries)
    deliveries.insert(chance.randrange(len(deliveries) + 1), log)
    how = reading(max_line_bytes=most)
    intake, at_once = new_intake(batch_bytes=batch, chunk_bytes=chance.randrange(1, 300)), new_intake()
    at_once.deliver(log, reading=how)
    for number, content in enumerate(deliveries):
        name, pack = chance.choice(["access.log", f"renamed-{number}"]), packed[chance.choice(list(packed))]
        intake.deliver(pack(content), name, reading=how)
    assert_the_same(intake, at_once)
    assert b"".join(read_file(intake.vault, longest(intake), intake.records)) == log


def longest(intake):
    return max(intake.records, key=lambda record: record.bytes)


@EXAMPLES
@given(LOG, st.integers(1, 400), st.integers(1, 200), st.integers(1, 200))
def test_the_parts_of_a_file_give_the_delivered_bytes_whatever_the_batches(
    new_intake, reading, log, batch, chunk, most
):
    intake = new_intake(batch_bytes=batch, chunk_bytes=chunk)
    record = intake.deliver(log, reading=reading(max_line_bytes=most)).record
    assert b"".join(read_content(intake.vault, intake.segments(record))) == log
    assert record.lines == len(log.split(b"\n")) - (log.endswith(b"\n") or not log)
    assert restated_counts([record])[record.sha256].is_balanced


def test_one_batch_and_many_give_the_same(new_intake, line):
    log = b"".join(line(TIMES[number % 3], f"/{number}") for number in range(500))
    one, many = new_intake(), new_intake(batch_bytes=1024, chunk_bytes=100)
    assert len(one.deliver(log).record.segments) == 3
    assert len(many.deliver(log).record.segments) > 90
    assert_the_same(many, one)
    assert many.records[0].accepted_by_day == {"2015-05-19": 166, "2015-05-20": 167, "2015-05-21": 167}
    assert one.records[0].accepted_by_day == many.records[0].accepted_by_day


@pytest.mark.parametrize("name", ["access.log", "access.log.1"], ids=["same name", "renamed"])
@pytest.mark.parametrize("packing", ["plain", "gzip", "two gzip members", "zstd", "bzip2"])
def test_a_log_that_grew_adds_only_its_new_lines(intake, packed, line, name, packing):
    first, more = line(target="/1") + line(target="/2"), line(target="/3")
    intake.deliver(packed[packing](first))
    grown = intake.deliver(packed[packing](first + more), name).record
    assert (grown.lines, grown.accepted, grown.first_line, grown.total_lines) == (1, 1, 3, 3)
    assert grown.extends == intake.records[0].sha256
    assert sum(segment.bytes for segment in intake.segments(grown)) == len(more)


def test_a_log_may_grow_three_times_within_one_line(intake, line):
    whole = line(target="/1") + line(target="/2", sent="123456")
    for cut in (len(whole) - 40, len(whole) - 5, len(whole) - 3, len(whole)):
        intake.deliver(whole[:cut])
    assert [record.lines for record in intake.records] == [2, 1, 1, 1]
    assert [count.filtered for count in intake.counts.values()] == [{COMPLETED_LATER: 1}] * 3 + [{}]
    assert [text for _, text, _ in intake.lines().values()] == whole.splitlines()
    assert total(intake, "accepted") == 2


def test_a_line_completed_by_only_its_newline_counts_once(intake, line):
    whole = line(target="/1") + line(target="/2")
    first = intake.deliver(whole[:-1]).record
    assert (first.lines, first.accepted, first.tail.state) == (2, 2, "accepted")
    second = intake.deliver(whole).record
    assert (second.lines, second.accepted, second.tail) == (1, 1, None)
    assert [count.accepted for count in intake.counts.values()] == [1, 1]


def test_a_line_that_was_readable_and_becomes_unreadable_goes_with_the_line_before_it(intake, new_intake, line):
    start = line("19/May/2015:10:00:00") + line("20/May/2015:10:00:00").rstrip()
    whole = start + b" and then garbage\n" + b"more of it\n"
    assert intake.deliver(start).record.tail.state == "accepted"
    intake.deliver(whole)
    at_once = new_intake()
    at_once.deliver(whole)
    assert [day.day for day, _, _ in at_once.lines().values()] == [19, 19, 19]
    assert_the_same(intake, at_once)


def test_two_logs_that_grew_from_one_restate_its_last_line_once(intake, line):
    start = line(target="/1") + line(target="/2")[:-3]
    for end in (b"1\n", b"2\n", b"3\n"):
        intake.deliver(start + b" 20" + end, f"branch-{end[0]}")
    intake.deliver(start, "start")
    assert [record.completes is not None for record in intake.records] == [False, False, False]
    other = type(intake)(intake.root / "other")
    for end in (b"", b" 201\n", b" 202\n"):
        other.deliver(start + end, f"branch-{end!r}")
    assert [record.completes is not None for record in other.records] == [False, True, False]
    assert all(count.is_balanced and count.accepted >= 0 for count in other.counts.values())
    assert other.counts[other.records[0].sha256].filtered == {COMPLETED_LATER: 1}


def test_a_cut_off_file_is_imported_as_far_as_it_goes_and_quarantined_whole(intake):
    noise = random.Random(3)  # noqa: S311 - test data
    content = b"".join(
        f'198.51.100.7 - - [20/May/2015:10:00:00 +0900] "GET /{noise.random()} HTTP/1.1" 200 {number}\n'.encode()
        for number in range(3000)
    )
    whole = gzip.compress(content, mtime=0)
    cut = whole[: len(whole) // 2]
    outcome = intake.deliver(cut, "cut.gz")
    assert outcome.kind == "imported"
    assert 1000 < outcome.record.lines < 2000
    assert outcome.record.damage == "the compressed data is cut off"
    assert b"".join(intake.quarantine.read_segment(s).raw for s in segments_of(outcome.quarantined.pieces)) == cut
    assert intake.deliver(cut, "again.gz").kind == "known"
    rest = intake.deliver(whole, "whole.gz").record
    assert rest.extends == outcome.record.sha256
    assert total(intake, "accepted") == 3000
    assert [text for _, text, _ in intake.lines().values()] == content.splitlines()


def segments_of(bodies):
    return [Segment.from_json(body) for body in bodies]


def test_a_damaged_copy_whose_readable_lines_are_known_is_still_kept(intake, line):
    content = line(target="/1") * 4
    intake.deliver(content)
    outcome = intake.deliver(gzip.compress(content, mtime=0) + b"not gzip at all", "copy.gz")
    assert outcome.kind == "quarantined"
    assert outcome.record is None
    assert len(intake.whole) == 1


def test_a_bomb_is_quarantined_as_a_file_and_the_next_goes_on(new_intake, line):
    intake = new_intake(limits=Limits(100_000, 10**9))
    bomb = gzip.compress(b"0" * 100_001, mtime=0)
    outcome = intake.deliver(bomb, "bomb.gz")
    assert outcome.kind == "quarantined"
    assert outcome.quarantined.reason == "decompresses to more than 100000 bytes"
    assert b"".join(intake.quarantine.read_segment(s).raw for s in segments_of(outcome.quarantined.pieces)) == bomb
    assert intake.deliver(bomb, "bomb-again.gz").kind == "known"
    assert intake.deliver(gzip.compress(b"0" * 100_000, mtime=0), "large.gz").kind == "imported"
    assert intake.deliver(line(), "next.log").record.accepted == 1


def test_an_empty_file_is_imported_with_no_lines_and_nothing_grows_from_it(intake, line):
    outcome = intake.deliver(b"")
    assert (outcome.kind, outcome.record.lines, outcome.record.last_day) == ("imported", 0, None)
    assert intake.deliver(gzip.compress(b""), "empty.gz").kind == "known"
    assert intake.deliver(line()).record.extends is None
    assert all(count.is_balanced for count in intake.counts.values())


def test_a_file_of_only_garbage_is_quarantined_line_by_line_on_the_day_it_came(intake):
    garbage = b"\x00\xff\n" + b"nothing readable\n" + b"\n" + b"the end"
    record = intake.deliver(garbage, on=date(2015, 6, 3)).record
    assert (record.lines, record.accepted) == (4, 0)
    assert record.quarantined == {Reason.CUT_OFF.value: 3, Reason.EMPTY.value: 1}
    assert {segment.day for segment in intake.segments(record)} == {date(2015, 6, 3)}
    rows = [
        json.loads(row)
        for segment in intake.segments(record, "quarantine")
        for row in intake.quarantine.read_segment(segment).raw.splitlines()
    ]
    assert [b64decode(row["raw"]) for row in rows] == garbage.split(b"\n")
    assert [row["line"] for row in rows] == [1, 2, 3, 4]


def test_an_unreadable_line_goes_with_the_readable_line_before_it_even_across_deliveries(intake, line):
    start = b"garbage first\n" + line("21/May/2015:00:00:00") + line("20/May/2015:23:59:59")
    intake.deliver(start)
    intake.deliver(start + b"garbage later\n")
    days = [day for day, _, _ in intake.lines().values()]
    assert days == [date(2015, 6, 1), date(2015, 5, 21), date(2015, 5, 20), date(2015, 5, 20)]


def test_a_line_longer_than_allowed_is_quarantined_and_kept_byte_for_byte(new_intake, reading, line):
    intake = new_intake(batch_bytes=1024, chunk_bytes=100)
    long = bytes(random.Random(1).choices(range(11, 256), k=50_000)) + b"\n"  # noqa: S311 - test data
    log = line("21/May/2015:00:00:00") + long + line("20/May/2015:10:00:00") + long[:3000]
    record = intake.deliver(log, reading=reading(max_line_bytes=2048)).record
    assert (record.lines, record.accepted, record.quarantined) == (4, 2, {Reason.TOO_LONG.value: 2})
    assert b"".join(read_content(intake.vault, intake.segments(record))) == log
    assert {segment.day.day for segment in intake.segments(record) if not segment.lines} == {20, 21}
    assert record.tail.first_byte == len(log) - 3000
    grown = intake.deliver(log + b"\n" + line(), reading=reading(max_line_bytes=2048)).record
    assert (grown.lines, grown.accepted, grown.completes) == (2, 1, record.tail)
    assert len(list(read_file(intake.vault, grown, intake.records))) > 5
    assert b"".join(read_file(intake.vault, grown, intake.records)) == log + b"\n" + line()


def test_the_record_survives_the_ledger(intake, line):
    record = intake.deliver(line() + b"unfinished").record
    assert type(record).from_body(json.loads(json.dumps(record.to_body()))) == record
