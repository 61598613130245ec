"""Who behaves like a robot on a day: on both sides of each limit, and as a slow reading of the same lines has it."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "integration"))

from support.plain_robots import robots_of_day

from pipelines.policy import Robots, load_policy
from pipelines.steps.events import DAY_TEXT, day_variables
from pipelines.warehouse.templates import render_sql

DAY = date(2015, 5, 20)
BEGIN = datetime(2015, 5, 20)  # noqa: DTZ001 -- naive UTC, as events are
TEXTS = (
    "member_partner_id", "member_type", "person_pseudonym", "client_address_pseudonym", "route", "feature", "route_parameters",
    "content_id", "content_type", "partner_id", "referrer_host", "browser", "os", "device_class", "bot_evidence",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a visitor: a page view of `path`, or a file."""

    visitor: str | None
    second: float
    path: str = "/"
    is_view: bool = True
    source: str = "web"
    member: str | None = None
    is_known: bool = False

    @property
    def at(self) -> datetime:
        """Its instant."""
        return BEGIN + timedelta(seconds=self.second)

    @property
    def is_file(self) -> bool:
        """Every line here is one or the other."""
        return not self.is_view


@pytest.fixture(scope="module")
def limits(repository) -> Robots:
    return load_policy(repository / "policy", date(2026, 11, 22)).robots


@pytest.fixture(scope="module")
def judged(repository, limits) -> Callable[..., dict[str, set[str | None]]]:
    """What told each visitor's lines apart, by the text that a night uses."""
    connection = duckdb.connect()

    def judged(lines: Iterable[Line], robots: Robots | None = limits) -> dict[str, set[str | None]]:
        text = render_sql(repository / "sql", DAY_TEXT, variables=day_variables(robots))
        given = [
            {
                **dict.fromkeys(TEXTS),
                "event_day": DAY,
                "occurred_at": line.at,
                "source": line.source,
                "member_pseudonym": line.member,
                "visitor_pseudonym": line.visitor,
                "method": "GET",
                "is_page_view": line.is_view,
                "status": 200,
                "bytes_sent": 1,
                "is_bot": line.is_known,
                "bot_evidence": "user_agent" if line.is_known else None,
                "page_hash": hash(line.path) if line.is_view else None,
            }
            for line in lines
        ]
        typed = pa.Table.from_pylist(given)
        for name in (*TEXTS, "member_pseudonym", "visitor_pseudonym"):
            typed = typed.set_column(typed.schema.get_field_index(name), name, typed[name].cast(pa.string()))
        connection.register("day_events", typed)
        found = connection.execute(f"SELECT visitor_pseudonym, is_bot, bot_evidence FROM ({text})").fetchall()  # noqa: S608
        assert len(found) == len(given)
        assert all(is_bot == (evidence is not None) for _, is_bot, evidence in found)
        return {
            who: {evidence for *_, evidence in rows} for who, rows in groupby(sorted(found, key=str), lambda r: r[0])
        }

    return judged


def views(visitor: str, count: int, *, apart: float = 100, pages: int = 1, **more: object) -> list[Line]:
    """Page views evenly apart, of so many different pages."""
    return [Line(visitor, number * apart, f"/{number % pages}", **more) for number in range(count)]


def files(visitor: str, count: int) -> list[Line]:
    """Files, far from each other."""
    return [Line(visitor, number * 100, is_view=False) for number in range(count)]


READERS = [line for number in range(9) for line in (*views(f"reader {number}", 2), *files(f"reader {number}", 3))]
"""Visitors with files, so that the log tells of them."""


