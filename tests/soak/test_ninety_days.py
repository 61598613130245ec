"""Ninety nights of sample input, one after the other, over a year's end: run by `make soak`, not by `make test`.

`PARTNERSTATS_SOAK_DAYS` shortens or lengthens it. Every night is a night of its own, with its clock and what was there by
then: late parts of logs, logs that grow, exports that change, members who move, leave, come back and are approved. Nights run
in this process and without Dagster, which would take most of the time; the last one is the nightly job itself.
"""

import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from support.figures import MARTS, figures_in, marts_of, plainly_read, published
from support.plain_people import PlainPeople
from support.quick import quick_night

from expectations.judging import judge
from pipelines.demo.deliveries import Delivery, deliveries
from pipelines.demo.plan import DemoPlan
from pipelines.runs import run_nightly
from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.soak]

FIRST = date(2025, 11, 15)
DAYS = int(os.environ.get("PARTNERSTATS_SOAK_DAYS", "90"))
PLAN = DemoPlan(
    to=FIRST + timedelta(days=DAYS - 1),
    days=DAYS,
    requests_per_day=700,
    partners=8,
    members=300,
    seed=1124,
    flaws=False,
)
COMPARED_EVERY = 17
"""Nights between two comparisons, which fall on other weekdays each time; the last night is always compared."""


class Soak:
    """A home in which the nights of PLAN pass, and what was delivered to it."""

    def __init__(self, folder: Path, policy: Path) -> None:
        """Name the home; nothing is there yet."""
        self._folder, self._policy = folder, policy
        self._exports: dict[date, Path] = {}

    def workspace(self, night: Delivery) -> Workspace:
        """Open the home on a night, at two in the morning."""
        settings = load_settings(home=self._folder / "home", clock=f"{night.night}T02:00:00+09:00", threads=2)
        return Workspace.open(settings)

    def pass_night(self, night: Delivery) -> None:
        """Let the night's files arrive and take them through to the marts."""
        workspace = self.workspace(night)
        workspace.home.enter("demo")
        night.write(workspace.home.landing)
        night.write(self._folder / "exports" / night.day.isoformat())
        self._exports[night.day] = self._folder / "exports" / night.day.isoformat() / "registry"
        if night.day == PLAN.to:
            outcome = run_nightly(workspace.settings, night.day)
            assert outcome.succeeded, outcome.cause
        else:
            quick_night(workspace)

    def compare(self, night: Delivery) -> dict[str, int]:
        """Hold every figure of every mart against the recomputation, and every check; return the figures compared by mart."""
        workspace = self.workspace(night)
        landing = workspace.home.landing
        people = PlainPeople(self._exports, sorted((landing / "cookies").iterdir()))
        delivered = plainly_read(landing, people, self._policy)
        different, compared = {}, {}
        for name, mart in MARTS.items():
            expected, found = mart.plain(delivered), published(workspace, name)
            compared[name] = figures_in(name, expected)
            if expected != found:
                different[name] = sorted({str(row) for row in expected} ^ {str(row) for row in found})[:10]
        assert different == {}, night.day
        assert marts_of(workspace) == MARTS.keys()
        assert [result.name for result in judge(workspace) if not result.passed] == []
        return compared


def test_after_every_night_each_figure_is_what_a_plain_recomputation_gives(tmp_path, repository, capsys):
    soak = Soak(tmp_path, repository / "policy")
    costs = []
    for number, night in enumerate(deliveries(PLAN), 1):
        began = time.process_time()
        soak.pass_night(night)
        costs.append(time.process_time() - began)
        if number % COMPARED_EVERY == 0 or night.day == PLAN.to:
            compared = soak.compare(night)
            assert all(compared.values()), compared
            _say(
                capsys,
                f"{number} nights, {night.night}: {sum(compared.values()):,} figures of {len(compared)} marts are equal",
            )
    _say(capsys, f"figures by mart: {compared}")
    _say(
        capsys, f"processor seconds a night: first {_average(costs[1:8]):.1f}, in the end {_average(costs[-8:-1]):.1f}"
    )


def _say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """Tell who waits for it how far it is."""
    with capsys.disabled():
        sys.stdout.write(f"\n{line}")
        sys.stdout.flush()


def _average(values: list[float]) -> float:
    return sum(values) / max(1, len(values))
