"""The inventory: every file below the home and the keys' folder as items of the policy's datasets. Nothing is skipped."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipelines.retention.items import Item, Kind
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.inventory import made, others, stored_days
from pipelines.steps.retention.inventory.cells import cell_items
from pipelines.steps.retention.inventory.keys import key_items
from pipelines.steps.retention.inventory.known import known_to
from pipelines.steps.retention.inventory.places import KEYS, Found, Store, path_of, place_of
from pipelines.steps.retention.inventory.stored_days import EventDays
from pipelines.steps.retention.inventory.tables import VISITS, Tables, superseded
from pipelines.steps.retention.inventory.view import Run, Runs, View, policy_on, standing_file
from pipelines.steps.workspace import Workspace

__all__ = ["Inventory", "Run", "Runs", "digested", "inventory", "policy_on", "tables_on"]


@dataclass(frozen=True)
class Inventory:
    """What was on disk at one look: `items` in order of place, and in `faults` what could not be read, in sentences."""

    items: list[Item]
    faults: list[str]
    members: int
    """How many members the registry has; floors may depend on it."""


def inventory(workspace: Workspace, today: date, runs: Runs | None = None) -> Inventory:
    """Look at everything on disk; call it only while holding the home, or what comes and goes meanwhile is seen by halves.

    `runs` lists the runs of the orchestrator, which this package does not know. Digests of files are left out (see `digested`),
    those of rows are there. Raises OSError for a folder that cannot be listed, DamagedError for a ledger that cannot be read: a
    look that failed is not an empty one.
    """
    view = _view(workspace, today, runs)
    files = [named(file) for file in files_below({"": workspace.home.root, "keys": workspace.settings.key_folder})]
    found = [(file, place_of(file.place)) for file in files]
    visits = [place.day for _, place in found if place and place.store is Store.SEGMENT and place.dataset == VISITS]
    tables = Tables(view, policy_on(workspace, today), min(visits, default=None))
    days = EventDays(view)
    items = [item for file, place in found for item in _items(file, place, view, days)]
    items += [*tables.items(), *others.runs(view), *cell_items(workspace, policy_on(workspace, today))]
    view.used.update(item.key for item in items if item.key is not None)
    items += key_items(view)
    items.sort(key=lambda item: (item.place, item.anchor or date.max, item.ends_on or date.max))
    return Inventory(items, view.faults, tables.members)


def tables_on(workspace: Workspace, today: date) -> Tables:
    """Return the registry's tables with the clocks of their rows as of `today`."""
    places = (place_of(file.place) for file in files_below({"": workspace.home.root}))
    visits = [place.day for place in places if place and place.store is Store.SEGMENT and place.dataset == VISITS]
    return Tables(_view(workspace, today, None), policy_on(workspace, today), min(visits, default=None))


def digested(workspace: Workspace, item: Item) -> Item:
    """Return `item` with the digest of its file's bytes; items of other kinds are returned as they are.

    Raises OSError when the file is gone or cannot be read.
    """
    if item.kind not in (Kind.FILE, Kind.COPY) or not item.is_present:
        return item
    path = path_of(workspace.home.root, workspace.settings.key_folder, item.place)
    if path.is_symlink():
        return replace(item, digest=hashlib.sha256(bytes(path.readlink())).hexdigest())
    with path.open("rb") as file:
        return replace(item, digest=hashlib.file_digest(file, "sha256").hexdigest())


def _view(workspace: Workspace, today: date, runs: Runs | None) -> View:
    keys = tuple(workspace.keyring.list())
    day_keys = {(info.dataset, info.day): info.name for info in keys if info.generation is None}
    by_id = None if runs is None else {run.run_id: run for run in runs()}
    holds = {hold.hold_id: hold for hold in workspace.holds.active()}
    aside = frozenset(workspace.holds.taken_aside())
    return View(workspace, today, known_to(workspace), keys, by_id, day_keys, holds, aside)


def named(file: OnDisk) -> OnDisk:
    """Tell apart a folder of the home that is called as the keys' folder is in places."""
    is_in_home = file.place.startswith(KEYS) and file.path.parts[-file.place.count("/") - 1] == "keys"
    return replace(file, place=f"./{file.place}") if is_in_home else file


def _items(file: OnDisk, place: Found | None, view: View, days: EventDays) -> list[Item]:
    """Return the items of a file: none where its content is listed in its place, as rows or as a run."""
    if place is None or file.link is not None:
        return [view.unknown(file)]
    if place.store is Store.TOMBSTONES:
        return list(others.tombstones(file, view))
    if place.store is Store.EVENTS:
        return [days.item(file, place)]
    found = _MODULES[place.store](file, place, view)
    return [] if found is None else [found]


_MODULES: Mapping[Store, Callable[[OnDisk, Found, View], Item | None]] = {
    Store.SEGMENT: stored_days.segment,
    Store.SEALED: stored_days.sealed,
    Store.ACCESS: stored_days.access_month,
    Store.TABLE: superseded,
    Store.LANDING: others.delivered,
    Store.HELD: others.held,
    Store.SAMPLE: others.sample,
    Store.RELEASE: others.release,
    Store.RUN: others.run_file,
    Store.MADE: made.made,
    Store.RECORD: made.processing_record,
    Store.UNKEPT: lambda file, place, view: view.made(file, place.dataset, is_known=False),
    Store.STANDING: lambda file, place, _view: standing_file(file, place.dataset),
}
