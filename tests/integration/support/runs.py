"""What Dagster's own records say of a home's runs."""

from pathlib import Path

from pipelines.instance import WAREHOUSE_POOL, open_instance


def run_statuses(home: Path) -> list[str]:
    """Return the status of every run, the newest first."""
    with open_instance(home / "dagster") as instance:
        return [run.status.value for run in instance.get_runs()]


def free_slots(home: Path) -> bool:
    """Whether no run holds the warehouse's pool or waits for it."""
    with open_instance(home / "dagster") as instance:
        info = instance.event_log_storage.get_concurrency_info(WAREHOUSE_POOL)
        return info.slot_count == 1 and not info.claimed_slots and not info.pending_steps
