"""Runs of the orchestrator as data with a period: how they are listed, and how the records of one are deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from dagster import AssetRecordsFilter, DagsterEventType

from pipelines.instance import open_instance
from pipelines.steps.retention.inventory.stock import Run, Runs
from pipelines.steps.retention.planning import NO_WIRING, Wiring

Partition = tuple[dg.AssetKey, str]
_SQLITE = ("-wal", "-shm", "-journal", "")
_A_FEW = 20


def wiring_of(instance: dg.DagsterInstance) -> Wiring:
    """Return how retention lists the runs of `instance` and deletes one."""
    return Wiring(runs_of(instance), lambda run_id: _gone(instance, run_id))


@contextmanager
def wired(folder: Path) -> Iterator[Wiring]:
    """Yield the wiring of the Dagster home `folder`; of none where there is no such home yet."""
    if not (folder / "dagster.yaml").exists():
        yield NO_WIRING
        return
    with open_instance(folder) as instance:
        yield wiring_of(instance)


def runs_of(instance: dg.DagsterInstance) -> Runs:
    """Return what lists the runs of `instance`."""

    def listed() -> Iterator[Run]:
        for record in instance.get_run_records():
            ended = record.end_time or record.update_timestamp.timestamp()
            is_over = record.dagster_run.is_finished
            yield Run(record.dagster_run.run_id, datetime.fromtimestamp(ended, UTC) if is_over else None)

    return listed


def delete_run(instance: dg.DagsterInstance, run_id: str) -> int:
    """Delete a run with its events, logs and files; one that is gone already stays gone.

    A day that only it says is built is recorded as built without a run, so that no day seems missing; returns how many.
    """
    file = _file_of(instance, run_id)
    if instance.get_run_by_id(run_id) is None and not (file and file.exists()):
        return 0
    lost = sorted(_only_known_to(instance, run_id), key=lambda pair: (pair[0].path, pair[1]))
    # Before the run goes: a crash in between leaves the day known twice, never not at all.
    for key, day in lost:
        instance.report_runless_asset_event(dg.AssetMaterialization(key, partition=day))
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    instance.delete_run(run_id)
    # Last of all, so that what a crash left is gone over again. Deleting rows alone would leave bytes of them in the file.
    if file is not None:
        for suffix in _SQLITE:
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    return len(lost)


def _gone(instance: dg.DagsterInstance, run_id: str) -> None:
    delete_run(instance, run_id)


def _file_of(instance: dg.DagsterInstance, run_id: str) -> Path | None:
    """Return the run's own database, None where runs are not kept in files."""
    if instance.is_ephemeral:
        return None
    return Path(instance.root_directory) / "history" / "runs" / f"{run_id}.db"


def _only_known_to(instance: dg.DagsterInstance, run_id: str) -> set[Partition]:
    return {pair for pair in set(_partitions(instance, run_id)) if not _is_known_to_others(instance, pair, run_id)}


def _is_known_to_others(instance: dg.DagsterInstance, pair: Partition, run_id: str) -> bool:
    key, day = pair
    found = instance.fetch_materializations(AssetRecordsFilter(key, asset_partitions=[day]), limit=_A_FEW)
    return any(record.run_id != run_id for record in found.records)


def _partitions(instance: dg.DagsterInstance, run_id: str) -> Iterator[Partition]:
    cursor, has_more = None, True
    while has_more:
        found = instance.get_records_for_run(run_id, cursor=cursor, of_type=DagsterEventType.ASSET_MATERIALIZATION)
        for record in found.records:
            if (key := record.asset_key) is not None and (day := record.partition_key) is not None:
                yield key, day
        cursor, has_more = found.cursor, found.has_more
