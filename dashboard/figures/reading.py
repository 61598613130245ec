"""One partner's file of one release: its tables, its closed periods, what it says of itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb

from dashboard.answers import Answers, Rows
from dashboard.periods import KINDS, Closed

Figure = int | float | None
"""A number that is shown, or None."""


@dataclass(frozen=True)
class Restatement:
    """A figure that was corrected after it had been published: before, after, for how many people, and why."""

    table: str
    kind: str
    first: date
    dimensions: str
    measure: str
    before: int | None
    after: int | None
    people_changed: str | None
    """How many people changed it at least, as a class in words."""
    reason: str
    day: date


@dataclass(frozen=True)
class Opened:
    """A partner's file that was opened: a connection of the reader's own, the columns of its tables, earlier answers of it."""

    connection: duckdb.DuckDBPyConnection
    columns: Mapping[str, Sequence[str]]
    answers: Answers


class Figures:
    """A partner's file, opened with the first question; not for more than one thread."""

    def __init__(self, opening: Callable[[], Opened]) -> None:
        """Keep how it is opened. Whoever makes this closes it."""
        self._opening = opening

    @cached_property
    def _opened(self) -> Opened:
        return self._opening()

    def close(self) -> None:
        """Close the connection, if anything was asked."""
        if "_opened" in self.__dict__:
            self._opened.connection.close()

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> Rows:
        """Return the rows of one SELECT; values go in as `$name` and never into its text. Raises DamagedError."""
        given = dict(parameters or {})
        question = (sql, tuple(sorted(given.items(), key=lambda item: item[0])))
        answer = self._opened.answers.get(question)
        if answer is None:
            answer = self._opened.connection.execute(sql, given).fetchall()
            self._opened.answers.keep(question, answer)
        return answer

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of each table, in order."""
        return self._opened.columns

    def has(self, table: str, *columns: str) -> bool:
        """Say whether the file has a table with these columns: an older release may lack it."""
        return set(columns) <= set(self.columns.get(table, ())) and table in self.columns

    @cached_property
    def policy_version(self) -> str | None:
        """The version of the policy it was published under, None when the file does not say."""
        found = self.rows("SELECT policy_version FROM release")
        return str(found[-1][0]) if found else None

    @cached_property
    def closed(self) -> Closed:
        """The periods that closed."""
        rows = self.rows("SELECT period_kind, first_day FROM closed_periods")
        return Closed({kind: sorted(day for found, day in rows if found == kind) for kind in KINDS})

    def restatements(self, limit: int = 100) -> list[Restatement]:
        """Return what was corrected, the newest first and no more than `limit`; `count_of_restatements` counts all."""
        rows = self.rows(
            "SELECT table_name, period_kind, first_day, dimensions, measure, before, after, people_changed, reason, "
            "restated_day "
            "FROM restatements ORDER BY restated_day DESC, first_day DESC, table_name, dimensions, measure LIMIT $limit",
            {"limit": limit},
        )
        return [Restatement(*row) for row in rows]

    def count_of_restatements(self) -> int:
        """Return how many figures were corrected in all."""
        return int(self.rows("SELECT count(*) FROM restatements")[0][0])
