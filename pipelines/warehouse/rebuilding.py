"""Which days of the warehouse are rebuilt, and which stand as they are: the one place that decides it.

A day rests on the events of each kind that it was built from and on the text of the models. It depends on its neighbours too: a
visit may have begun on the day before, and may go on into the day after. Once one of these is gone, the figures of the day could
only become wrong, so they stand; and with them those of the week and the month that it lies in.
"""

from collections.abc import Collection, Mapping
from datetime import date

from pipelines.warehouse.periods import DAY, PERIODS

EVENTS, MODELS = "events", "models"
Rests = Mapping[str, str]
"""What a day was or would be built from: by the kind of its events (a table of the source) their digest, and MODELS."""


def standing_days(built: Mapping[date, Rests], present: Mapping[date, Collection[str]]) -> frozenset[date]:
    """Return the days built whose figures stand: a kind of their events is gone, or the web events of a day beside them are.

    `present` gives the kinds of events there are now, by day. A day that was never built does not stand, whatever lies beside it.
    """
    gone = {day: rests.keys() - {MODELS} - set(present.get(day, ())) for day, rests in built.items()}
    beside = {day + shift for day, kinds in gone.items() if EVENTS in kinds for shift in (-DAY, DAY)}
    return frozenset(day for day, kinds in gone.items() if kinds or day in beside)


def days_to_rebuild(built: Mapping[date, Rests], present: Mapping[date, Rests]) -> list[date]:
    """Return the days that rest on something else than they were built from, and their neighbours; none that stands.

    A day that stands has no part in it: what comes late for it is in no figure, neither its own nor its neighbours'.
    """
    standing = standing_days(built, present)
    changed = [day for day, rests in present.items() if day not in standing and built.get(day) != rests]
    touched = {day + shift for day in changed for shift in (-DAY, 0 * DAY, DAY)}
    return sorted(touched & present.keys() - standing)


def outdated_days(built: Mapping[date, Rests], present: Mapping[date, Rests]) -> frozenset[date]:
    """Return the days that stand although what they were built from is gone or has changed: their events tell other figures."""
    return frozenset(day for day in standing_days(built, present) if built[day] != present.get(day))


def whole_periods(
    period: str, built: Mapping[date, Rests], present: Mapping[date, Collection[str]]
) -> tuple[date, ...]:
    """Return the first days of the weeks or months of which no day stands, in order: what their days tell, they tell too."""
    first_day = PERIODS[period]
    standing = {first_day(day) for day in standing_days(built, present)}
    return tuple(sorted({first_day(day) for day in built} - standing))
