"""The files of a landing folder: the same for the same plan, whole, and counted."""

import gzip
import hashlib
import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pipelines.demo import day_files
from pipelines.demo.agents import CRAWLER_AGENTS, MONITOR_AGENTS
from pipelines.demo.day_files import TURNS
from pipelines.demo.plan import DemoPlan
from pipelines.demo.writing import write_demo

SMALL = DemoPlan(to=date(2015, 5, 20), days=2, requests_per_day=1500, partners=5, members=40, seed=3)
LINE = re.compile(
    rb'([0-9a-f.:]+) - - \[(\d\d/[A-Z][a-z]{2}/\d{4}):(\d\d):(\d\d):(\d\d) \+0900\] "([^"\x00-\x1f\x7f-\xff]*)" '
    rb'([1-5]\d\d) (\d+|-) "([^"\x00-\x1f\x7f-\xff]*)" "([^"\x00-\x1f\x7f-\xff]*)" "([^"\x00-\x1f\x7f-\xff]*)"'
)
ESCAPE = re.compile(rb"\\(?!x[0-9A-F]{2})")


def digests(landing):
    files = sorted(path for path in landing.rglob("*") if path.is_file())
    return {str(path.relative_to(landing)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def day_of(match):
    return datetime.strptime(match[2].decode(), "%d/%b/%Y").replace(tzinfo=None).date()  # noqa: DTZ007


def test_the_same_plan_gives_the_same_bytes(tmp_path):
    reports = [write_demo(tmp_path / name, SMALL) for name in ("one", "other")]
    assert digests(tmp_path / "one") == digests(tmp_path / "other")
    assert reports[0] == reports[1]


def test_another_seed_gives_other_bytes_in_every_file(tmp_path):
    write_demo(tmp_path / "one", SMALL)
    write_demo(tmp_path / "other", replace(SMALL, seed=SMALL.seed + TURNS))
    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] == other[name]] == []


def test_a_longer_plan_contains_the_days_of_a_shorter_one(tmp_path):
    write_demo(tmp_path / "short", SMALL)
    write_demo(tmp_path / "long", replace(SMALL, days=4))
    short, long = digests(tmp_path / "short"), digests(tmp_path / "long")
    assert {n for n in short if short[n] != long[n]} == set()
    assert short.keys() < long.keys()


def test_a_plan_that_ends_later_has_the_same_logs_of_the_days_both_have(tmp_path):
    write_demo(tmp_path / "early", SMALL)
    write_demo(tmp_path / "late", replace(SMALL, to=SMALL.to + timedelta(days=1)))
    early, late = digests(tmp_path / "early"), digests(tmp_path / "late")
    shared = f"access/demo-web/access-{SMALL.to}.log.gz"
    assert early[shared] == late[shared]


def test_every_line_is_the_format_or_is_counted_as_broken(demo):
    for log in demo.report.logs:
        lines = demo.lines_of(log.name)
        readable = [line for line in lines if LINE.fullmatch(line) and not ESCAPE.search(line)]
        assert len(lines) == log.lines
        assert len(lines) - len(readable) == log.broken_lines


def test_a_days_files_have_the_lines_of_the_plan(demo):
    for day in demo.plan.dates:
        of_day = [log for log in demo.report.logs if day.isoformat() in log.name]
        assert sum(log.lines for log in of_day) == demo.plan.lines_on(day)


def test_one_day_in_three_has_a_part_that_comes_late(demo):
    late = [log for log in demo.report.logs if log.name.endswith("-late.log.gz")]
    assert 1 <= len(late) <= 2
    assert all(0 < log.lines < 2000 and log.broken_lines == 0 for log in late)


def test_about_one_line_in_two_thousand_is_broken(tmp_path):
    report = write_demo(tmp_path, replace(SMALL, requests_per_day=60_000))
    assert 1 / 3000 < report.broken_lines / report.lines < 1 / 1300


