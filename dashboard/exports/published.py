"""The published tables of a partner's file as they are: every row, or those of some periods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboard.figures.reading import Figures
from dashboard.periods import KINDS

OF_THE_FILE = frozenset({"closed_periods", "release", "restatements"})
"""Tables that speak of the file itself and not of the partner's audience."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a published table, and whether there are more."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    has_more: bool


def published_tables(figures: Figures) -> Mapping[str, Sequence[str]]:
    """Return the published tables by name, with their columns."""
    return {
        name: columns for name, columns in figures.columns.items() if name not in OF_THE_FILE and period_of(columns)
    }


def period_of(columns: Sequence[str]) -> str | None:
    """Return the column that says of which period a row is; its name is the kind of period."""
    return next((kind for kind in KINDS if kind in columns), None)


def read(
    figures: Figures, table: str, first: date | None, last: date | None, *, limit: int | None = None, offset: int = 0
) -> Rows:
    """Return the rows of a published table whose period begins from `first` to `last`, in order. Raises KeyError."""
    columns = published_tables(figures)[table]
    kind = period_of(columns)
    listed = ", ".join(f'"{column}"' for column in columns)
    order = ", ".join(f'"{column}"' for column in [str(kind), *columns] if column in columns)
    found = figures.rows(
        f'SELECT {listed} FROM "{table}" WHERE ($first IS NULL OR {kind} >= $first::DATE) '  # noqa: S608 -- the file's own names
        f"AND ($last IS NULL OR {kind} <= $last::DATE) ORDER BY {order} LIMIT $limit OFFSET $offset",
        {"first": first, "last": last, "limit": 2**40 if limit is None else limit + 1, "offset": offset},
    )
    return Rows(columns, found[:limit], limit is not None and len(found) > limit)
