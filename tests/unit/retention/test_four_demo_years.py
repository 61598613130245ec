"""Four years of a made-up house, day by day: what it delivers is taken in, and what is due goes, night after night.

At each day's end nothing is kept too long or gone too early, and a recomputation that shares nothing with the house counts the
same rows and days in the same states, with the same last days.
"""

import copy
import sys
from collections import Counter
from collections.abc import Callable, Sized
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "integration"))

from demo_days import DemoDays
from demo_registry import DemoRegistry, Destroys, Judged
from support.plain_deliveries import PlainDeliveries, stored_keys
from support.plain_periods import FLOORS, VISITS_MONTHS, Standings, months_after, rows_standing, seoul_day, state

from pipelines.demo.plan import DemoPlan
from pipelines.policy import Period, Policy
from pipelines.retention.auditing import NothingHeld, standing_of
from pipelines.retention.items import Item
from pipelines.retention.rows import RowTerm
from pipelines.retention.states import Standing, State
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory import others
from pipelines.steps.retention.inventory.known import Known
from pipelines.steps.retention.inventory.view import View

ONE_DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2030, 1, 1)
BACKLOG_DAYS, BACKLOG_EVERY = 6 * 366, 100
"""Before the first day the house has looked at its exports now and then, for as long as anything is kept."""
PLAN = {"partners": 3, "members": 40, "days": 1, "seed": 7}
"""So few that one of those with a social account leaves and comes back."""
STONES = OnDisk(Path(), "keys/tombstones.jsonl", (0, 0, 0, 0))

OWED_TO_THE_END = {
    "access_logs", "cookie_records", "quarantine", "former_members_1y", "former_members_permanent", "sign_up_digests",
}  # fmt: skip
"""Datasets of days that law orders kept exactly as long as they may be."""
STAY = {
    "partners", "former_members_permanent", "holds", "open_requests", "member_requests", "destruction_register",
    "dashboard_sessions",
}  # fmt: skip
"""Datasets of which nothing goes within these years: no sample partner ever leaves, sessions go by rows inside their file, the
others have no end in sight."""


def is_over(_item: Item, standing: Standing) -> bool:
    return standing.state in (State.DUE, State.OVER_RETAINED)


def is_due(_item: Item, standing: Standing) -> bool:
    return standing.state is State.DUE


@dataclass
class Looks:
    """What the days' ends showed."""

    days: int = 0
    judged: Counter[State] = field(default_factory=Counter)
    found: Counter[tuple[str, State]] = field(default_factory=Counter)
    """Rows and files in states that are none to end a day with, by dataset."""
    differences: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    """What the recomputation finds gone although it is owed, by dataset."""
    datasets: set[str] = field(default_factory=set)
    destroyed: Counter[str] = field(default_factory=Counter)


