"""People: how often they come, who is new, and at which hours."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import words
from dashboard.asking import Asked
from dashboard.figures.people import HOURS, WEEKDAYS, Band, Rhythm, frequency, lengths, rhythm, staff
from dashboard.figures.usage import MEASURES, TABLES
from dashboard.pages.page import N_, Page, change
from dashboard.tables import Column, Table

STEPS = 6
"""Shades of the map of hours."""
_OF_PEOPLE = ("unique_visitors", "unique_members", "visiting_people", "new_visitors", "returning_visitors")
_QUOTIENTS = {"pages_per_visit": ("page_views", "visits"), "bounce_rate": ("bounces", "visits")}
_OF_VISITS = ("visits", "page_views", "bounces", "median_visit_seconds", "p90_visit_seconds")


def content(asked: Asked) -> Mapping[str, Any]:
    """Return frequency, new and returning, the map of hours, and the partner's own members."""
    month = asked.month
    rhythms = rhythm(asked.figures, month.first) if month is not None else Rhythm({})
    tables = [_usage(asked), _frequency(asked), _lengths(asked), _rhythm(rhythms), _staff(asked)]
    return {
        "month": month,
        "tables": {table.name: table for table in tables},
        "shades": shades(rhythms),
        "busiest": rhythms.busiest(),
    }


def shades(found: Rhythm) -> dict[tuple[int, int], int]:
    """Return a shade from 1 to `STEPS` for each shown hour, by its share of the busiest one."""
    most = max(found.visits.values(), default=0)
    return {at: max(1, -(-visits * STEPS // most)) if most else 1 for at, visits in found.visits.items()}


def is_of(asked: Asked, measure: str) -> bool:
    """Say whether figures of the kind of period that is asked for may have the measure: some are published for months only."""
    return asked.period.is_range or asked.figures.has(TABLES[asked.period.kind], measure)


def _usage(asked: Asked) -> Table:
    columns = [
        Column("measure", N_("Figure"), "word"),
        Column("now", N_("This period")),
        Column("compared", N_("Before"), is_aside=True),
        Column("change", N_("Change"), "change"),
    ]
    rows = [
        [words.MEASURES[name], now, then, change(now, then)]
        for name in (*_OF_PEOPLE, *_OF_VISITS)
        if name in MEASURES and is_of(asked, name)
        for now, then in [(asked.usage[name], asked.usage_compared[name])]
    ]
    for name, of in _QUOTIENTS.items():
        now, then = asked.usage.ratio(*of), asked.usage_compared.ratio(*of)
        rows.append([words.MEASURES[name], now, then, change(now, then)])
    return Table("usage", N_("People and visits"), columns, rows)


def _frequency(asked: Asked) -> Table:
    bands = frequency(asked.figures, asked.month.first) if asked.month is not None else []
    said = [(words.VISITS.get(band.band, band.band), band) for band in bands]
    return _bands("frequency", N_("How often people came"), N_("Visits in the month"), said)


def _lengths(asked: Asked) -> Table:
    bands = lengths(asked.figures, asked.month.first) if asked.month is not None else []
    said = [(words.SECONDS.get(band.band, band.band), band) for band in bands]
    return _bands("lengths", N_("How long people stayed"), N_("Longest visit of the month"), said)


def _bands(name: str, title: str, heading: str, bands: Sequence[tuple[str, Band]]) -> Table:
    shown = sum(band.people for _, band in bands if band.people is not None)
    columns = [
        Column("band", heading, "word"),
        Column("people", words.MEASURES["people"], drawn=True),
        Column("share", N_("Share of those shown"), "share", is_aside=True),
    ]
    rows = [
        [said, band.people, band.people / shown if band.people is not None and shown else None] for said, band in bands
    ]
    return Table(name, title, columns, rows)


def _rhythm(found: Rhythm) -> Table:
    columns = [Column("hour", N_("Hour"), "text")]
    columns += [Column(f"weekday_{day}", words.WEEKDAYS[day - 1]) for day in WEEKDAYS]
    rows = [[f"{hour:02d}:00", *(found.visits.get((day, hour)) for day in WEEKDAYS)] for hour in HOURS]
    return Table("rhythm", N_("Visits by weekday and hour"), columns, rows)


def _staff(asked: Asked) -> Table:
    found = staff(asked.figures, asked.month.first) if asked.month is not None else {}
    columns = [Column("measure", N_("Figure"), "word"), Column("now", N_("In the month"))]
    rows = [[words.MEASURES[name], found.get(name)] for name in ("active_members", "visits", "page_views")]
    return Table("staff", N_("Your own members in Partner Center"), columns, rows)


PAGE = Page("people", "/people", N_("People"), "pages/people.html", content)
