"""Samples hold digests of whole lines and nothing else, and the same data gives the same sample."""

import json
from datetime import date
from pathlib import Path

import pytest
from scanning_by_hand import DAY, DIGESTER, LINE, OTHER, sample_of

from pipelines.errors import DamagedError
from pipelines.retention.samples import LINES, Collector, Known, SampleStore
from pipelines.retention.scanning.layers import Form, Layer


def many(number: int) -> list[bytes]:
    return [LINE.replace(b"C0000001", b"C%07d" % at) for at in range(number)]


@pytest.mark.parametrize("number", [1, LINES - 1, LINES, LINES + 1, 500])
def test_all_lines_are_taken_up_to_the_number_and_that_many_of_more(number: int):
    sample = sample_of(*many(number))
    assert (sample.seen, sample.taken) == (number, min(number, LINES))
    assert {*sample.digests} <= {DIGESTER.digest(line).hex() for line in many(number)}


def test_the_lines_taken_do_not_depend_on_their_order_or_on_blocks():
    lines = many(500)
    collector = Collector(DIGESTER, DAY)
    for line in reversed(lines):
        collector.block(Layer("content", Form.CONTENT, iter(())), line + b"\n")
    assert collector.sample("access_logs", DAY, date(2026, 6, 6), "0" * 64) == sample_of(*lines)


@pytest.mark.parametrize(("parts", "taken"), [(1, 32), (2, 32), (8, 32), (9, 36), (20, 80)])
def test_of_each_file_some_lines_are_taken_however_many_there_are(parts: int, taken: int):
    collector = Collector(DIGESTER, DAY, parts)
    lines = many(100 * parts)
    for part in range(parts):
        collector.block(Layer("content", Form.CONTENT, iter(())), b"\n".join(lines[part::parts]))
        collector.next_part()
    found = {*collector.sample("access_logs", DAY, DAY, "").digests}
    of_parts = [sum(DIGESTER.digest(line).hex() in found for line in lines[part::parts]) for part in range(parts)]
    assert len(found) == taken
    assert min(of_parts) == max(of_parts) == taken // parts


def test_lines_taken_are_spread_over_the_data():
    lines = many(3200)
    taken = {*sample_of(*lines).digests}
    at = [number for number, line in enumerate(lines) if DIGESTER.digest(line).hex() in taken]
    assert min(at) < 800
    assert max(at) > 2400
    assert len({number // 400 for number in at}) > 4


@pytest.mark.parametrize("line", [b"account_key,login_id,status,joined_at", b"12:34 short", b""])
def test_a_line_that_may_stand_elsewhere_too_is_not_taken(line: bytes):
    assert sample_of(line).taken == 0


def test_single_values_are_not_taken_as_lines():
    collector = Collector(DIGESTER, DAY)
    collector.block(Layer("values", Form.VALUES, iter(())), LINE + b"\n")
    assert collector.sample("events", DAY, DAY, "").taken == 0


def test_rows_are_taken_like_lines():
    collector = Collector(DIGESTER, DAY)
    collector.rows(Layer("rows", Form.ROWS, iter(())), many(LINES + 1))
    sample = collector.sample("members", DAY, DAY, "")
    assert (sample.seen, sample.taken) == (LINES + 1, LINES)


def test_the_store_keeps_no_line_and_reads_back_what_it_wrote(tmp_path: Path):
    store, sample = SampleStore(tmp_path / "samples"), sample_of(LINE, OTHER)
    path = store.add(sample)
    assert store.add(sample) == path
    assert [*store.all()] == [sample]
    written = path.read_bytes()
    assert not [word for word in LINE.split() if len(word) > 3 and word in written]
    assert {*json.loads(written)} == {
        "format", "dataset", "day", "taken_on", "plan", "seen", "taken", "digests", "windows"
    }  # fmt: skip


def test_samples_go_with_their_period(tmp_path: Path):
    store = SampleStore(tmp_path)
    store.add(sample_of(LINE))
    assert store.remove_taken_before(date(2026, 6, 6)) == 0
    assert store.remove_taken_before(date(2026, 6, 7)) == 1
    assert [*store.all()] == []


@pytest.mark.parametrize("damage", ["{}", "not JSON", '{"format": 1, "digests": ["00"]}'])
def test_a_changed_sample_is_damage_and_not_a_smaller_search(damage: str, tmp_path: Path):
    path = SampleStore(tmp_path).add(sample_of(LINE))
    path.write_text(damage)
    with pytest.raises(DamagedError, match="not a sample"):
        [*SampleStore(tmp_path).all()]


def test_all_samples_are_looked_for_together():
    first, second = sample_of(LINE), sample_of(OTHER, day=date(2026, 1, 1))
    known = Known.of([first, second])
    assert known.samples == 2
    assert known.digests == {bytes.fromhex(d) for s in (first, second) for d in (*s.digests, *s.windows)}
    assert {b"2026-03-05", b"01/Jan/2026"} <= known.dates
