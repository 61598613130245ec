"""What a measurement covers: days of events, opened one by one with their own keys."""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.steps.day_files import DayState, read_day_states
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key, without_data
from pipelines.storage.parquet import scan

Only = Collection[date] | None
"""The days a frame is limited to; None is every day."""

Measure = Callable[[duckdb.DuckDBPyConnection, str, DayState], dict[str, int]]
"""From a connection, the SQL of a day's events and its state, one row of a frame."""


def by_day(
    workspace: Workspace, measure: Measure, columns: list[str], only: Only, *, folder: Path | None = None
) -> pd.DataFrame:
    """Return a frame of `columns` with the row that `measure` gives for each day of events in `only`, in order.

    `folder` holds the days; by default it is the home's folder of events.

    Raises DamagedError for a day whose file does not open with its key, KeyMissingError when there is none.
    """
    rows = []
    events = folder or workspace.home.events
    with workspace.connection() as connection:
        for state in read_day_states(events).values():
            if only is None or state.day in only:
                add_key(connection, workspace.keyring.get(state.key))
                relation = scan(events / state.file_name, state.key)
                try:
                    rows.append(measure(connection, relation, state))
                except duckdb.Error as cause:
                    raise without_data(cause, f"the events of {state.day} cannot be measured") from None
    return pd.DataFrame(rows, columns=columns)
