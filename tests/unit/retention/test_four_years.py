"""Four years, day by day: a night that destroys what is due leaves nothing too long and takes nothing too early.

Things of every dataset with a period come, change and go on a moved clock; the state of each, at each day's end, is the one
counted by hand. Nights that come late, or a day early, are found.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from retention_by_hand import state_by_hand

from pipelines.policy import Period
from pipelines.retention.items import Item, Kind
from pipelines.retention.states import State

FIRST_DAY, LAST_DAY = date(2015, 1, 1), date(2018, 12, 31)
BACKDATED = timedelta(days=5 * 366)
MANY_MEMBERS_FROM = date(2016, 9, 1)
STRIDE = {"access_logs": 1, "events": 2, "cookie_records": 3}
"""A thing begins every so many days; of the datasets kept for years every LONG days, of the others every OTHERS."""
OTHERS, LONG = 17, 89
YEARS = {"permanent", "P3Y", "P5Y"}
RECENT = 20
"""Things gone last that are looked at each day."""
HELD, OPEN, ENDED_EARLY = 0.05, 0.3, 0.3
"""Shares of things under a hold for a while, of those whose clock starts late, and of those an event ends early."""


@dataclass
class Thing:
    """Something of a dataset: when it came, when its clock starts, what ends it early, when it is held, when it went."""

    dataset: str
    began: date
    anchor: date
    ends_on: date | None
    early: date | None
    held: tuple[date, date] | None
    went: date | None = None

    def known(self, day: date | None, today: date) -> date | None:
        """Return `day` once it has come."""
        return day if day is not None and day <= today else None

    def is_held(self, today: date) -> bool:
        """Say whether a hold keeps it on `today`."""
        return self.held is not None and self.held[0] <= today < self.held[1]

    def item(self, today: date) -> Item:
        """Return it as an audit of `today` finds it."""
        return Item(
            dataset=self.dataset,
            kind=Kind.FILE,
            place=f"{self.dataset}/{self.began}",
            anchor=self.known(self.anchor, today),
            ends_on=self.ends_on,
            ended_early=self.known(self.early, today),
            held_until=self.known(self.held[1], today) if self.held else None,
            is_present=self.went is None,
        )


Destroyer = Callable[[Item, State, date], bool]


def is_due(item: Item, state: State, today: date) -> bool:
    return state is State.DUE


def things(periods: dict[str, Period], seed: int) -> Iterator[Thing]:
    chance = random.Random(seed)  # noqa: S311 - what is drawn is no secret
    for name, period in sorted(periods.items()):
        stride = STRIDE.get(name, LONG if period.at_most.text in YEARS else OTHERS)
        day = FIRST_DAY - BACKDATED + timedelta(days=chance.randrange(OTHERS))
        while day <= LAST_DAY:
            yield _thing(name, period, day, chance)
            day += timedelta(days=stride)


def _thing(name: str, period: Period, day: date, chance: random.Random) -> Thing:
    def later(share: float, days: int) -> date | None:
        return day + timedelta(days=chance.randrange(1, days)) if chance.random() < share else None

    starts_late = period.anchor in {"settled", "ended", "answered", "link_ended", "membership_ended", "account_ended"}
    held_from = later(HELD, 200)
    return Thing(
        dataset=name,
        began=day,
        anchor=(later(OPEN, 300) or day) if starts_late else day,
        ends_on=later(0.8, 600) if period.at_most.text == "as_recorded" else None,
        early=later(ENDED_EARLY, 120) if period.or_earlier else None,
        held=(held_from, held_from + timedelta(days=chance.randrange(1, 250))) if held_from else None,
    )


def state(thing: Thing, period: Period, today: date) -> State:
    """Return what an audit says, having seen that counting by hand says the same."""
    item, is_held = thing.item(today), thing.is_held(today)
    members = 60_000 if today >= MANY_MEMBERS_FROM else 40_000
    found = item.standing(period, today, is_held=is_held, members=members).state
    at_least = period.at_least.text if period.at_least else None
    if thing.dataset == "access_records" and members > 50_000:
        at_least = "P2Y"
    assert found == state_by_hand(
        at_least=at_least, at_most=period.at_most.text, anchor=item.anchor, today=today, is_present=item.is_present,
        is_held=is_held, ends_on=item.ends_on, ended_early=item.ended_early, held_until=item.held_until,
    ), (thing, today)  # fmt: skip
    return found


def simulated(periods: dict[str, Period], destroys: Destroyer, last_day: date, seed: int = 7) -> Counter[State]:
    """Live through the days and return how many day's ends found things in each state."""
    coming = sorted(things(periods, seed), key=lambda thing: thing.began)
    coming.reverse()
    present: list[Thing] = []
    gone: list[Thing] = []
    seen: Counter[State] = Counter()
    today = FIRST_DAY
    while today <= last_day:
        while coming and coming[-1].began <= today:
            thing = coming.pop()
            # What would have gone before the first day never comes.
            if today > FIRST_DAY or state(thing, periods[thing.dataset], today) is State.KEPT:
                present.append(thing)
        seen += Counter(_night(present, gone, periods, destroys, today))
        today += timedelta(days=1)
    return seen


def _night(
    present: list[Thing], gone: list[Thing], periods: dict[str, Period], destroys: Destroyer, today: date
) -> Iterator[State]:
    """Destroy what goes tonight, and yield the state of everything at the day's end."""
    staying = []
    for thing in present:
        before = state(thing, periods[thing.dataset], today)
        if destroys(thing.item(today), before, today):
            thing.went = today
            gone.append(thing)
        else:
            staying.append(thing)
            yield before
    present[:] = staying
    for thing in gone[-RECENT:]:
        yield state(thing, periods[thing.dataset], today)


@pytest.mark.slow
def test_for_four_years_no_day_ends_with_anything_kept_too_long_or_gone_too_early(periods: dict[str, Period]) -> None:
    seen = simulated(periods, is_due, LAST_DAY)
    assert set(seen) == {State.KEPT, State.ON_HOLD, State.GONE}
    assert seen[State.KEPT] > 300_000
    assert seen[State.ON_HOLD] > 500


def test_two_months_of_days_end_with_nothing_kept_too_long_or_gone_too_early(
    periods: dict[str, Period],
) -> None:
    assert set(simulated(periods, is_due, FIRST_DAY + timedelta(days=60))) == {
        State.KEPT, State.ON_HOLD, State.GONE,
    }  # fmt: skip


@pytest.mark.parametrize(("nights", "is_found"), [(5, False), (6, True)])
def test_nights_that_come_too_rarely_are_found(periods: dict[str, Period], nights: int, is_found: bool) -> None:
    def now_and_then(item: Item, found: State, today: date) -> bool:
        return is_due(item, found, today) and (today - FIRST_DAY).days % nights == 0

    seen = simulated(periods, now_and_then, FIRST_DAY + timedelta(days=40))
    assert (State.OVER_RETAINED in seen, State.UNDER_RETAINED in seen) == (is_found, False)


def test_nights_that_come_a_day_early_are_found(periods: dict[str, Period]) -> None:
    visits = {"access_logs": periods["access_logs"]}

    def a_day_early(item: Item, found: State, today: date) -> bool:
        ahead = replace(item, held_until=None).standing(visits["access_logs"], today + timedelta(days=1))
        return ahead.state is State.DUE

    seen = simulated(visits, a_day_early, FIRST_DAY + timedelta(days=120))
    assert seen[State.UNDER_RETAINED] >= 100
    assert State.UNDER_RETAINED not in simulated(visits, is_due, FIRST_DAY + timedelta(days=120))
