"""Dagster's own records do not grow for ever: runs that ended long ago go, with their events and logs."""

from dataclasses import dataclass

import dagster as dg
from dagster import DagsterInstance

from assets.guarded import guarded
from pipelines.resources import WorkspaceResource
from pipelines.run_records import delete_run, runs_of
from pipelines.steps.retention.planning import Wiring
from pipelines.steps.retention.run_destruction import destroy_old_runs
from pipelines.steps.workspace import Workspace

PURGE = "purge_runs"


@dataclass(frozen=True)
class Purged:
    """What a purge did: runs deleted, due ones on hold, ones that never ended, and days kept known as built."""

    runs: int
    on_hold: int
    unfinished: int
    days_kept_known: int


def purge_runs(workspace: Workspace, instance: DagsterInstance) -> Purged:
    """Destroy the runs of `instance` that ended longer ago than the policy, or the settings where they say less, let them stay.

    Call it while holding the home: what goes is entered in the register of destructions, as in a night. A day that only they
    say is built is recorded as built without a run, so that no day seems missing.
    """
    kept: list[int] = []
    wiring = Wiring(runs_of(instance), lambda run_id: kept.append(delete_run(instance, run_id)))
    done = destroy_old_runs(workspace, wiring, workspace.settings.run_retention_days)
    return Purged(done.runs, done.on_hold, done.unfinished, sum(kept))


@dg.op(
    name="delete_old_runs",
    out=dg.Out(dg.Nothing),
    description="Destroys runs past the period of run_records with their events and logs, never unfinished ones.",
)
@guarded
def delete_old_runs(context: dg.OpExecutionContext, workspace: WorkspaceResource) -> None:
    """Purge this instance, and tell the counts."""
    opened = workspace.workspace
    purged = purge_runs(opened, context.instance)
    context.add_output_metadata({"retention_days": opened.settings.run_retention_days, **purged.__dict__})


@dg.job(
    name=PURGE,
    executor_def=dg.in_process_executor,
    description=(
        "Destroys Dagster's records of runs that ended long ago and enters it in the register; data is not touched. "
        "오래된 실행 기록을 파기하고 파기 대장에 적습니다."
    ),
)
def purge() -> None:
    """Delete old runs."""
    delete_old_runs()
