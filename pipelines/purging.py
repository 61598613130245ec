"""Dagster's own records do not grow for ever: runs that ended long ago go, with their events and logs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from assets.guarded import guarded
from pipelines.clock import SystemClock, seoul_day
from pipelines.policy import load_policy
from pipelines.run_records import delete_run
from pipelines.settings import Settings, load_settings

PURGE = "purge_runs"
ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
RUN_RECORDS = "run_records"
_BATCH = 200


@dataclass(frozen=True)
class Purged:
    """What a purge did: runs deleted, older ones left because they never ended, and days kept known as built."""

    runs: int
    unfinished: int
    days_kept_known: int


def purge_runs(instance: DagsterInstance, now: datetime, retention_days: int) -> Purged:
    """Delete runs that began more than `retention_days` before `now` and have ended, their events and logs with them.

    A day that only they say is built is recorded as built without a run, so that no day seems missing.
    """
    before = now - timedelta(days=retention_days)
    deleted, kept = 0, 0
    while records := instance.get_run_records(RunsFilter(statuses=ENDED, created_before=before), limit=_BATCH):
        for record in records:
            kept += delete_run(instance, record.dagster_run.run_id)
            deleted += 1
    return Purged(deleted, instance.get_runs_count(RunsFilter(created_before=before)), kept)


def days_kept(settings: Settings, now: datetime) -> int:
    """Return how many days the records of a run are kept: the policy's period, or less where the settings say so."""
    today = seoul_day(now)
    period = load_policy(settings.policy, today).dataset(RUN_RECORDS).period
    ends = None if period is None else period.ends(today)
    lengths = [settings.run_retention_days, None if ends is None else (ends - today).days]
    return min(days for days in lengths if days is not None)


@dg.op(
    name="delete_old_runs",
    out=dg.Out(dg.Nothing),
    description="Deletes runs past the period of run_records with their events and logs, never unfinished ones.",
)
@guarded
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Purge this instance, and tell the counts."""
    # Dagster's records carry the machine's time, also in a rehearsal.
    now = SystemClock().now()
    days = days_kept(load_settings(), now)
    purged = purge_runs(context.instance, now, days)
    context.add_output_metadata({"retention_days": days, **purged.__dict__})


@dg.job(
    name=PURGE,
    executor_def=dg.in_process_executor,
    description="Deletes Dagster's records of runs that ended long ago; data is not touched. 오래된 실행 기록을 지웁니다.",
)
def purge() -> None:
    """Delete old runs."""
    delete_old_runs()
