"""The sample delivered night by night, with late parts, logs that grow and exports that change: no count goes astray."""

import shutil
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from support.figures import MARTS, Deliveries, marts_of, plainly_read, published
from support.plain_lines import PlainHouse
from support.plain_people import PlainPeople
from support.quick import decoded_events, quick_intake, quick_night, warehouse_rows

from pipelines.demo.deliveries import Delivery, deliveries
from pipelines.demo.plan import DemoPlan
from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow

PLAN = DemoPlan(to=date(2026, 3, 3), days=6, requests_per_day=2_500, partners=8, members=300, seed=24)
"""Six days with the end of February among them, in which members move, leave, vanish, come back and are approved."""


class Nights:
    """A home into which every night of PLAN was delivered, what each night derived, and its exports."""

    def __init__(self, folder: Path) -> None:
        """Run the nights; the statistics are built in the fourth and in the last."""
        self.folder = folder
        self.derived: dict[date, list[date]] = {}
        self.nights: list[Delivery] = []
        for number, night in enumerate(deliveries(PLAN), 1):
            workspace = Workspace.open(
                load_settings(home=folder / "home", clock=f"{night.night}T02:00:00+09:00", threads=2)
            )
            workspace.home.enter("demo")
            night.write(workspace.home.landing)
            night.write(folder / "exports" / night.day.isoformat())
            self.nights.append(night)
            self.derived[night.day] = quick_intake(workspace)
            if number in (4, PLAN.days):
                quick_night(workspace)
        self.workspace = workspace

    def people(self) -> PlainPeople:
        """Return whom the exports of each night speak of."""
        exports = {night.day: self.folder / "exports" / night.day.isoformat() / "registry" for night in self.nights}
        return PlainPeople(exports, sorted((self.workspace.home.landing / "cookies").iterdir()))


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> Nights:
    return Nights(tmp_path_factory.mktemp("nights"))


@pytest.fixture(scope="module")
def people(nights) -> PlainPeople:
    return nights.people()


@pytest.fixture(scope="module")
def delivered(nights, people, repository) -> Deliveries:
    return plainly_read(nights.workspace.home.landing, people, repository / "policy")


@pytest.fixture(scope="module")
def plain(delivered) -> PlainHouse:
    return delivered.house


def test_every_mart_has_a_plain_reading(nights):
    assert marts_of(nights.workspace) == MARTS.keys()


OF_THE_SERVICE_BY_LONG_PERIODS = {"service_weekly_usage", "service_monthly_usage"}
"""A row a week or a month, and nothing else to tell rows apart by."""


@pytest.mark.parametrize("mart", MARTS)
def test_each_mart_is_what_a_plain_reading_gives_with_the_people_of_each_day(nights, delivered, mart):
    expected = MARTS[mart].plain(delivered)
    assert len(expected) >= (1 if mart in OF_THE_SERVICE_BY_LONG_PERIODS else PLAN.days)
    assert published(nights.workspace, mart) == expected


def test_members_move_and_change_their_status_meanwhile(nights, people):
    rows = [people.exports_of(night.day).members for night in nights.nights]
    moves, changes = set(), set()
    for before, after in pairwise(rows):
        for account in before.keys() | after.keys():
            states = [each[account]["status"] if account in each else None for each in (before, after)]
            changes |= {tuple(states)} if len(set(states)) > 1 else set()
            if None not in states and before[account]["partner_id"] != after[account]["partner_id"]:
                moves.add(account)
    assert len(moves) >= 2
    assert changes == {("approved", "withdrawn"), ("withdrawn", None), (None, "pending"), ("pending", "approved")}


def test_every_line_is_an_event_of_its_own_day_whichever_night_brought_it(nights, plain):
    found = Counter(event["event_day"] for event in decoded_events(nights.workspace))
    assert found == Counter(hit.day for hit in plain.hits)


def test_a_member_is_counted_with_the_partner_of_the_day_also_of_days_derived_again_later(nights, people, plain):
    found = Counter(
        (event["event_day"], event["member_partner_id"])
        for event in decoded_events(nights.workspace)
        if event["member_pseudonym"]
    )
    members = [hit for hit in plain.hits if hit.member]
    assert found == Counter((hit.day, people.exports_of(hit.day).partner_of(hit.member)) for hit in members)


def test_a_night_derives_the_days_its_logs_are_of_and_all_before_a_member_left_and_nothing_else(nights, people):
    former, plain_nights = {}, 0
    for night in nights.nights:
        logged = {date.fromisoformat(name.partition("access-")[2][:10]) for name in night.files if "/access-" in name}
        left = {key: row["withdrawn_at"] for key, row in people.exports_of(night.day).members.items()}
        if all(former.get(key) == at for key, at in left.items() if at and former):
            plain_nights += 1
            derived = set(nights.derived[night.day])
            assert logged <= derived <= logged | {day + timedelta(days=1) for day in logged}
        former = left
    assert plain_nights > 2
    assert any(len(days) > 2 for days in nights.derived.values())


def test_a_late_line_changes_its_day_week_and_month_and_nothing_else(nights, tmp_path):
    for path in (nights.workspace.home.root, nights.workspace.settings.key_folder):
        shutil.copytree(path, tmp_path / path.name)
    workspace = Workspace.open(nights.workspace.settings.model_copy(update={"home": tmp_path / "home"}))
    before = _marts(workspace)
    line = f'192.0.2.77 - - [{PLAN.to:%d/Mar/%Y}:12:00:00 +0900] "GET /contents/C0000001 HTTP/1.1" 200 7 "-" "Late/1.0" "-"\n'
    (workspace.home.landing / "access" / "demo-web" / "one-more.log").write_text(line)
    report = quick_night(workspace)
    assert report is not None
    assert [day - PLAN.to for day in report.days] == [timedelta(days=shift) for shift in (-1, 0, 1)]
    after = _marts(workspace)
    changed = {mart: before[mart] ^ after[mart] for mart in before}
    periods = {period for rows in changed.values() for _, period in rows}
    assert periods == {PLAN.to, PLAN.to - timedelta(days=1), PLAN.to.replace(day=1)}
    assert {mart for mart, rows in changed.items() if rows} >= {
        "service_daily_usage",
        "partner_daily_usage",
        "partner_weekly_usage",
        "partner_monthly_usage",
        "partner_weekday_visits",
        "partner_hourly_visits",
    }
    days = {period for mart, rows in changed.items() if "daily" in mart for _, period in rows}
    assert days == {PLAN.to}


def _marts(workspace: Workspace) -> dict[str, set[tuple[str, date]]]:
    """Return each mart's rows as text, with the first day of their period."""
    columns = warehouse_rows(
        workspace,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE column_name IN ('day', 'week', 'month') AND regexp_matches(table_name, '^(service|partner)_')",
    )
    return {
        mart: set(warehouse_rows(workspace, f"SELECT CAST(mart AS VARCHAR), {period} FROM {mart} AS mart"))  # noqa: S608
        for mart, period in columns
    }