class House:
    """A made-up house on its moved clock."""

    def __init__(self, policy: Policy, folder: Path) -> None:
        """Fill it with what the years before left."""
        self._policy, self._arrived = policy, folder / "arrived"
        self._registry = DemoRegistry(policy, self._arrived, DemoPlan(FIRST_DAY, **PLAN))
        self._days = DemoDays(policy, folder)
        self._plain = PlainDeliveries()
        self._present = list(self._days.forever(FIRST_DAY))
        self._standings: list[Standing] = []
        self.looks = Looks()
        for back in range(BACKLOG_DAYS, 1, -1):
            today = FIRST_DAY - timedelta(days=back - 1)
            self._present += self._days.of(today - ONE_DAY, today)
            if back % BACKLOG_EVERY == 0:
                self._pass(today, is_over)
        self._pass(FIRST_DAY, is_over)
        self._owed = {table: self._stored_with_day(table) for table in FLOORS}
        self.looks = Looks()
        self._registry.destroyed.clear()
        self._registry.absent.clear()

    def live(self, until: date, destroys: Callable[[date], Destroys]) -> Looks:
        """Live through the days after the first one, and return what their ends showed."""
        today = FIRST_DAY + ONE_DAY
        while today <= until:
            self._present += self._days.of(today - ONE_DAY, today)
            rows = self._pass(today, destroys(today))
            self._look(today, rows)
            today += ONE_DAY
        self.looks.destroyed.update(self._registry.destroyed)
        return self.looks

    def _pass(self, today: date, destroys: Destroys) -> list[Judged]:
        """Let exports arrive, and destroy what `destroys` says: days first, since rows wait for them."""
        registry = self._registry
        registry.arrive(today, self._first_visits())
        for left in registry.left_tonight:
            self._present += self._days.sealed(left, today)
        staying, self._standings = [], []
        for dated in self._present:
            standing = self._stands(dated.item, today)
            if destroys(dated.item, standing):
                registry.absent.append(replace(dated.item, is_present=False))
                self.looks.destroyed[dated.item.dataset] += 1
                if dated.item.dataset in OWED_TO_THE_END and (dated.end is None or today <= dated.end):
                    self.looks.missing[dated.item.dataset] += 1
            else:
                staying.append(dated)
                self._standings.append(standing)
        self._present = staying
        for item in self._stone_items(today):
            if destroys(item, self._stands(item, today)):
                going = [stone for stone in registry.stones if stone.goes_after == item.ends_on]
                registry.stones = [stone for stone in registry.stones if stone not in going]
                self.looks.destroyed["tombstones"] += len(going)
        return registry.night(today, self._first_visits(), destroys)

    def _look(self, today: date, rows: list[Judged]) -> None:
        """Judge everything at the end of a day, and compare."""
        looks, audited, plain = self.looks, Standings(), Standings()
        stones = self._stone_items(today)
        judged = [*rows, *((item, self._stands(item, today)) for item in self._absent(today))]
        judged += [(item, self._stands(item, today)) for item in stones]
        for dated, standing in zip(self._present, self._standings, strict=True):
            judged.append((dated.item, standing))
            plain[dated.item.dataset, dated.end, state(dated.end, today)] += 1
        for stone in self._registry.stones:
            end = months_after(seoul_day(stone.at) or date.max, VISITS_MONTHS)
            plain["tombstones", end, state(end, today)] += 1
        for item, standing in judged:
            looks.judged[standing.state] += 1
            looks.datasets.add(item.dataset)
            number = item.count if item.place.startswith(("registry/", "keys/tombstones")) else 1
            if standing.state not in (State.KEPT, State.GONE):
                looks.found[item.dataset, standing.state] += number
            if item.is_present:
                audited[item.dataset, standing.ends, standing.state.value] += number
        plain += self._plain_rows(today)
        looks.differences += sum(((audited - plain) + (plain - audited)).values())
        looks.days += 1

    def _plain_rows(self, today: date) -> Standings:
        """Recompute where the rows stand, and count those that are owed and not there."""
        if self._registry.has_news or not self.looks.days:
            self._plain.take(self._arrived, today - ONE_DAY)
        counted, store = Standings(), self._registry.store
        for table in store.tables():
            counted += rows_standing(table, store.plain(table), today, self._plain.left, self._first_visits())
        for table, (_, months) in FLOORS.items():
            owed = self._plain.owed_rows(table, today)
            owed |= {key for key, day in self._owed[table].items() if today <= months_after(day, months)}
            if gone := owed - stored_keys(table, store.plain(table)):
                self.looks.missing[table] += len(gone)
        return counted

    def _stored_with_day(self, table: str) -> dict[tuple[str, ...], date]:
        """Return what tells the rows of a table apart that count from a day, with it."""
        found = {}
        for row in self._registry.store.plain(table):
            if (day := seoul_day(row[FLOORS[table][0]])) is not None:
                found[next(iter(stored_keys(table, [row])))] = day
        return found

    def _absent(self, today: date) -> list[Item]:
        """Return what went, as long as it may be missed."""
        absent = self._registry.absent
        self._registry.absent = [item for item in absent if self._stands(item, today).state is State.UNDER_RETAINED]
        return absent

    def _stone_items(self, today: date) -> list[Item]:
        view = View(self._registry.workspace(today), today, Known(), (), None, {})
        return [item for item in others.tombstones(STONES, view) if item.count]

    def _first_visits(self) -> date | None:
        days = [dated.item.anchor for dated in self._present if dated.item.dataset == "access_logs"]
        return min((day for day in days if day is not None), default=None)

    def shift(self, dataset: str) -> None:
        """Let the latest item of `dataset` count from a day later than it tells of."""
        place = max(number for number, dated in enumerate(self._present) if dated.item.dataset == dataset)
        dated = self._present[place]
        assert dated.item.anchor is not None
        item = replace(dated.item, anchor=dated.item.anchor + ONE_DAY)
        self._present[place] = replace(dated, item=item)

    def _stands(self, item: Item, today: date) -> Standing:
        return standing_of(item, self._policy, today, NothingHeld())


