"""One partner's file of one release: its tables, its closed periods, what it says of itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import duckdb

from dashboard.periods import KINDS, Closed

Figure = int | float | None
"""A number that is shown, or None."""


Known = dict[tuple[str, tuple[tuple[str, object], ...]], list[tuple[Any, ...]]]
"""Answers by SELECT and values."""
_REMEMBERED_ROWS, _REMEMBERED_ANSWERS = 500, 200
"""Of one file: enough for the pages of a few periods; whole tables are read anew."""


@dataclass(frozen=True)
class Restatement:
    """A figure that was corrected after it had been published: before, after, and why."""

    table: str
    kind: str
    first: date
    dimensions: str
    measure: str
    before: int | None
    after: int | None
    reason: str
    day: date


class Figures:
    """A partner's file, read through one connection; not for more than one thread."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, known: Known | None = None) -> None:
        """Keep the connection, the caller's to close; `known` are earlier answers of the same file, which never changes."""
        self._connection = connection
        self._known = {} if known is None else known

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of one SELECT; values go in as `$name` and never into its text."""
        given = dict(parameters or {})
        key = (sql, tuple(sorted(given.items(), key=lambda item: item[0])))
        answer = self._known.get(key)
        if answer is None:
            answer = self._connection.execute(sql, given).fetchall()
            if len(answer) <= _REMEMBERED_ROWS and len(self._known) < _REMEMBERED_ANSWERS:
                self._known[key] = answer
        return answer

    @cached_property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """The columns of each table, in order."""
        found: dict[str, list[str]] = {}
        query = (
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index"
        )
        for table, column in self.rows(query):
            found.setdefault(table, []).append(column)
        return found

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
        rows = self.rows("SELECT period_kind, first_day FROM closed_periods ORDER BY ALL")
        return Closed({kind: [day for found, day in rows if found == kind] for kind in KINDS})

    def restatements(self, limit: int = 100) -> list[Restatement]:
        """Return what was corrected, the newest first."""
        rows = self.rows(
            "SELECT table_name, period_kind, first_day, dimensions, measure, before, after, reason, restated_day "
            "FROM restatements ORDER BY restated_day DESC, first_day DESC, table_name, dimensions, measure LIMIT $limit",
            {"limit": limit},
        )
        return [Restatement(*row) for row in rows]
