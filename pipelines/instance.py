"""Dagster's own home: its configuration file, and runs that died with their process."""

from pathlib import Path

import dagster as dg
import yaml
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

WAREHOUSE_POOL = "warehouse"
"""At most one step at a time works on the warehouse file."""

CONFIGURATION = {
    "telemetry": {"enabled": False},
    "nux": {"enabled": False},
    # What a library prints is kept nowhere; what a step has to say is in the run's events.
    "compute_logs": {"module": "dagster.core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"},
    "concurrency": {"pools": {"default_limit": 1, "granularity": "op"}},
    "run_monitoring": {
        "enabled": True,
        "start_timeout_seconds": 180,
        "cancel_timeout_seconds": 180,
        "free_slots_after_run_end_seconds": 60,
    },
    "run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False},
    "run_coordinator": {"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator"},
}

_UNFINISHED = [DagsterRunStatus.STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.CANCELING]


def ensure_dagster_home(folder: Path) -> Path:
    """Make `folder` a Dagster home; a `dagster.yaml` that is there already is the operator's and stays."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "dagster.yaml"
    if not file.exists():
        file.write_text(yaml.safe_dump(CONFIGURATION, sort_keys=False), encoding="utf-8")
    return folder


def close_dead_runs(instance: DagsterInstance, own_run_id: str) -> int:
    """Mark runs that began before `own_run_id` and never ended as failed, and free their pool slots; return how many.

    Call it only while holding the home: whoever holds it knows that no other run is alive.
    """
    own = instance.get_run_record_by_id(own_run_id)
    dead = [
        record.dagster_run
        for record in instance.get_run_records(RunsFilter(statuses=_UNFINISHED))
        if record.dagster_run.run_id != own_run_id and (own is None or record.create_timestamp < own.create_timestamp)
    ]
    for run in dead:
        instance.report_run_failed(run, "The process of this run ended before the run did; its work is taken up again.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(dead)


def open_instance(folder: Path) -> DagsterInstance:
    """Open the instance whose home is `folder`, as the web server does."""
    return dg.DagsterInstance.from_config(str(ensure_dagster_home(folder)))
