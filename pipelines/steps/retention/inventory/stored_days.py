"""Stores that are destroyed by whole days or months: vault and quarantine, events, sealed objects, access records."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines.retention.items import Item, Kind
from pipelines.rights.sealed import ONE_YEAR
from pipelines.steps.day_files import DayState, read_day_states
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory.places import SIGN_UPS, Found
from pipelines.steps.retention.inventory.view import View

_RESTS_ON = {"events": "access_logs", "linked_events_pseudonymised": "linked_events"}


def segment(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a segment; the ledger knows it, or it was left by a crash or put there."""
    known = view.known.segments.get(file.place)
    item = _item(file, found, view)
    return replace(item, is_known=False) if known is None else replace(item, count=known.lines, key=known.key)


class EventDays:
    """The day files of events: a file and the state beside it make a day that is complete."""

    def __init__(self, view: View) -> None:
        """Read the states; where one cannot be read no day of its folder is known, and that is a fault."""
        events = view.workspace.home.events
        folders = {"events": events, "linked_events_pseudonymised": events / "linked"}
        self._view = view
        self._states = {dataset: _states(folder, view) for dataset, folder in folders.items()}

    def item(self, file: OnDisk, found: Found) -> Item:
        """Return the item of a day's file or state; known are complete days on which the vault's ledger has lines."""
        state: DayState | None = self._states[found.dataset].get(found.day)
        item = _item(file, found, self._view)
        if state is None or found.day not in self._view.known.days.get(_RESTS_ON[found.dataset], ()):
            return replace(item, is_known=False)
        return replace(item, count=state.rows if file.place.endswith(".parquet") else 0, key=state.key)


def _states(folder: Path, view: View) -> dict[date, DayState]:
    try:
        return read_day_states(folder)
    except (ValueError, TypeError, KeyError):
        view.faults.append(f"{folder.name}: the state of a day cannot be read")
        return {}


def sealed(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a sealed object, or of the digests that tell double sign-ups of one day."""
    if found.dataset == SIGN_UPS:
        item = replace(_item(file, found, view), key=view.day_keys.get((ONE_YEAR, found.day)))
        return replace(item, is_known=item.key is not None)
    known = view.known.sealed.get(file.place)
    item = replace(_item(file, found, view), key=None)
    return replace(item, is_known=False) if known is None else replace(item, count=1, key=known.key)


def access_month(file: OnDisk, found: Found, view: View) -> Item:
    """Return the item of a month of access records, which goes when the period of its first day ends."""
    item = _item(file, found, view)
    return replace(item, is_known=item.key is not None and found.day.day == 1)


def _item(file: OnDisk, found: Found, view: View) -> Item:
    key = view.day_keys.get((found.dataset, found.day))
    return Item(found.dataset, Kind.FILE, file.place, found.day, bytes=file.stamp[0], key=key)
