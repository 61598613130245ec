"""Nights with late lines drawn by lot: whatever comes late is restated or left, and the gate has to refuse no release for it."""

import random
from datetime import date, timedelta

import duckdb
import pytest
from press import MONDAY, Press, Views
from whole import WholePress, with_all

from pipelines.releases import weighing
from pipelines.releases.attacking import attack_everything
from pipelines.releases.memory import Memory

pytestmark = pytest.mark.slow
DAYS = [MONDAY + timedelta(days=number) for number in range(7)]
PARTNERS = ("partner-a", "partner-b", "partner-c")


def _seen(chance: random.Random, partner: str, day: date, people: int, first: int) -> list[Views]:
    """Page views of so many of a partner's people, members and others, of up to two contents, a few of them many."""
    return [
        Views(partner, day, f"person-{number}", chance.choice(("album-1", "album-1", "album-2")), "desktop",
              chance.choice((1, 1, 2, 5, 40)))
        for number in chance.sample(range(first, first + 2 * people), k=people)
    ]  # fmt: skip


def _late(chance: random.Random) -> list[Views]:
    """A few or dozens of people come late for one day of a partner, some of whom were there on others, or members only."""
    partner, day, people = chance.choice(PARTNERS), chance.choice(DAYS[:4]), chance.choice((3, 11, 15, 25, 40, 60))
    first = chance.choice((0, 30, 500, 800))
    found = _seen(chance, partner, day, people, first)
    return found if chance.random() < 0.6 else [one for one in found if one.person[-1] in "05"] + found[:12]


def _nights(press: Press, chance: random.Random) -> list[str]:
    """Publish the days of a week and the nights after it, each with something late; return how each went."""
    sizes = {partner: chance.choice((20, 60, 150)) for partner in PARTNERS}
    press.views = [
        one for day in DAYS for partner, size in sizes.items() for one in _seen(chance, partner, day, size, 0)
    ]
    found = []
    for night in range(8):
        outcome = press.publish(DAYS[3] + timedelta(days=2 + night), days=DAYS)
        found += [outcome.status] + ["restated"] * outcome.restated + ["left"] * outcome.left
        press.views += [one for _ in range(2) for one in _late(chance)]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_late_is_restated_or_left_and_never_refused(tmp_path, published_policy, full_policy, seed):
    press = WholePress(tmp_path / "home", with_all(published_policy, full_policy))
    found = _nights(press, random.Random(seed))  # noqa: S311 -- visits, not secrets
    assert "refused" not in found
    assert {"restated", "left"} <= set(found)
    memory = Memory(press.place.gate, press.published.current())
    assert attack_everything(memory, press.policy.publication, lambda: duckdb.connect(":memory:")).passes


def test_without_the_rule_of_few_people_the_gate_refuses_such_nights(
    tmp_path, published_policy, full_policy, monkeypatch
):
    monkeypatch.setattr(weighing, "mark_few", lambda *_: None)
    press = WholePress(tmp_path / "home", with_all(published_policy, full_policy))
    assert "refused" in _nights(press, random.Random(1))  # noqa: S311 -- as above
