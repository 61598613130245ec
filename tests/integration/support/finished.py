"""A finished home: sample input and one nightly run through Dagster, made once a session and copied by who changes it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from support.shared import made_once

from pipelines.demo.plan import DemoPlan
from pipelines.runs import NightlyOutcome, run_nightly
from pipelines.settings import Settings, load_settings
from pipelines.steps.demo import write_sample
from pipelines.steps.workspace import Workspace, open_home

LAST_DAY = date(2026, 3, 5)
NOW = "2026-03-06T02:00:00+09:00"
FLAGGED_IN_THE_SAMPLE: set[str] = set()
"""Warnings that the sample input is made to raise: none, so that a twin is seen to make its check fail."""
PLAN = DemoPlan(to=LAST_DAY, days=2, requests_per_day=1_500, partners=6, members=60, seed=5, flaws=False)


@dataclass(frozen=True)
class Finished:
    """A home after its night, and how the night went."""

    home: Path
    outcome: NightlyOutcome

    @property
    def settings(self) -> Settings:
        """The settings of everything done in this home."""
        return load_settings(home=self.home, clock=NOW, threads=2)

    def workspace(self) -> Workspace:
        """Open the home."""
        return Workspace.open(self.settings)

    def copy_to(self, folder: Path) -> "Finished":
        """Return a copy with its keys."""
        for name in (self.home.name, f"{self.home.name}.keys"):
            shutil.copytree(self.home.with_name(name), folder / name)
        return replace(self, home=folder / self.home.name)

    @contextmanager
    def environment(self) -> Iterator[None]:
        """Let jobs that read their settings from the environment find this home."""
        given = {"PARTNERSTATS_HOME": str(self.home), "PARTNERSTATS_CLOCK": NOW, "DAGSTER_DISABLE_TELEMETRY": "yes"}
        before = {name: os.environ.get(name) for name in given}
        os.environ.update(given)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def environment() -> dict[str, str]:
    """Return what a command of a test gets of the environment: the same code, and no setting of whoever runs the tests."""
    return {"PATH": os.defpath, **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}}


@cache
def finished_home(base: Path) -> Finished:
    """Make the home below `base`, a session's folder; the same one for every test of the session."""
    return made_once(base, "finished", _made, Finished.copy_to)


def _made(folder: Path) -> Finished:
    home = folder / "home"
    settings = load_settings(home=home, clock=NOW, threads=2)
    write_sample(open_home(settings), PLAN)
    outcome = run_nightly(settings, LAST_DAY)
    assert outcome.succeeded, outcome.cause
    return Finished(home, outcome)
