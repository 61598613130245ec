"""Dagster's own records do not grow for ever: runs that ended long ago go, with their events and logs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import dagster as dg
from dagster import DagsterEventType, DagsterInstance, DagsterRunStatus, RunsFilter

from assets.guarded import guarded
from pipelines.clock import SystemClock
from pipelines.settings import load_settings

PURGE = "purge_runs"
ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
_BATCH = 200

Partition = tuple[dg.AssetKey, str]


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
    deleted, built = 0, set[Partition]()
    while records := instance.get_run_records(RunsFilter(statuses=ENDED, created_before=before), limit=_BATCH):
        for record in records:
            run_id = record.dagster_run.run_id
            built |= set(_partitions(instance, run_id))
            instance.compute_log_manager.delete_logs(prefix=[run_id])
            instance.delete_run(run_id)
            deleted += 1
    kept = _keep_known(instance, built)
    return Purged(deleted, instance.get_runs_count(RunsFilter(created_before=before)), kept)


def _partitions(instance: DagsterInstance, run_id: str) -> Iterator[Partition]:
    cursor, has_more = None, True
    while has_more:
        found = instance.get_records_for_run(run_id, cursor=cursor, of_type=DagsterEventType.ASSET_MATERIALIZATION)
        for record in found.records:
            if (key := record.asset_key) is not None and (day := record.partition_key) is not None:
                yield key, day
        cursor, has_more = found.cursor, found.has_more


def _keep_known(instance: DagsterInstance, built: set[Partition]) -> int:
    known = {key: instance.get_materialized_partitions(key) for key, _ in built}
    lost = {(key, day) for key, day in built if day not in known[key]}
    for key, day in sorted(lost, key=lambda pair: (pair[0].path, pair[1])):
        instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=day))
    return len(lost)


@dg.op(
    name="delete_old_runs",
    out=dg.Out(dg.Nothing),
    description="Deletes runs older than PARTNERSTATS_RUN_RETENTION_DAYS with their events and logs, never unfinished ones.",
)
@guarded
def delete_old_runs(context: dg.OpExecutionContext) -> None:
    """Purge this instance, and tell the counts."""
    days = load_settings().run_retention_days
    # Dagster's records carry the machine's time, also in a rehearsal.
    purged = purge_runs(context.instance, SystemClock().now(), days)
    context.add_output_metadata({"retention_days": days, **purged.__dict__})


@dg.job(
    name=PURGE,
    executor_def=dg.in_process_executor,
    description="Deletes Dagster's records of runs that ended long ago; data is not touched. 오래된 실행 기록을 지웁니다.",
)
def purge() -> None:
    """Delete old runs."""
    delete_old_runs()
