"""The state beside each day's events: what they were derived from, so that a day is built again only when that changed."""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.storage.atomic import write_json
from pipelines.warehouse.rebuilding import EVENTS


@dataclass(frozen=True)
class DayState:
    """One day's events file: the fingerprint of its inputs, its rows, its key's name, and whom its lines speak of.

    `people` counts each line once, by what is decided about its person; `cookies` counts what the lines' cookies showed.
    `derived_on` is the Asia/Seoul day on which it was derived, as YYYY-MM-DD; none in a state of before that was written.
    """

    day: date
    fingerprint: str
    rows: int
    key: str
    people: dict[str, int]
    cookies: dict[str, int] = field(default_factory=dict)
    derived_on: str | None = None
    figures_of: str | None = None
    """Fingerprint of the events that the warehouse's figures stand on; set when rows of ended links went, and figures stay."""
    figures_rows: int | None = None
    """How many events these were; set with `figures_of`."""

    @property
    def figures(self) -> str:
        """Fingerprint of the events that the figures of the day rest on."""
        return self.figures_of or self.fingerprint

    @property
    def counted_rows(self) -> int:
        """How many events the figures of the day rest on."""
        return self.rows if self.figures_rows is None else self.figures_rows

    @property
    def file_name(self) -> str:
        """Name of the encrypted Parquet file."""
        return f"{self.day.isoformat()}.parquet"


LINKED_EVENTS = "linked_events_pseudonymised"
LINKED = "linked"
"""The folder below the events' that holds those of the linked services, with states of the same kind."""


def write_day_state(folder: Path, state: DayState) -> None:
    """Write the state beside the day's file; done last, it makes the day complete."""
    write_json(folder / f"{state.day.isoformat()}.json", {**state.__dict__, "day": state.day.isoformat()})


def read_day_states(folder: Path) -> dict[date, DayState]:
    """Return the states of the days that are complete, in order: those whose file is there."""
    states = {}
    for file in sorted(folder.glob("????-??-??.json")):
        body = json.loads(file.read_bytes())
        state = DayState(**{**body, "day": date.fromisoformat(body["day"])})
        if (folder / state.file_name).exists():
            states[state.day] = state
    return states


def built_from(events_folder: Path) -> dict[date, dict[str, str]]:
    """Return, for each day with events of any kind, the fingerprint of each kind that the warehouse's figures of it rest on."""
    rests: dict[date, dict[str, str]] = {}
    for kind, folder in ((EVENTS, events_folder), (LINKED_EVENTS, events_folder / LINKED)):
        for day, state in read_day_states(folder).items():
            rests.setdefault(day, {})[kind] = state.figures
    return rests
