"""Sample input, whose truth is known as it is made: the ledger, the events and every mart say the same."""

import gzip
import json
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from support import plain_marts
from support.figures import MARTS, Deliveries, plainly_read, published
from support.plain_lines import PlainHouse
from support.plain_people import PlainPeople
from support.quick import decoded_events, quick_night, warehouse_rows

from pipelines.demo.plan import DemoPlan, DemoReport
from pipelines.demo.writing import write_demo
from pipelines.settings import load_settings
from pipelines.steps.metrics.days import accepted_by_day
from pipelines.steps.records import import_records
from pipelines.steps.status import status_of
from pipelines.steps.workspace import Workspace
from pipelines.storage.vault import Segment

pytestmark = pytest.mark.slow

PLAN = DemoPlan(to=date(2026, 3, 8), days=4, requests_per_day=6_000, partners=10, members=150, seed=11)
REFERRERS = ("-", "https://m.search.naver.com/search?q=a", "https://www.google.co.kr/", "https://blog.naver.com/a")
GAPS = (0, 1, 5, 17, 59, 59, 600, 601, 1799, 1800, 1800, 1801)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Workspace, DemoReport]:
    """A demo home, its first days, its statistics; and the truth."""
    home = tmp_path_factory.mktemp("demo") / "home"
    workspace = Workspace.open(load_settings(home=home, clock="2026-03-09T02:00:00+09:00", threads=2))
    workspace.home.enter("demo")
    report = write_demo(workspace.home.landing, PLAN)
    quick_night(workspace)
    return workspace, report


@pytest.fixture(scope="module")
def workspace(made) -> Workspace:
    return made[0]


@pytest.fixture(scope="module")
def truth(made) -> DemoReport:
    return made[1]


@pytest.fixture(scope="module")
def events(workspace) -> list[dict]:
    return decoded_events(workspace)


def delivered_to(workspace: Workspace, policy: Path) -> Deliveries:
    landing = workspace.home.landing
    people = PlainPeople({PLAN.to: landing / "registry"}, sorted((landing / "cookies").iterdir()))
    return plainly_read(landing, people, policy)


@pytest.fixture(scope="module")
def delivered(workspace, repository) -> Deliveries:
    return delivered_to(workspace, repository / "policy")


@pytest.fixture(scope="module")
def plain(delivered) -> PlainHouse:
    return delivered.house


@pytest.fixture(scope="module")
def stirred(workspace, repository, tmp_path_factory) -> tuple[Workspace, Deliveries]:
    """A copy of the home into which a late log came: long visits to one partner's contents, with gaps at the limit."""
    folder = tmp_path_factory.mktemp("stirred")
    for path in (workspace.home.root, workspace.settings.key_folder):
        shutil.copytree(path, folder / path.name)
    copy = Workspace.open(workspace.settings.model_copy(update={"home": folder / "home"}))
    log = copy.home.landing / "access" / "demo-web" / f"access-{PLAN.dates[1]}-stirred.log.gz"
    contents = (copy.home.landing / "registry" / "contents.jsonl").read_text().splitlines()
    log.write_bytes(gzip.compress("".join(late_lines([json.loads(row) for row in contents])).encode()))
    quick_night(copy)
    return copy, delivered_to(copy, repository / "policy")


def late_lines(contents: list[dict[str, str]]) -> Iterator[str]:
    """Yield visitors who keep to one partner, in steps of `GAPS`; many begin near midnight."""
    chance = random.Random(20260306)  # noqa: S311 - test data
    by_partner = defaultdict(list)
    for row in contents:
        by_partner[row["partner_id"]].append(row["content_id"])
    midnight = datetime.combine(PLAN.dates[1], datetime.min.time())
    for visitor in range(1000):
        paths = [f"/contents/{content}" for content in chance.choice(list(by_partner.values())[-3:])[:3]]
        at = midnight + timedelta(seconds=chance.choice([85_000, 86_399, chance.randrange(2 * 86_400)]))
        address = f"192.0.2.{visitor}" if visitor < 250 else f"2001:db8:{visitor % 40:x}::{visitor:x}"
        for _ in range(chance.randrange(1, 25)):
            asked, status = (
                chance.choice([*paths, "/", "/static/site.css"]),
                chance.choice([200, 200, 200, 304, 404, 500]),
            )
            yield (
                f'{address} - - [{at.strftime("%d/%b/%Y:%H:%M:%S")} +0900] "GET {asked} HTTP/1.1" {status} '
                f'{chance.choice(["-", "0", "7"])} "{chance.choice(REFERRERS)}" "Mozilla/5.0 (late {visitor % 3})" "-"\n'
            )
            at += timedelta(seconds=chance.choice(GAPS))


def test_the_ledger_has_the_lines_of_every_file(workspace, truth):
    records = {f"access/{record.source}/{record.name}": record for record in import_records(workspace.ledger)}
    assert {log.name: (log.lines, log.broken_lines) for log in truth.logs} == {
        name: (record.lines, sum(record.quarantined.values())) for name, record in records.items()
    }
    status = status_of(workspace)
    assert status["is_balanced"]
    assert (status["lines"], status["quarantined"]) == (truth.lines, truth.broken_lines)


