"""A table as a page shows it and as an export writes it: one definition, so that no output says more or less than another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

Cell = str | int | float | date | None
"""None is a figure that is not shown."""
Kind = Literal["text", "word", "weekday", "day", "count", "seconds", "share", "change", "decimal"]
"""How a cell is written: `word` is a code with a translation, `share` and `change` are fractions of one."""
FIGURES = frozenset({"count", "seconds", "share", "change", "decimal"})


@dataclass(frozen=True)
class Column:
    """A column: its key in exports, its heading in English, which catalogs translate, and how its cells are written."""

    key: str
    heading: str
    kind: Kind = "count"
    drawn: bool = False
    """Whether a chart of the table may draw it."""
    is_dashed: bool = False
    """Whether a chart draws it beside the others, as what they are compared with."""
    is_aside: bool = False
    """Whether a narrow screen leaves it out: files and wider screens have it."""
    link: str = ""
    """Path, ending in a slash, below which each value of the column has a page."""

    @property
    def is_figure(self) -> bool:
        """Say whether its cells are numbers."""
        return self.kind in FIGURES


@dataclass(frozen=True)
class Table:
    """Rows of cells, as many as there are columns. `chart`: how it is drawn where a browser can."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    chart: Literal["", "line", "bar"] = ""
    notes: Sequence[str] = field(default_factory=tuple)

    @cached_property
    def largest(self) -> Sequence[float | None]:
        """The largest number of each column that is drawn, None for the others: what bars are long against."""
        return [self._largest(place) if column.drawn else None for place, column in enumerate(self.columns)]

    def _largest(self, place: int) -> float | None:
        numbers = [cell for row in self.rows for cell in [row[place]] if isinstance(cell, int | float)]
        return max(numbers, default=None)

    @property
    def is_empty(self) -> bool:
        """Say whether no figure of it is shown."""
        figures = [place for place, column in enumerate(self.columns) if column.is_figure]
        return not any(row[place] is not None for row in self.rows for place in figures)