@pytest.mark.parametrize(
    ("lines", "evidence"),
    [
        (views("v", 20, apart=60 / 19) + files("v", 9), "rate"),
        (views("v", 20, apart=60.1 / 19) + files("v", 9), None),
        (views("v", 19, apart=1) + files("v", 9), None),
        (views("v", 40, apart=3.2) + files("v", 9), None),
        (views("v", 5, apart=9000) + views("v", 20, apart=1) + files("v", 9), "rate"),
        (views("v", 20, pages=20) + files("v", 3), "breadth"),
        (views("v", 20, pages=20) + files("v", 4), None),
        (views("v", 21, pages=20) + files("v", 4), "breadth"),
        (views("v", 40, pages=19) + files("v", 1), None),
        (views("v", 10), "no_files"),
        (views("v", 9), None),
        (views("v", 10) + files("v", 1), None),
        (views("v", 30, apart=1, member="m"), None),
        (views("v", 30, apart=1, is_known=True), "user_agent"),
        (views("v", 10, source="web") + views("v", 1, source="other"), "no_files"),
        (views("v", 5, source="web") + views("v", 5, source="other"), None),
        (views("v", 19, apart=1) + views("v", 19, apart=1, source="other") + files("v", 9), None),
    ],
)
def test_each_limit_has_two_sides(judged, lines, evidence):
    found = judged([*READERS, *lines])
    assert found.pop("v") == {evidence}
    assert set().union(*found.values()) == {None}


def test_requests_without_an_address_are_never_judged(judged):
    assert judged([*READERS, *views(None, 40, apart=1, pages=40)])[None] == {None}


@pytest.mark.parametrize(("with_files", "evidence"), [(5, "no_files"), (4, None)])
def test_a_log_that_does_not_tell_of_files_accuses_nobody_of_fetching_none(judged, with_files, evidence):
    others = [line for number in range(4) for line in views(f"plain {number}", 2)]
    readers = [line for number in range(with_files) for line in (*views(f"r{number}", 1), *files(f"r{number}", 1))]
    assert judged([*others, *readers, *views("v", 30, pages=10)])["v"] == {evidence}


def test_without_limits_nobody_is_judged_by_what_they_do(judged):
    assert judged([*READERS, *views("v", 30, apart=1), Line("bot", 0, is_known=True)], None)["v"] == {None}


LINES = st.builds(
    Line,
    visitor=st.sampled_from(["a", "b", "c", None]),
    second=st.one_of(st.integers(0, 200), st.integers(0, 86_399)),
    path=st.sampled_from([f"/{number}" for number in range(40)]),
    is_view=st.sampled_from([True, True, True, True, True, False]),
    source=st.sampled_from(["web", "web", "other"]),
    is_known=st.sampled_from([False] * 20 + [True]),
)


@given(st.lists(LINES, min_size=1, max_size=120), st.integers(0, 9))
@settings(deadline=None, max_examples=40)
def test_a_slow_reading_of_the_same_lines_finds_the_same_robots(judged, lines, readers):
    lines = [*lines, *READERS[: 5 * readers]]
    slow = robots_of_day(
        (line.visitor, line) for line in lines if line.visitor and not line.is_known and not line.member
    )
    for visitor, evidence in judged(lines).items():
        assert evidence - {"user_agent"} <= {slow.get(visitor)}


def test_a_night_judges_by_the_path_without_its_query(house, line):
    readers = [
        line(DAY, f"09:00:{at:02}", target, address=f"203.0.113.{at}")
        for at in range(6)
        for target in ("/", "/static/site.css")
    ]
    wide = [line(DAY, f"1{at // 60}:{at % 60:02}:00", f"/help/{at}", address="192.0.2.1") for at in range(20)]
    same = [line(DAY, f"1{at // 60}:{at % 60:02}:00", f"/help?page={at}", address="192.0.2.2") for at in range(20)]
    file = [line(DAY, "19:00:00", "/static/site.css", address=f"192.0.2.{who}") for who in (1, 2)]
    house.deliver([*readers, *wide, *same, *file])
    house.derive()
    found = [event["bot_evidence"] for event in house.events()]
    assert (found.count("breadth"), found.count(None), len(found)) == (21, len(found) - 21, len(readers) + 42)
