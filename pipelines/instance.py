"""Dagster's own home: its configuration file, and runs that died with their process."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import yaml
from dagster import DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

from pipelines.storage.atomic import write_text
from pipelines.storage.locks import locked

WAREHOUSE_POOL = "warehouse"
"""At most one step at a time works on the warehouse file."""
MAX_RUNTIME_SECONDS = 6 * 60 * 60
"""How long any run may take, also one begun by hand or by a backfill; the daemon ends it then."""

CONFIGURATION = {
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},
    # What a library prints is kept nowhere; what a step has to say is in the run's events.
    "compute_logs": {"module": "dagster.core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
    # The home lets in one job at a time: runs of a backfill come one after the other instead of waiting at its door.
    "concurrency": {
        "pools": {"default_limit": 1, "granularity": "op"},
        "runs": {"tag_concurrency_limits": [{"key": "dagster/backfill", "limit": 1}]},
    },
    "run_monitoring": {
        "enabled": True,
        "start_timeout_seconds": 180,
        "cancel_timeout_seconds": 180,
        "max_runtime_seconds": MAX_RUNTIME_SECONDS,
        "free_slots_after_run_end_seconds": 60,
    },
    # A sensor looks every half minute: what it saw is kept for a week, what it did for as long as runs are by default.
    "retention": {
        "schedule": {"purge_after_days": 90},
        "sensor": {"purge_after_days": {"skipped": 7, "failure": 90, "success": 90}},
    },
    "run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False},
    "run_coordinator": {"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator"},
}

ALIVE = "alive"
"""Folder of the marks of runs at work or waiting for the home, below Dagster's home."""
_UNFINISHED = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING]
_LONGEST_UNSTARTED = timedelta(minutes=1)
"""A run is created, then started or queued at once; one that is neither for so long lost its process in between."""


def ensure_dagster_home(folder: Path) -> Path:
    """Make `folder` a Dagster home; a `dagster.yaml` that is there already is the operator's and stays."""
    file = folder / "dagster.yaml"
    if not file.exists():
        write_text(file, yaml.safe_dump(CONFIGURATION, sort_keys=False))
    return folder


@contextmanager
def marked_alive(folder: Path, run_id: str) -> Iterator[None]:
    """Mark the run as one of this process for as long as it lives; the mark is a lock, which ends with its holder."""
    mark = folder / ALIVE / run_id
    with locked(mark) as descriptor:
        os.pwrite(descriptor, b"held\n", 0)
        yield
        mark.unlink(missing_ok=True)


def living_runs(folder: Path) -> set[str]:
    """Return the runs whose mark is held."""
    return {mark.name for mark in (folder / ALIVE).glob("*") if _is_held(mark)}


def close_killed_runs(instance: DagsterInstance, folder: Path) -> int:
    """Close runs whose process is gone and left its mark, as `close_dead_runs` does; return how many.

    Dagster's daemon watches the runs it started and none of a terminal: a night killed there would stay open for hours.
    """
    closed = 0
    for mark in sorted((folder / ALIVE).glob("*")):
        # An empty mark is about to be held.
        if _is_held(mark) or not mark.stat().st_size:
            continue
        run = instance.get_run_by_id(mark.name)
        if run is not None and run.status in _UNFINISHED:
            _close(instance, run)
            closed += 1
        mark.unlink(missing_ok=True)
    return closed


def _is_held(mark: Path) -> bool:
    try:
        with locked(mark, wait=False):
            return False
    except BlockingIOError:
        return True


def close_dead_runs(instance: DagsterInstance, own_run_id: str, alive: Collection[str] = ()) -> int:
    """Mark runs that began before `own_run_id` and never ended as failed, and free their pool slots; return how many.

    Call it only while holding the home: whoever holds it knows that no other run is at work. Those of `alive` wait for it.
    """
    own = instance.get_run_record_by_id(own_run_id)
    records = instance.get_run_records(RunsFilter(statuses=[*_UNFINISHED, DagsterRunStatus.NOT_STARTED]))
    dead = [record.dagster_run for record in records if _is_dead(record, own_run_id, own)]
    dead = [run for run in dead if run.run_id not in alive]
    for run in dead:
        _close(instance, run)
    return len(dead)


def _close(instance: DagsterInstance, run: dg.DagsterRun) -> None:
    instance.report_run_failed(run, "The process of this run ended before the run did; its work is taken up again.")
    instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _is_dead(record: RunRecord, own_run_id: str, own: RunRecord | None) -> bool:
    if record.dagster_run.run_id == own_run_id:
        return False
    is_unstarted = record.dagster_run.status is DagsterRunStatus.NOT_STARTED
    if own is None:
        return not is_unstarted
    return record.create_timestamp < own.create_timestamp - (_LONGEST_UNSTARTED if is_unstarted else timedelta())


def open_instance(folder: Path) -> DagsterInstance:
    """Open the instance whose home is `folder`, as the web server does."""
    return dg.DagsterInstance.from_config(str(ensure_dagster_home(folder)))
