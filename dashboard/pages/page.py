"""What pages have in common: how figures change, how a breakdown becomes a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import words
from dashboard.asking import Asked, settings_of
from dashboard.figures.breakdowns import Part, breakdown
from dashboard.figures.reading import Figure
from dashboard.periods import KINDS, RANGE, Compare, Period
from dashboard.rendering import link
from dashboard.tables import Cell, Column, Kind, Table

N_ = words.marked
Content = Callable[[Asked], Mapping[str, Any]]
_LISTED_PERIODS = 24
WORDED = frozenset({"device", "device_os", "feature", "referrer", "content_type"})
"""Dimensions whose values are codes with words."""


@dataclass(frozen=True)
class Page:
    """A page: its name in links to exports, its path, its title, its template, and what it shows."""

    name: str
    path: str
    title: str
    template: str
    content: Content
    is_listed: bool = True
    """Whether it stands in the navigation."""


def change(now: Figure, then: Figure) -> float | None:
    """Return by what fraction a figure changed, None unless both are shown and there was something before."""
    return (now - then) / then if now is not None and then else None


def breakdown_table(asked: Asked, dimension: str, *, path: str = "") -> Table:
    """Return the values of a dimension in the period, each with its share and with what it was in the compared period."""
    now = breakdown(asked.figures, dimension, asked.period)
    total = asked.usage["visits" if dimension in {"entry_page", "exit_page"} else "page_views"]
    then = breakdown(asked.figures, dimension, asked.compared) if asked.compared is not None else []
    before = {part.value: part.page_views for part in then}
    kind: Kind = "word" if dimension in WORDED else "text"
    columns = [
        Column(dimension, words.DIMENSIONS.get(dimension, dimension), kind, link=path),
        Column("page_views", words.MEASURES["page_views"], drawn=True),
        *([Column("share", N_("Share"), "share", is_aside=True)] if total else []),
    ]
    is_compared = any(figure is not None for figure in before.values())
    if is_compared:
        columns += [
            Column("page_views_compared", N_("Before"), is_aside=True),
            Column("change", N_("Change"), "change"),
        ]
    comparable = whole(then)
    rows = [_row(part, total, before, comparable, is_compared=is_compared) for part in now]
    return Table(dimension, words.DIMENSIONS.get(dimension, dimension), columns, rows, notes=left_out_notes(asked, now))


def left_out_notes(asked: Asked, parts: Sequence[Part]) -> list[str]:
    """Return what to mind about sums over days of which some are not shown."""
    if asked.period.is_range and any(part.days_left_out for part in parts):
        return [N_("Own range: sums of the days whose figures are shown. A day that is not shown is not in them.")]
    return []


def whole(parts: Sequence[Part]) -> Mapping[str, Figure]:
    """Return the page views of values of which no day is left out: only those can be compared with."""
    return {part.value: part.page_views for part in parts if not part.days_left_out}


def _row(
    part: Part, total: Figure, before: Mapping[str, Figure], comparable: Mapping[str, Figure], *, is_compared: bool
) -> list[Cell]:
    views, then = part.page_views, before.get(part.value)
    changed = None if part.days_left_out else change(views, comparable.get(part.value))
    share: list[Cell] = [views / total if views is not None else None] if total else []
    return [part.value, views, *share, *([then, changed] if is_compared else [])]


def picker(asked: Asked) -> dict[str, Any]:
    """Return what the picker of periods offers: the ones beside, those of the same kind, the other kinds, comparisons."""
    closed, period = asked.figures.closed, asked.period
    earlier, later = (None, None) if period.is_range else closed.beside(period)
    kind = "day" if period.is_range else period.kind
    listed = [Period.of(kind, first) for first in list(closed.firsts[kind])[-_LISTED_PERIODS:]][::-1]
    if not period.is_range and period not in listed:
        listed.append(period)
    days, wished = closed.firsts["day"], asked.choice.compared()
    return {
        "earlier": earlier,
        "later": later,
        "listed_periods": [] if period.is_range else listed,
        "kinds": {each: closed.around(each, period.last) for each in KINDS},
        "range_kind": RANGE,
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        "begins_on": None if not days or days[0] <= period.first else days[0],
        "longest_range_days": settings_of(asked.request).longest_range_days,
        "comparisons": (offered := comparisons(asked)),
        "compared_words": dict(offered)[asked.choice.compare.value],
        "year_words": dict(offered)[Compare.YEAR.value],
        "wished_compare": wished,
        "part_compare": wished if wished is not None and asked.compared is None and closed.has(wished) else None,
    }


def comparisons(asked: Asked) -> list[tuple[str, str]]:
    """Return what a period can be compared with: the parameter's value and its English words."""
    before = {
        "month": N_("the month before"),
        "week": N_("the week before"),
        "day": N_("the day before"),
        RANGE: N_("as many days before"),
    }
    is_month = asked.period.kind == "month"
    year = N_("the same month a year before") if is_month else N_("52 weeks before")
    return [
        (Compare.BEFORE.value, before[asked.period.kind]),
        (Compare.YEAR.value, year),
        (Compare.NONE.value, N_("nothing")),
    ]


def link_to(asked: Asked, path: str, **changed: str | None) -> str:
    """Return a link that keeps the period and language of this request."""
    return link(asked.request, path, **changed)
