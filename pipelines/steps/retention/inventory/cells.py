"""Small cells of the warehouse, by mart and the period that they speak of: the only cells that have a period.

Their clock starts with the first day in theirs that the warehouse was built from, whose events are the first to go.
"""

import hashlib
from collections.abc import Iterator
from datetime import date

from pipelines.policy import Policy
from pipelines.retention.items import Item, Kind
from pipelines.steps.workspace import Workspace
from pipelines.warehouse.day_records import built_days
from pipelines.warehouse.periods import PERIODS
from pipelines.warehouse.small_cells import Cell, periods_of_marts, small_cells

DATASET = "small_cells"
_PLACE = "warehouse/"


def cell_items(workspace: Workspace, policy: Policy) -> Iterator[Item]:
    """Yield the small cells of the live warehouse. Raises DamagedError when it cannot be read."""
    built, periods = built_days(workspace.home.warehouse), periods_of_marts(workspace.home.warehouse)
    for (mart, first), count in small_cells(workspace.home.warehouse, policy.fewest_people).items():
        digest = hashlib.sha256(f"{mart} {first} {count}".encode()).hexdigest()
        begins = PERIODS.get(periods[mart])
        of_period = (day for day in built if first == (day if begins is None else begins(day)))
        yield Item(DATASET, Kind.ROWS, f"{_PLACE}{mart}/{first}", min(of_period, default=first), count, digest=digest)


def cell_of(place: str) -> Cell:
    """Return the cells that an item stands for."""
    mart, _, first = place.removeprefix(_PLACE).partition("/")
    return mart, date.fromisoformat(first)
