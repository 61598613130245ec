"""A week of late files, an erasure and runs repeated: what readers are told, what stays as it was, and what is computed anew."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyrage
import pytest
from support.quick import quick_night, warehouse_rows

from pipelines.releases.attacking import attack_everything
from pipelines.releases.given import Outcome
from pipelines.releases.memory import Memory
from pipelines.releases.published import Published
from pipelines.settings import load_settings
from pipelines.steps.publishing.publishing import FileNames, publish_release
from pipelines.steps.subjects.erasing import carry_out
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.soak]
AGENT = "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:38.0) Gecko/20100101 Firefox/38.0"
MONDAY = date(2026, 3, 2)
MEMBER = {
    "account_key": "AK1", "login_id": "kim", "partner_id": "P1", "member_type": "agency", "status": "approved",
    "joined_at": "2026-01-01T00:00:00+09:00", "withdrawn_at": "", "contact_phone": "010-0000-0001",
}  # fmt: skip
VISITORS, CONTENT_OF = {"P1": 30, "P2": 25}, {"P1": "C1", "P2": "C2"}
FIRST_NIGHT, LATE_NIGHT, ERASED_NIGHT, LAST_NIGHT = (date(2026, 3, day) for day in (5, 6, 7, 11))


@dataclass
class Week:
    """A home, and in plain counts what was delivered to it: page views by day, partner and person."""

    folder: Path
    recipient: str
    views: dict[tuple[date, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    erased: set[str] = field(default_factory=set)
    outcomes: dict[date, Outcome] = field(default_factory=dict)

    def workspace(self, night: date) -> Workspace:
        """Open the home on a night."""
        clock = f"{night}T02:00:00+09:00"
        return Workspace.open(
            load_settings(home=self.folder / "home", clock=clock, threads=2, sealed_recipient=self.recipient)
        )

    def deliver(self, name: str, day: date, people: dict[str, range], member: str | None = None) -> None:
        """Deliver a log in which each of so many people of a partner's audience looks at its content twice."""
        lines = []
        for partner, numbers in people.items():
            seen = [(f"{partner}-{one}", "-") for one in numbers]
            seen += [(member, f"pc_member={member}")] if member and partner == "P1" else []
            for place, (person, cookie) in enumerate(seen):
                self.views[day, partner][person] += 2
                address = f"198.{51 if partner == 'P1' else 52}.{(numbers.start + place) % 200}.7"
                path = f"/contents/{CONTENT_OF[partner]}"
                lines += [
                    f'{address} - - [{day:%d/%b/%Y}:{hour}:00:00 +0900] "GET {path} HTTP/1.1" 200 10 "-" "{AGENT}" "{cookie}"\n'
                    for hour in (10, 14)
                ]
        folder = self.folder / "home" / "landing" / "access" / "web"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(lines))

    def day(self, day: date) -> None:
        """Deliver a day's log: everybody of each audience, and kim."""
        people = {partner: range(count) for partner, count in VISITORS.items()}
        self.deliver(f"access-{day:%d}.log", day, people, None if "kim" in self.erased else "kim")

    def night(self, night: date) -> None:
        """Take in, build and publish; a second run right after finds nothing to do."""
        workspace = self.workspace(night)
        quick_night(workspace)
        assert self.computed(workspace) == self.plainly()
        self.outcomes[night] = publish_release(workspace).outcome
        assert (self.outcomes[night].status, self.outcomes[night].leaks) == ("published", ())
        assert publish_release(workspace).outcome.status == "nothing"

    def plainly(self) -> list[tuple[str, date, int, int]]:
        """Count page views and people by partner and day from what remains."""
        counted = [
            (partner, day, views.total(), len(set(views) - self.erased)) for (day, partner), views in self.views.items()
        ]
        return sorted(counted)

    def computed(self, workspace: Workspace) -> list[tuple[Any, ...]]:
        """Read the same from the warehouse."""
        return warehouse_rows(
            workspace,
            "SELECT partner_id, day, page_views, contributing_people FROM partner_daily_usage ORDER BY ALL",
        )

    def told(self, partner: str, query: str) -> list[tuple[Any, ...]]:
        """Ask the partner's current file."""
        workspace = self.workspace(LAST_NIGHT)
        name = FileNames(workspace.keyring.subject_key()).of(partner)
        path = Published(workspace.home.published).file_of(name)
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.execute(query).fetchall()