@pytest.fixture(scope="module")
def filled(policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house on its first day; copy it, never change it."""
    return House(policy, tmp_path_factory.mktemp("demo_years"))


@pytest.fixture
def house(filled: House) -> House:
    return copy.deepcopy(filled)


@pytest.mark.slow
def test_for_four_years_of_sample_data_each_day_ends_as_it_has_to(house: House, periods: dict[str, Period]) -> None:
    looks = house.live(LAST_DAY, lambda _today: is_due)
    assert looks.days == (LAST_DAY - FIRST_DAY).days == 4 * 365 + 1
    assert not looks.found
    assert (looks.differences, looks.missing) == (0, {})
    assert looks.datasets - {"contents"} == set(periods)
    assert {name for name in periods if not looks.destroyed[name]} == STAY
    assert looks.judged[State.KEPT] > 1_000_000


@pytest.mark.slow
@pytest.mark.parametrize(("nights", "is_found"), [(5, False), (6, True)])
def test_nights_left_out_beyond_the_days_of_grace_are_found(house: House, nights: int, is_found: bool) -> None:
    def now_and_then(today: date) -> Destroys:
        return is_over if (today - FIRST_DAY).days % nights == 0 else lambda _item, _standing: False

    looks = house.live(FIRST_DAY + timedelta(days=30), now_and_then)
    states = {state for _, state in looks.found}
    assert (State.OVER_RETAINED in states, State.UNDER_RETAINED in states) == (is_found, False)
    # The plain recomputation finds the same.
    assert (looks.differences, looks.missing) == (0, {})


@pytest.mark.slow
def test_nights_that_come_a_day_early_are_found(house: House) -> None:
    def early(today: date) -> Destroys:
        return lambda _item, standing: standing.ends is not None and today >= standing.ends

    looks = house.live(FIRST_DAY + timedelta(days=75), early)
    found = {dataset: count for (dataset, state), count in looks.found.items() if state is State.UNDER_RETAINED}
    assert found.keys() == {"access_logs", "cookie_records", "quarantine", "ad_records", "complaints", "contracts"}
    # The plain recomputation misses the same, one by one; the contract has two rows, as it was before it ended and since.
    assert found.pop("contracts") == 2 * looks.missing.pop("contracts") == 2
    assert found == looks.missing
    assert found["access_logs"] > 70


@pytest.mark.slow
def test_one_file_that_is_judged_by_another_day_is_a_difference(house: House) -> None:
    house.shift("events")
    assert house.live(FIRST_DAY + ONE_DAY, lambda _today: is_due).differences == 2


@pytest.mark.slow
def test_rows_whose_clocks_are_not_read_are_differences(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(_dataset: object, rows: Sized, **_terms: object) -> list[RowTerm]:
        return [RowTerm()] * len(rows)

    monkeypatch.setattr("pipelines.steps.retention.inventory.tables.row_terms", unread)
    assert house.live(FIRST_DAY + ONE_DAY, lambda _today: is_due).differences > 20
