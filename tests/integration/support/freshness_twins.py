"""What makes the checks of the morning fail: the day that is due taken away, or built from other events than there are."""

from dataclasses import replace

from support.twin import Twin

from pipelines.steps.day_files import read_day_states, write_day_state
from pipelines.steps.freshness import due_day
from pipelines.steps.workspace import Workspace


def events_gone(workspace: Workspace) -> None:
    """Take the events of the day that is due away."""
    day, folder = due_day(workspace.clock.now()), workspace.home.events
    for suffix in ("parquet", "json"):
        (folder / f"{day}.{suffix}").unlink()


def events_derived_again(workspace: Workspace) -> None:
    """Let the events of the day that is due rest on something else than when the marts were built."""
    day, folder = due_day(workspace.clock.now()), workspace.home.events
    write_day_state(folder, replace(read_day_states(folder)[day], fingerprint="ab" * 32))


def marts_gone(workspace: Workspace) -> None:
    """Take the warehouse away."""
    workspace.home.warehouse.unlink()


FRESHNESS_TWINS = (
    Twin("events_of_yesterday_are_there", "the events of the day gone", events_gone),
    Twin("statistics_of_yesterday_are_there", "events derived again since", events_derived_again),
    Twin("statistics_of_yesterday_are_there", "no warehouse", marts_gone),
)