def days(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


@pytest.fixture(scope="module")
def week(tmp_path_factory) -> Week:
    """Four nights: three days at once; people too late, twelve of one partner and five of another; an erasure; the other days."""
    week = Week(tmp_path_factory.mktemp("week"), str(pyrage.x25519.Identity.generate().to_public()))
    registry = week.folder / "home" / "landing" / "registry"
    registry.mkdir(parents=True)
    (registry / "partners.csv").write_text("partner_id,name,type\nP1,Sample Label,agency\nP2,Other Label,agency\n")
    (registry / "contents.csv").write_text("content_id,partner_id,content_type\nC1,P1,track\nC2,P2,track\n")
    with (registry / "members.csv").open("w") as file:
        writer = csv.writer(file)
        writer.writerow(MEMBER)
        writer.writerow(MEMBER.values())
    for day in days(MONDAY, FIRST_NIGHT - timedelta(days=1)):
        week.day(day)
    week.night(FIRST_NIGHT)
    week.day(FIRST_NIGHT)
    week.deliver("late-02.log", MONDAY, {"P1": range(100, 112), "P2": range(100, 105)})
    week.night(LATE_NIGHT)
    week.day(LATE_NIGHT)
    workspace = week.workspace(ERASED_NIGHT)
    carry_out(workspace, person_of(workspace, "kim", "AK1"), "erased", "passport")
    week.erased.add("kim")
    week.night(ERASED_NIGHT)
    for day in days(ERASED_NIGHT, LAST_NIGHT - timedelta(days=1)):
        week.day(day)
    week.deliver("late-03.log", MONDAY + timedelta(days=1), {"P1": range(100, 104)})
    week.night(LAST_NIGHT)
    return week


def test_twelve_late_people_restate_their_day_and_readers_see_before_after_and_why(week):
    assert (week.outcomes[LATE_NIGHT].restated, week.outcomes[LATE_NIGHT].left) == (1, 1)
    query = (
        "SELECT first_day, before, after, people_changed, reason, restated_day FROM restatements "
        "WHERE table_name = 'partner_daily_usage' AND measure = 'page_views'"
    )
    assert week.told("P1", query) == [(MONDAY, 62, 86, "10 or more", "late lines", LATE_NIGHT)]


def test_five_late_people_and_an_erasure_restate_nothing(week):
    assert week.told("P2", "FROM restatements") == []
    assert [week.outcomes[night].restated for night in (ERASED_NIGHT, LAST_NIGHT)] == [0, 0]
    assert week.told("P2", "SELECT page_views FROM partner_daily_usage ORDER BY day") == [(50,)] * 7


def test_days_not_yet_published_are_counted_without_who_was_erased_and_the_others_stay(week):
    shown = week.told("P1", "SELECT page_views, contributing_people FROM partner_daily_usage ORDER BY day")
    assert [views for views, _ in shown] == [86, 62, 62, 62, 62, 60, 60]
    # A count of people is not shown where one that lies around it differs by too few.
    assert all(found in (None, people) for (_, found), people in zip(shown, (43, 31, 30, 30, 30, 30, 30), strict=True))


def test_the_week_is_the_sum_of_its_days_as_they_stand_in_the_file(week):
    for partner in VISITORS:
        days_of_it = week.told(partner, "SELECT sum(page_views), count(*) FROM partner_daily_usage")
        (whole,) = week.told(partner, "SELECT page_views, week FROM partner_weekly_usage")
        assert days_of_it == [(whole[0], 7)] and whole[1] == MONDAY


def test_an_attack_on_everything_published_that_week_finds_nothing(week):
    workspace = week.workspace(LAST_NIGHT)
    memory = Memory(workspace.home.gate, Published(workspace.home.published).current())
    assert len(memory.facts) == 4
    publication = workspace.policy.publication
    assert publication is not None
    verdict = attack_everything(memory, publication, lambda: duckdb.connect(":memory:"))
    assert verdict.passes, verdict.message()