def test_the_ledger_has_the_lines_of_every_day(workspace, truth):
    records = import_records(workspace.ledger)
    lines, broken = Counter(), Counter()
    for record in records:
        for segment in map(Segment.from_json, record.segments):
            lines[segment.day] += segment.lines
        for segment in map(Segment.from_json, record.quarantine):
            broken[segment.day] += segment.lines
    days = {day: found for day, found in truth.days.items() if found.lines}
    assert lines == {day: found.lines for day, found in days.items()}
    assert broken == {day: found.broken_lines for day, found in days.items() if found.broken_lines}
    assert accepted_by_day(records) == {day: found.readable_lines - found.monitor_lines for day, found in days.items()}
    filtered = sum((Counter(record.filtered) for record in records), Counter())
    assert sum(filtered.values()) == sum(found.monitor_lines for found in days.values()) > 0


def test_the_events_and_the_warehouse_have_the_lines_and_bots_of_every_day(workspace, events, truth):
    days = {day: found for day, found in truth.days.items() if found.lines}
    assert Counter(event["event_day"] for event in events) == {
        day: found.readable_lines - found.monitor_lines for day, found in days.items()
    }
    bots = Counter(event["event_day"] for event in events if event["is_bot"])
    assert bots == {day: found.bot_lines for day, found in days.items() if found.bot_lines}
    rows = warehouse_rows(workspace, "SELECT day, requests, bot_requests FROM service_daily_usage ORDER BY day")
    assert rows == [
        (day, found.readable_lines - found.monitor_lines, found.bot_lines) for day, found in sorted(days.items())
    ]


def test_the_plain_reading_agrees_with_the_truth_too(plain, truth):
    assert {day: (c.lines, c.broken, c.filtered, c.bots) for day, c in plain.days.items()} == {
        day: (found.lines, found.broken_lines, found.monitor_lines, found.bot_lines)
        for day, found in truth.days.items()
        if found.lines
    }


@pytest.mark.parametrize("mart", MARTS)
@pytest.mark.parametrize("home", ["sample", "stirred"])
def test_each_mart_is_what_a_plain_reading_of_the_lines_gives(request, workspace, delivered, mart, home):
    if home == "stirred":
        workspace, delivered = request.getfixturevalue("stirred")
    expected = MARTS[mart].plain(delivered)
    assert len(expected) >= (PLAN.days if "," in MARTS[mart].key or "day" in MARTS[mart].key else 1)
    assert published(workspace, mart) == expected


def test_the_input_has_what_makes_the_marts_hard(plain, delivered, stirred, events):
    assert any(visit[-1].day > began for began, visit in plain_marts.visits_of(plain.hits))
    for house in (plain, stirred[1].house):
        rows = plain_marts.partner_daily_usage(house.hits)
        assert any(bounces < visits for _, _, _, visits, _, _, _, bounces, *_ in rows)
        assert any(members for _, _, _, _, members, *_ in rows)
        assert any(people < visitors for _, _, _, _, _, visitors, _, _, people, *_ in rows)
        assert any(new and returning for *_, new, returning in (row[:12] for row in rows))
    assert len({row[6] for row in plain_marts.partner_daily_usage(stirred[1].house.hits)}) > 5
    bands = [{row[2] for row in MARTS["partner_visit_frequency_monthly"].plain(d)} for d in (delivered, stirred[1])]
    assert {"1", "2-3", "4-9"} <= set().union(*bands)
    assert any(event["content_id"] is None and event["route"] == "content" for event in events)
    assert any(event["member_pseudonym"] for event in events)
    values = {
        name: {value for _, value, *_ in MARTS[f"partner_{name}_daily"].plain(delivered)}
        for name in ("feature", "device", "referrer")
    }
    assert values["device"] >= {"desktop", "mobile", "tablet"}
    assert values["feature"] >= {"content", "statistics"}
    assert len(values["referrer"]) > 5
    dimensions = MARTS["partner_breakdown_monthly"].plain(stirred[1])
    assert {value for _, name, value, *_ in dimensions if name == "search"} == {"(none)", "naver", "google"}
    assert any(visits < views for _, name, _, _, views, visits, *_ in dimensions if name == "browser")
    ends = [{value for _, each, value, *_ in dimensions if each == name} for name in ("entry_page", "exit_page")]
    assert all(len(values) > 5 for values in ends)
    assert any(row[-1] < row[4] for row in MARTS["partner_hourly_visits"].plain(delivered))
    parts = MARTS["service_breakdown_weekly"].plain(stirred[1])
    assert {kind for kind, *_ in parts} == {"(none)", "agency", "artist", "distributor"}
    several = {name: {value for _, each, value, *_ in parts if each == name} for _, name, *_ in parts}
    assert min(len(values) for values in several.values()) > 2
    assert (len(several["visit_frequency"]), len(several["visit_length"])) == (5, 7)
    assert any(visits < views for _, name, _, _, views, visits, *_ in parts if name == "weekday_hour")
