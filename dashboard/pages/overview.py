"""The overview: a partner's period in ten seconds. How many came, how that changed, and what stands out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from dashboard import words
from dashboard.asking import Asked
from dashboard.figures.breakdowns import NOTHING, breakdown
from dashboard.figures.people import Rhythm, rhythm
from dashboard.figures.reading import Figure
from dashboard.figures.usage import SUMMED, Usage, course, usage_of
from dashboard.pages.page import N_, Page, change, whole
from dashboard.periods import Period
from dashboard.tables import Column, Table
from pipelines.warehouse.semantics import Semantics

CARDS = ("unique_visitors", "visits", "page_views")
DRAWN = ("unique_visitors", "visits", "page_views")
CHANGING = ("content", "referrer", "device")
_DAYS_AROUND_A_DAY = 27
_MOST_DAYS_DRAWN = 124
_MOST_CHANGES = 3


@dataclass(frozen=True)
class Card:
    """One figure: what it is now, what it was in the compared period and a year before, with the changes."""

    measure: str
    now: Figure
    compared: Figure
    change: float | None
    year_before: Figure
    change_of_year: float | None


@dataclass(frozen=True)
class Best:
    """The value with the most page views of those shown. `is_sure`: what is not shown has fewer, even if it were one value."""

    value: str
    page_views: int
    is_sure: bool


@dataclass(frozen=True)
class Mover:
    """A value whose page views rose or fell much against the compared period."""

    dimension: str
    value: str
    now: int
    before: int

    @property
    def difference(self) -> int:
        """By how many page views it changed."""
        return self.now - self.before


def content(asked: Asked) -> Mapping[str, Any]:
    """Return the cards, the course, what changed, and what stands out."""
    cards = list(_cards(asked))
    hours = rhythm(asked.figures, asked.month.first) if asked.month is not None else Rhythm({})
    busiest = hours.busiest()
    of_month = usage_of(asked.figures, asked.month)["visits"] if asked.month is not None else None
    return {
        "cards": cards,
        "by_measure": {card.measure: card for card in cards},
        "tables": {table.name: table for table in (_figures_table(cards, asked), _course_table(asked))},
        "movers": _movers(asked),
        "best": {dimension: _best(asked, dimension) for dimension in CHANGING},
        "busiest": busiest,
        "is_busiest_sure": busiest is not None
        and _is_most(hours.visits[busiest], list(hours.visits.values()), of_month),
        "busiest_month": asked.month,
        "units": _units(asked),
    }


def _units(asked: Asked) -> Mapping[str, str]:
    """Return what Korean puts behind each figure; English needs nothing."""
    measures = cast("Semantics", asked.request.app.state.semantics).measures
    return {name: found.unit_ko if asked.texts.language == "ko" else "" for name, found in measures.items()}


def _cards(asked: Asked) -> Iterator[Card]:
    before = asked.period.year_before()
    year = usage_of(asked.figures, before) if asked.figures.closed.is_whole(before) else None
    for measure in ("visits", "page_views", "bounces") if asked.period.is_range else CARDS:
        now, then = asked.usage[measure], asked.usage_compared[measure]
        of_year = year[measure] if year is not None else None
        changed, of_a_year = (
            _change(asked.usage, other, measure) for other in (asked.usage_compared, year or Usage({}))
        )
        yield Card(measure, now, then, changed, of_year, of_a_year)


def _change(now: Usage, then: Usage, measure: str) -> float | None:
    """Return how a measure changed; None where days of a range are left out, since sums of other days say nothing of it."""
    return None if now.days_left_out or then.days_left_out else change(now[measure], then[measure])


def _figures_table(cards: list[Card], asked: Asked) -> Table:
    columns = [
        Column("measure", N_("Figure"), "word"),
        Column("now", N_("This period")),
        Column("compared", N_("Before")),
        Column("change", N_("Change"), "change"),
        Column("year_before", N_("A year before")),
        Column("change_of_year", N_("Change in a year"), "change"),
    ]
    rows = [
        [words.MEASURES[card.measure], card.now, card.compared, card.change, card.year_before, card.change_of_year]
        for card in cards
    ]
    notes = []
    if asked.period.is_range:
        notes.append(N_("Visitors and people are not in own ranges: who came on two days would count twice."))
    return Table("figures", N_("Figures"), columns, rows, notes=notes)


def _course_table(asked: Asked) -> Table:
    period = asked.period
    kind = "day" if period.days <= _MOST_DAYS_DRAWN else "month"
    first = period.first - timedelta(days=_DAYS_AROUND_A_DAY) if period.kind == "day" else period.first
    now = course(asked.figures, kind, first, period.last)
    then = _course_compared(asked, kind)
    measures = [name for name in DRAWN if not period.is_range or name in SUMMED]
    columns = [Column("day", words.KINDS[kind], "day")]
    for name in measures:
        columns.append(Column(name, words.MEASURES[name], drawn=True))
    for name in measures if then else ():
        columns.append(Column(f"{name}_compared", words.MEASURES[name], drawn=True, is_dashed=True))
    rows = []
    for place, point in enumerate(now):
        beside = then[place].values if place < len(then) else {}
        rows.append(
            [point.first, *(point.values[name] for name in measures), *(beside.get(name) for name in measures if then)]
        )
    has_gap = any(cell is None for row in rows for cell in row[1 : 1 + len(measures)])
    notes = [N_("Where the line is broken, a figure is not shown, to protect people.")] if has_gap else []
    return Table("course", N_("Trend"), columns, rows, chart="line", notes=notes)


def _course_compared(asked: Asked, kind: str) -> list[Any]:
    compared: Period | None = asked.compared
    if compared is None or asked.period.kind == "day":
        return []
    return course(asked.figures, kind, compared.first, compared.last)


def _movers(asked: Asked) -> list[Mover]:
    """Return what rose and fell most, as far as both figures are shown."""
    if asked.compared is None:
        return []
    found = []
    for dimension in CHANGING:
        before = whole(breakdown(asked.figures, dimension, asked.compared))
        for part in breakdown(asked.figures, dimension, asked.period):
            then = before.get(part.value) if not part.days_left_out else None
            if part.page_views is not None and then is not None and part.page_views != then:
                found.append(Mover(dimension, part.value, int(part.page_views), int(then)))
    return sorted(found, key=lambda mover: (-abs(mover.difference), mover.value))[: 2 * _MOST_CHANGES]


def _best(asked: Asked, dimension: str) -> Best | None:
    shown = [
        (part.value, int(part.page_views))
        for part in breakdown(asked.figures, dimension, asked.period)
        if part.page_views
    ]
    named = [(value, views) for value, views in shown if value != NOTHING]
    if not named:
        return None
    value, views = named[0]
    total = asked.usage["page_views"] if not asked.usage.days_left_out else None
    return Best(value, views, _is_most(views, [seen for _, seen in shown], total))


def _is_most(most: int, shown: Sequence[int], total: Figure) -> bool:
    """Say whether nothing that is not shown can be more than the most of what is: all of it together is less."""
    return total is not None and total - sum(shown) < most


PAGE = Page("overview", "/", N_("Overview"), "pages/overview.html", content)
