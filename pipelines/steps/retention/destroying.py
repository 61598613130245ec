"""How each kind of item is destroyed: idempotent steps, of which each may be the last one before a crash."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, UsageError
from pipelines.registry.tables import VALID_FROM, VALID_TO
from pipelines.retention.items import Item, Kind
from pipelines.retention.plan import DUE, Plan, Planned
from pipelines.retention.states import standing
from pipelines.steps.day_files import LINKED
from pipelines.steps.gone import Gone
from pipelines.steps.retention.inventory.cells import DATASET as SMALL_CELLS
from pipelines.steps.retention.inventory.cells import cell_of
from pipelines.steps.retention.inventory.stock import inventory, policy_on, tables_on
from pipelines.steps.retention.inventory.telling import PlaceTeller
from pipelines.steps.retention.planning import Wiring
from pipelines.steps.retention.sampling import sample_items, sample_rows
from pipelines.steps.subjects.holds import take_aside, take_rows_aside
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove
from pipelines.warehouse.small_cells import remove_cells

_REGISTRY, _TOMBSTONES = "registry/", "tombstones"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
"""What a folder of a day is called: it goes with its last file."""


def take_samples(workspace: Workspace, plan: Plan) -> None:
    """Copy what is on hold aside and sample what goes, while the keys are there; the same plan again does the same."""
    going = [_item(item) for item in plan.items]
    aside = take_aside(workspace, [item for item in going if item.kind is Kind.FILE])
    live = [item for item in going if item.key is None or item.key not in Gone.of(workspace.keyring).keys]
    sample_items(workspace, live, plan.digest, [*aside, *_delivered_that_stay(workspace, plan)])
    for table in _tables(plan.items):
        rows = due_rows(workspace, plan, table)
        take_rows_aside(workspace, table, rows)
        if len(rows):
            sample_rows(workspace, table, plan.day, rows, plan.digest)


class Destroyer:
    """Carries a plan out."""

    def __init__(self, workspace: Workspace, plan: Plan, wiring: Wiring) -> None:
        """Take the home, the plan and what the orchestrator does."""
        self._workspace, self._plan, self._wiring = workspace, plan, wiring
        self._teller = PlaceTeller(workspace)

    def destroy_keys(self) -> None:
        """Destroy all keys of the plan at once; what is left stands under a new wrapping key."""
        self._workspace.keyring.destroy_many(self._plan.keys)

    def destroy(self, items: Sequence[Planned]) -> None:
        """Destroy items of one dataset and kind."""
        match items[0].kind:
            case Kind.ROWS:
                self._rows(items)
            case Kind.FILE | Kind.COPY:
                for item in items:
                    self._file(item)
            case Kind.RUN:
                self._runs(items)
            case Kind.KEY:
                pass

    def _rows(self, items: Sequence[Planned]) -> None:
        if items[0].dataset == _TOMBSTONES:
            stones, on_plan = self._workspace.tombstones, {item.day for item in items}
            expired = stones.expired(self._plan.day)
            # What a hold keeps is expired and not on the plan: a hold is on all tombstones of a day.
            stones.remove(stone for stone in expired if seoul_day(stone.at) in on_plan)
            return
        if items[0].dataset == SMALL_CELLS:
            remove_small_cells(self._workspace, items)
            return
        for table in _tables(items):
            rows, going = _due(self._workspace, self._plan, table)
            if not any(going):
                continue
            planned = sum(item.count for item in items if item.place == f"{_REGISTRY}{table}")
            if sum(going) != planned:
                raise DamagedError(f"registry/{table}: {sum(going)} rows are due where {planned} were planned")
            changed_from = _changed_from(rows.filter(pa.array(going)))
            kept = rows.filter(pc.invert(pa.array(going)))
            self._workspace.registry.rewrite(table, kept, changed_from=changed_from)

    def _file(self, item: Planned) -> None:
        home = self._workspace.home
        path = self._teller.path(item.place)
        _remove(path)
        if path.suffix == ".parquet" and path.parent in (home.events, home.events / LINKED):
            _remove(path.with_suffix(".json"))
        if path.parent.is_dir() and _DAY.fullmatch(path.parent.name) and not any(path.parent.iterdir()):
            path.parent.rmdir()

    def _runs(self, items: Sequence[Planned]) -> None:
        if self._wiring.delete_run is None:
            raise UsageError("records of runs are deleted by the orchestrator only")
        for item in items:
            self._wiring.delete_run(item.place)


def due_rows(workspace: Workspace, plan: Plan, table: str) -> pa.Table:
    """Return the rows of a registry table that the plan takes out."""
    rows, going = _due(workspace, plan, table)
    return rows.filter(pa.array(going, pa.bool_()))


def _due(workspace: Workspace, plan: Plan, table: str) -> tuple[pa.Table, list[bool]]:
    """Return the stored rows of a table, and of each whether it was due on the plan's day and is on the plan.

    What a hold keeps, or kept until that day, is due and not on it: a hold is on all rows that one day started the clock of.
    """
    rows = workspace.registry.load(table)
    planned = {item.day for item in plan.items if item.kind is Kind.ROWS and item.place == f"{_REGISTRY}{table}"}
    period = policy_on(workspace, plan.day).dataset(table).period
    if period is None:
        return rows, [False] * len(rows)
    going = [
        term.anchor in planned
        and standing(period, term.anchor, plan.day, ends_on=term.ends_on, ended_early=term.ended_early).state in DUE
        for term in tables_on(workspace, plan.day).terms(table, rows)
    ]
    return rows, going


def _changed_from(rows: pa.Table) -> date | None:
    """Return the earliest day on which one of `rows` began that held on: days from then on are derived without it.

    A former version only goes when the last day it held on is gone, and changes nothing.
    """
    began: list[date] = rows.filter(pc.is_null(rows[VALID_TO]))[VALID_FROM].to_pylist()
    return min(began, default=None)


def _tables(items: Sequence[Planned]) -> list[str]:
    places = {item.place for item in items if item.kind is Kind.ROWS and item.place.startswith(_REGISTRY)}
    return sorted(place.removeprefix(_REGISTRY) for place in places)


def _delivered_that_stay(workspace: Workspace, plan: Plan) -> list[str]:
    """Return the delivered files that are kept: a line that also stands in one of them is not gone with its day."""
    going = {item.place for item in plan.items}
    items, teller = inventory(workspace, plan.day).items, PlaceTeller(workspace)
    return [item.place for item in items if item.dataset == "delivered_files" and teller.told(item.place) not in going]


def _item(planned: Planned) -> Item:
    key = planned.keys[0] if planned.keys else None
    return Item(planned.dataset, planned.kind, planned.place, planned.day, planned.count, planned.bytes, key=key)


def remove_small_cells(workspace: Workspace, items: Sequence[Planned]) -> int:
    """Swap in a warehouse without the small cells that are planned; return how many went."""
    home, k = workspace.home, workspace.policy.fewest_people
    cells = [cell_of(item.place) for item in items]
    return remove_cells(home.warehouse, home.staging, k, cells)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.exists():
        remove(path)
