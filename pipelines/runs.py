"""The nightly job run from the command line, as a run that the Dagster UI shows."""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator
from dagster._core.origin import DEFAULT_DAGSTER_ENTRY_POINT, JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_run_id
from dagster_shared.error import SerializableErrorInfo

from pipelines.build import build_defs
from pipelines.errors import UsageError
from pipelines.event_log import held_open
from pipelines.failures import cause_of
from pipelines.home import Home
from pipelines.instance import ensure_dagster_home
from pipelines.jobs import NIGHTLY
from pipelines.partitions import FIRST_DAY, FORCE, daily
from pipelines.settings import PREFIX, Settings

Progress = Callable[[str, int, int], None]
LOCATION, LOCATION_MODULE = "partnerstats", "pipelines.definitions"
"""The code location of workspace.yaml, which the UI serves."""
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
    """Run the nightly job for `day` in this process and return how it went (see `run_days`)."""
    return run_days(settings, [day], progress)


def run_days(
    settings: Settings,
    days: Sequence[date],
    progress: Progress = lambda _what, _done, _total: None,
    *,
    is_forced: bool = False,
) -> NightlyOutcome:
    """Run the nightly job for `days`, which follow one another; a failed step is an outcome, not an exception.

    With `is_forced`, their events are derived again also where they are up to date. Raises HomeError when the disk is too full
    to begin with, or became so and took Dagster's records with it.
    """
    home = Home(settings.home)
    home.require_space()
    try:
        with _libraries_set_aside():
            outcome = _run(settings, home, days, progress, is_forced=is_forced)
    except Exception:
        home.require_space()
        raise
    if not outcome.succeeded and not outcome.is_check_failure:
        home.require_space()
    return outcome


@contextmanager
def _libraries_set_aside() -> Iterator[None]:
    """Keep the garbage collector from going through all that the libraries hold again and again: a tenth of a night."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _run(
    settings: Settings, home: Home, days: Sequence[date], progress: Progress, *, is_forced: bool
) -> NightlyOutcome:
    with (
        _environment(settings),
        dg.DagsterInstance.from_config(str(ensure_dagster_home(home.dagster))) as instance,
    ):
        job = build_defs().resolve_job_def(NIGHTLY)
        run = _create_run(instance, job, _tags(job, days) | ({FORCE: "true"} if is_forced else {}))
        steps, ended, errors = len(job.graph.nodes), 0, []
        progress("nightly job", 0, steps)
        for event in execute_run_iterator(InMemoryJob(job), run, instance):
            if event.is_step_failure or event.is_job_failure:
                errors.append(_error_of(event))
            if event.is_step_success or event.is_step_failure or event.is_step_skipped:
                ended += 1
                progress("nightly job", ended, steps)
        finished = instance.get_run_by_id(run.run_id)
    return _outcome(run.run_id, days[-1], errors, succeeded=finished is not None and finished.is_success)


def _tags(job: dg.JobDefinition, days: Sequence[date]) -> dict[str, str]:
    """Return the tags of a run over `days`, as the UI sets them. Raises UsageError for a day that cannot be closed."""
    for day in days:
        if not daily.has_partition_key(day.isoformat()):
            raise UsageError(f"{day} is not a day the job can close; its days are from {FIRST_DAY} to yesterday")
    first, last = days[0].isoformat(), days[-1].isoformat()
    if first == last:
        return {**job.run_tags, **job.get_tags_for_partition_key(first, selected_asset_keys=None)}
    return {**job.run_tags, ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}


def _create_run(instance: dg.DagsterInstance, job: dg.JobDefinition, tags: dict[str, str]) -> dg.DagsterRun:
    """Create the run as the UI would, so that it belongs to the code location there and can be run again from there."""
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name=LOCATION_MODULE)
    location = ManagedGrpcPythonEnvCodeLocationOrigin(target, location_name=LOCATION)
    code = RepositoryPythonOrigin(
        sys.executable, ModuleCodePointer(LOCATION_MODULE, "defs"), entry_point=DEFAULT_DAGSTER_ENTRY_POINT
    )
    run_id = make_new_run_id()
    with held_open(run_id):
        return instance.create_run_for_job(
            job_def=job,
            run_id=run_id,
            run_config=_QUIET,
            tags=tags,
            remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), job.name),
            job_code_origin=JobPythonOrigin(job.name, code),
        )


def _error_of(event: dg.DagsterEvent) -> SerializableErrorInfo | None:
    return event.step_failure_data.error if event.is_step_failure else event.job_failure_data.error


def _outcome(run_id: str, day: date, errors: list[SerializableErrorInfo | None], *, succeeded: bool) -> NightlyOutcome:
    if succeeded:
        return NightlyOutcome(run_id, day, succeeded=True, cause=None, is_check_failure=False)
    cause = cause_of(errors)
    return NightlyOutcome(run_id, day, succeeded=False, cause=cause.told, is_check_failure=cause.is_check_failure)


@contextmanager
def _environment(settings: Settings) -> Iterator[None]:
    """Pass the settings that options changed on to the job, which reads them from the environment."""
    given = {
        f"{PREFIX}HOME": str(settings.home.absolute()),
        **({f"{PREFIX}CLOCK": settings.clock} if settings.clock else {}),
        f"{PREFIX}HOME_WAIT_SECONDS": "0",
        f"{PREFIX}ROLE": settings.role,
        f"{PREFIX}REASON": settings.reason,
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
