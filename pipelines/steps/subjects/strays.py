"""Files that lie where a store keeps its own and that the store does not know: somebody put them there by hand."""

from functools import cached_property

from pipelines.rights.double_sign_ups import FILE_NAME as SIGN_UPS_FILE
from pipelines.rights.sealed import FOLDERS, ONE_YEAR
from pipelines.steps.day_files import read_day_states
from pipelines.steps.linked import linked_folder
from pipelines.steps.retention.inventory.known import Known, known_to
from pipelines.steps.retention.inventory.places import Store
from pipelines.steps.workspace import Workspace

BY_HAND = frozenset({Store.SEGMENT, Store.TABLE, Store.EVENTS, Store.SEALED, Store.ACCESS})
"""Stores whose unknown files count as staged: nothing is derived from them, no law keeps a second copy, and they go whole."""


class Stock:
    """What the stores of a home know of, read once. Call it only while holding the home."""

    def __init__(self, workspace: Workspace) -> None:
        """Name the home; nothing is read before it is asked for."""
        self._workspace = workspace

    def is_stray(self, place: str, store: Store) -> bool:
        """Say whether a file in the place of `store` is none of its own: no ledger, pointer, chain or day's state names it."""
        match store:
            case Store.TABLE:
                pointer = self._workspace.registry.pointer(place.split("/")[1])
                return pointer is None or place != f"registry/{pointer.file}"
            case Store.SEGMENT:
                return place not in self._known.segments
            case Store.EVENTS:
                return place not in self._days
            case Store.SEALED:
                return place not in self._sealed
            case Store.ACCESS:
                return place not in self._months
        return False

    @cached_property
    def _known(self) -> Known:
        return known_to(self._workspace)

    @cached_property
    def _days(self) -> set[str]:
        """The days of events that are complete, with the states that say so."""
        home, found = self._workspace.home, set[str]()
        for folder in (home.events, linked_folder(self._workspace)):
            for state in read_day_states(folder).values():
                path = (folder / state.file_name).relative_to(home.root)
                found |= {path.as_posix(), path.with_suffix(".json").as_posix()}
        return found

    @cached_property
    def _sealed(self) -> set[str]:
        """The sealed objects, and the sign-ups beside those of each day of leaving."""
        days = {place.split("/")[2] for place in self._known.sealed if place.startswith(f"sealed/{FOLDERS[ONE_YEAR]}/")}
        return {*self._known.sealed, *(f"sealed/{FOLDERS[ONE_YEAR]}/{day}/{SIGN_UPS_FILE}" for day in days)}

    @cached_property
    def _months(self) -> set[str]:
        months = self._workspace.access_records.known_months()
        return {f"ledger/access/{month.isoformat()}.sealed" for month in months}
