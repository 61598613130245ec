"""The nightly job run from the command line, as a run that the Dagster UI shows."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg

from pipelines.build import build_defs
from pipelines.errors import CheckFailedError, PartnerstatsError
from pipelines.home import Home
from pipelines.instance import ensure_dagster_home
from pipelines.jobs import NIGHTLY
from pipelines.settings import PREFIX, Settings

Progress = Callable[[str, int, int], None]
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own messages stay off the terminal; they are in the run's log."""


@dataclass(frozen=True)
class NightlyOutcome:
    """How a night went; `cause` is a sentence without any data."""

    run_id: str
    day: date
    succeeded: bool
    cause: str | None
    is_check_failure: bool

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return {**self.__dict__, "day": self.day.isoformat()}


def run_nightly(
    settings: Settings, day: date, progress: Progress = lambda _what, _done, _total: None
) -> NightlyOutcome:
    """Run the nightly job for `day` in this process and return how it went; a failed step is an outcome, not an exception."""
    home = Home(settings.home)
    with (
        _environment(settings),
        dg.DagsterInstance.from_config(str(ensure_dagster_home(home.dagster))) as instance,
    ):
        job = build_defs().resolve_job_def(NIGHTLY)
        steps = len(job.graph.nodes)
        progress("nightly job", 0, steps)
        result = job.execute_in_process(
            instance=instance, partition_key=day.isoformat(), raise_on_error=False, run_config=_QUIET
        )
        progress("nightly job", steps, steps)
    return _outcome(result, day)


def _outcome(result: dg.ExecuteInProcessResult, day: date) -> NightlyOutcome:
    if result.success:
        return NightlyOutcome(result.run_id, day, succeeded=True, cause=None, is_check_failure=False)
    failures = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    error = next((failure.error for failure in failures if failure.error), None)
    while error is not None and error.cause is not None:
        error = error.cause
    name = error.cls_name if error else None
    known = {kind.__name__ for kind in _kinds(PartnerstatsError)}
    cause = error.message.partition(": ")[2].strip() if error and name in known else name or "a check failed"
    checks = {kind.__name__ for kind in _kinds(CheckFailedError)} | {None}
    return NightlyOutcome(result.run_id, day, succeeded=False, cause=cause, is_check_failure=name in checks)


def _kinds(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """Pass the settings that options changed on to the job, which reads them from the environment."""
    given = {
        f"{PREFIX}HOME": str(settings.home.absolute()),
        **({f"{PREFIX}CLOCK": settings.clock} if settings.clock else {}),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
