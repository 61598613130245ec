"""A member leaves between two nights: every figure of people is as if the member had never come, every request still counts."""

import csv
from datetime import date
from pathlib import Path

import pyrage
import pytest
from support.quick import decoded_events, quick_night, warehouse_rows

from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow
AGENT = "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:38.0) Gecko/20100101 Firefox/38.0"
COLUMNS = (
    "account_key",
    "login_id",
    "partner_id",
    "member_type",
    "status",
    "joined_at",
    "withdrawn_at",
    "contact_phone",
)
FIRST_NIGHT, SECOND_NIGHT = "2026-03-05T02:00:00+09:00", "2026-03-06T02:00:00+09:00"
LEFT = "2026-03-05T12:00:00+09:00"
DAY = date(2026, 3, 4)


def export(workspace: Workspace, *gone: str) -> None:
    """Deliver the registry, with the members `gone` as withdrawn."""
    folder = workspace.home.landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "partners.csv").write_text("partner_id,name,type\nP1,Sample Label,agency\n")
    (folder / "contents.csv").write_text("content_id,partner_id,content_type\nC1,P1,track\n")
    with (folder / "members.csv").open("w") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, login in enumerate(("kim", "lee", "park"), 1):
            state = ("withdrawn", LEFT) if login in gone else ("approved", "")
            joined = "2026-01-01T00:00:00+09:00"
            writer.writerow((f"AK{number}", login, "P1", "agency", state[0], joined, state[1], f"010-0000-{number:04}"))


def log(workspace: Workspace, day: int) -> None:
    """Deliver a day in which each member, from an address of the member's own, looks at a content twice."""
    lines = [
        f'198.51.{number}.7 - - [{day:02}/Mar/2026:{hour}:00:00 +0900] "GET /contents/C1 HTTP/1.1" 200 10 "-" "{AGENT}" '
        f'"pc_member={login}"\n'
        for number, login in enumerate(("kim", "lee", "park"), 1)
        for hour in (10, 14)
    ]
    folder = workspace.home.landing / "access" / "web"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"access-{day:02}.log").write_text("".join(lines))


@pytest.fixture(scope="module")
def officer() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def home(tmp_path_factory, officer) -> Path:
    """A home after two nights: kim left at noon of the second day."""
    root = tmp_path_factory.mktemp("leaving") / "home"
    recipient = str(officer.to_public())
    for clock, day, gone in ((FIRST_NIGHT, 4, ()), (SECOND_NIGHT, 5, ("kim",))):
        workspace = Workspace.open(load_settings(home=root, clock=clock, threads=2, sealed_recipient=recipient))
        export(workspace, *gone)
        log(workspace, day)
        quick_night(workspace)
        if day == 4:
            assert usage(workspace, 4) == (6, 6, 6, 3, 3)
    return root


def usage(workspace: Workspace, day: int) -> tuple:
    query = (
        "SELECT requests, page_views, visits, unique_members, unique_visitors FROM service_daily_usage "  # noqa: S608
        f"WHERE day = DATE '2026-03-{day:02}'"
    )
    return warehouse_rows(workspace, query)[0]


@pytest.fixture(scope="module")
def workspace(home) -> Workspace:
    return Workspace.open(load_settings(home=home, clock=SECOND_NIGHT, threads=2))


def test_requests_still_count_and_people_are_without_the_member(workspace):
    assert usage(workspace, 4) == (6, 6, 4, 2, 2)


def test_on_the_day_of_leaving_what_came_afterwards_is_somebody_anonymous(workspace):
    assert usage(workspace, 5) == (6, 6, 5, 2, 3)


def test_the_partners_figures_count_the_views_and_not_the_person(workspace):
    rows = warehouse_rows(
        workspace,
        "SELECT day, page_views, visits, unique_members, contributing_people FROM partner_daily_usage ORDER BY day",
    )
    assert rows == [(DAY, 6, 4, 2, 2), (date(2026, 3, 5), 6, 5, 2, 3)]


def test_no_pseudonym_of_the_member_is_left_in_any_event(workspace):
    before_noon = [event for event in decoded_events(workspace) if event["occurred_at"].hour == 1]
    nobodys = [event for event in before_noon if event["person_pseudonym"] is None]
    assert (len(before_noon), len(nobodys)) == (6, 2)
    for event in nobodys:
        gone = ("member_pseudonym", "visitor_pseudonym", "client_address_pseudonym", "member_partner_id", "member_type")
        assert [event[name] for name in gone] == [None] * 5


def test_a_home_restored_from_before_meets_the_tombstone(home, workspace, tmp_path):
    assert [stone.kind.value for stone in workspace.tombstones.all()] == ["withdrawn"]
    path = workspace.settings.key_folder / "tombstones.jsonl"
    assert not path.is_relative_to(home)
    assert b"kim" not in path.read_bytes()
