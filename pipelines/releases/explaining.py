"""Why rows are not shown, for analysts: from what the gate remembers of its decisions, nothing of which is in a release."""

from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.releases.memory import Memory

_REST = "chr(30)"
"""How the value begins of what a total holds beyond its parts, whose events were destroyed."""


@dataclass(frozen=True)
class Explained:
    """A row of a published table: its period, its dimensions in one text, and why it is hidden (None: it is shown).

    `release` is the running number of the release that decided.
    """

    table: str
    first_day: date
    value: str
    reason: str | None
    release: int


UNKNOWN = "unknown"
"""The reason of a row that was hidden before reasons were kept."""


def explain(
    memory: Memory, work: duckdb.DuckDBPyConnection, partner: str, table: str | None, first: date, last: date
) -> list[Explained]:
    """Return the rows of a partner's periods that begin from `first` to `last`, in order, of one table or of all.

    Nobody is behind a row that was never remembered, so it is none of them. Raises DamagedError when the memory is damaged.
    """
    memory.verify()
    found = work.execute(
        f"SELECT tbl, period, replace(replace(value, {_REST}, '(rest) '), chr(31), ' / ') AS value, "  # noqa: S608 -- own SQL
        f"if(arg_max(is_hidden, release), coalesce(arg_min(reason, release), '{UNKNOWN}'), NULL), min(release) "
        f"FROM ({memory.scan(())}) WHERE partner = $partner AND ($table IS NULL OR tbl = $table) "
        "AND period BETWEEN $first AND $last GROUP BY ALL ORDER BY ALL",
        {"partner": partner, "table": table, "first": first, "last": last},
    ).fetchall()
    return [Explained(*row) for row in found]
