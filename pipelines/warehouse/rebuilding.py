"""Which days of the warehouse are rebuilt, and which stand as they are: the one place that decides it.

A day rests on the events of each kind that it was built from and on the text of the models. It depends on its neighbours too: a
visit may have begun on the day before, and may go on into the day after. Once one of these is gone, the figures of the day could
only become wrong, so they stand; and with them those of the week and the month that it lies in.

Who is new in a day, week or month rests on the days before it as well: LOOK_BACK_DAYS of them. When one of these changes, what
looks back on it is rebuilt; when one is gone, nothing stands for that, since a build then says that it does not know who is new.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from pipelines.warehouse.periods import DAY, LOOK_BACK_DAYS, PERIODS

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
    """Return the days that rest on something else than they were built from, those beside and looking back; none that stands.

    A day that stands has no part in it: what comes late for it is in no figure, neither its own nor its neighbours'.
    """
    standing = standing_days(built, present)
    changed = [day for day, rests in present.items() if day not in standing and built.get(day) != rests]
    touched = {day + shift for day in changed for shift in (-DAY, 0 * DAY, DAY)}
    web = [day for day in changed if built.get(day, {}).get(EVENTS) != present[day].get(EVENTS)]
    return sorted((touched.union(_looking_back(web, present))) & present.keys() - standing)


def gone_days(built: Mapping[date, Rests], present: Mapping[date, Collection[str]]) -> frozenset[date]:
    """Return the days that were built from web events which are there no more."""
    return frozenset(day for day, rests in built.items() if EVENTS in rests and EVENTS not in present.get(day, ()))


def _looking_back(changed: Collection[date], present: Collection[date]) -> Iterator[date]:
    """Yield the days that look back on one of `changed`, and a day of each week and month that does."""
    for day in changed:
        yield from (day + shift * DAY for shift in range(1, LOOK_BACK_DAYS + 1))
    for first_day in PERIODS.values():
        earliest = {first_day(day): day for day in sorted(present, reverse=True)}
        for first, day in earliest.items():
            if any(first - LOOK_BACK_DAYS * DAY <= each < first for each in changed):
                yield day


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
