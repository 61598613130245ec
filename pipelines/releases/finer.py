"""Which rows a row consists of: a longer period of its days and weeks, or of those of its dimension's table; a total of parts."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.policy.publication import PartsOf, Publication, PublishedTable
from pipelines.releases.marts import SEPARATOR


@dataclass(frozen=True, slots=True)
class Finer:
    """A table of days of which rows of a longer period are made; with `only`, of those values of the first dimension."""

    days: str
    only: tuple[str, ...] = ()
    is_named: bool = True
    """Whether the days name the value of the first dimension too; else they hold one of them, and their value is the rest."""
    by_weekday: bool = False
    """Whether the value in the longer period is the weekday of a day."""

    def has(self, row: str) -> str:
        """Return the SQL of whether a row (an alias) of the longer period, or of weeks in it, is made of these days."""
        return has_any(row, self.only)

    def is_day(self, row: str) -> str:
        """Return the SQL of whether a row is one of these days."""
        return f"({row}.tbl = '{self.days}' AND {has_any(row, self.only) if self.is_named else 'true'})"

    def value(self, row: str) -> str:
        """Return the SQL of the value that a day's row has in the longer period."""
        if self.by_weekday:
            return f"isodow({row}.period)::VARCHAR"
        return f"{row}.value" if self.is_named else f"('{self.only[0]}' || {SEPARATOR} || {row}.value)"


def has_any(row: str, only: tuple[str, ...]) -> str:
    """Return the SQL of whether the first dimension of a row is one of `only`; any is, when there are none."""
    listed = " OR ".join(f"starts_with({row}.value, '{value}' || {SEPARATOR})" for value in only)
    return f"({listed or 'true'})"


def named_totals(publication: Publication, part: PartsOf) -> tuple[str, ...]:
    """Return the value of the first dimension that the totals of parts have, none where their table has no such dimension."""
    return (part.under,) if part.under and len(publication.tables[part.table].dimensions) > 1 else ()


def value_of_total(publication: Publication, part: PartsOf, row: str) -> str:
    """Return the SQL of the value of the row that a part (an alias) adds up to."""
    named = "".join(f"'{value}' || {SEPARATOR} || " for value in named_totals(publication, part))
    return f"({named}{row}.grp)" if part.under else "''"


def finer_of(table: PublishedTable, tables: dict[str, PublishedTable]) -> Iterator[Finer]:
    """Yield the tables of days that the rows of a table are made of, none for a table that is made of none."""
    if table.days is None or isinstance(table.days, str):
        yield from () if table.days is None else (Finer(table.days, by_weekday=table.by_weekday),)
        return
    named: dict[str, list[str]] = {}
    for value, days in table.days.items():
        if tables[days].dimensions == table.dimensions:
            named.setdefault(days, []).append(value)
        else:
            yield Finer(days, (value,), is_named=False)
    for days, values in named.items():
        yield Finer(days, tuple(values))