def test_the_report_counts_each_seoul_day_as_a_reader_would(demo):
    counts = {name: Counter() for name in ("lines", "broken", "monitors", "bots")}
    for log in demo.report.logs:
        of_day = date.fromisoformat(log.name.removeprefix("access/demo-web/access-")[:10])
        for line in demo.lines_of(log.name):
            match = LINE.fullmatch(line)
            of_day = day_of(match) if match else of_day
            agent = match[10].decode() if match else ""
            counts["lines"][of_day] += 1
            counts["broken"][of_day] += match is None
            counts["monitors"][of_day] += agent in MONITOR_AGENTS
            counts["bots"][of_day] += agent in CRAWLER_AGENTS
    assert {day: truth.lines for day, truth in demo.report.days.items()} == counts["lines"]
    for day, truth in demo.report.days.items():
        assert truth.broken_lines == counts["broken"][day]
        assert truth.readable_lines == counts["lines"][day] - counts["broken"][day]
        assert truth.monitor_lines == counts["monitors"][day]
        assert truth.bot_lines == counts["bots"][day]


def test_files_days_and_totals_agree(demo):
    report = demo.report
    assert report.lines == sum(log.lines for log in report.logs) == sum(day.lines for day in report.days.values())
    assert report.broken_lines == sum(log.broken_lines for log in report.logs)
    assert report.broken_lines == sum(day.broken_lines for day in report.days.values())
    files = [path for path in demo.landing.rglob("*") if path.is_file()]
    assert (report.files, report.bytes) == (len(files), sum(path.stat().st_size for path in files))
    assert all((demo.landing / log.name).stat().st_size == log.bytes for log in report.logs)


def test_a_file_begins_after_the_rotation_and_ends_with_the_next_days_first_seconds(demo):
    for day in demo.plan.dates:
        times = [
            (day_of(match), *map(int, match.group(3, 4, 5))) for match in map(LINE.fullmatch, demo.lines(day)) if match
        ]
        assert times == sorted(times)
        assert times[0] >= (day, 0, 0, 3)
        assert (day + timedelta(days=1), 0, 0, 0) <= times[-1] < (day + timedelta(days=1), 0, 0, 3)


def test_a_visit_may_cross_midnight_into_the_next_file(demo):
    def visitors(lines):
        return {match.group(1, 10) for match in map(LINE.fullmatch, lines) if match}

    for before, after in zip(demo.plan.dates, demo.plan.dates[1:], strict=False):
        assert visitors(demo.lines(before)[-60:]) & visitors(demo.lines(after)[:200])


def test_gzip_headers_say_neither_time_nor_name(demo):
    for log in demo.report.logs:
        header = (demo.landing / log.name).read_bytes()[:8]
        assert header == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"


def test_progress_ends_with_all_lines(tmp_path):
    steps = []
    report = write_demo(tmp_path, SMALL, progress=lambda *step: steps.append(step))
    assert steps[-1] == ("access logs", report.lines, report.lines)
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)


def test_a_failed_write_leaves_neither_a_half_file_nor_a_staging_file(tmp_path, monkeypatch):
    def fail(*_):
        yield b"one line\n"
        raise OSError("disk full")

    monkeypatch.setattr(day_files, "rendered", fail)
    with pytest.raises(OSError, match="disk full"):
        write_demo(tmp_path, SMALL)
    assert list((tmp_path / "access/demo-web").iterdir()) == []


def test_files_of_other_names_stay(tmp_path):
    other = tmp_path / "access/demo-web/access-2001-01-01.log.gz"
    other.parent.mkdir(parents=True)
    other.write_bytes(gzip.compress(b"kept"))
    write_demo(tmp_path, SMALL)
    assert gzip.decompress(other.read_bytes()) == b"kept"


def test_the_smallest_plan_has_its_exact_number_of_lines(tmp_path):
    report = write_demo(tmp_path, replace(SMALL, requests_per_day=100, days=7))
    assert report.lines == 700
    for day in replace(SMALL, days=7).dates:
        of_day = [log.lines for log in report.logs if day.isoformat() in log.name]
        assert sum(of_day) == SMALL.lines_on(day) * 100 // 1500
