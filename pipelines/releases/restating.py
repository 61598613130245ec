"""Late lines: which closed units are restated, and which are left as they were published.

A unit is all that was published of one partner's day, week or month. It is restated only when every shown row that changed
rose, on k more people or more (the rise of the count is the least number of people who changed), and when what is left of
every total beside its shown parts stayed, or rose on k people or more as well. A fall (an erasure) restates nothing. Else the
unit stands as published and is counted as left.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.policy.publication import Publication
from pipelines.releases import marts
from pipelines.releases.closing import KINDS, first_of
from pipelines.releases.comparing import compare
from pipelines.releases.marts import counted
from pipelines.releases.masking import rounded
from pipelines.releases.memory import Memory, schema, width_column

LATE_LINES = "late lines"
_STEPS = "[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]"
_CHANGES = (
    "partner VARCHAR, table_name VARCHAR, period_kind VARCHAR, first_day DATE, dimensions VARCHAR, measure VARCHAR, "
    "before BIGINT, after BIGINT, people_changed VARCHAR, reason VARCHAR"
)


@dataclass(frozen=True)
class Restating:
    """Published days whose statistics were built anew from something else since a release last looked at them."""

    days: tuple[date, ...] = ()
    published: Mapping[str, Collection[date]] = field(default_factory=dict)
    """Every published period, by kind."""

    @classmethod
    def of(cls, memory: Memory, built: Mapping[date, str]) -> "Restating":
        """Compare what days were published from with what they are built from now."""
        known = memory.inputs()
        days = sorted(day for day, digest in built.items() if day in known and known[day] != digest)
        return cls(tuple(days), memory.published() if days else {})

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.days)

    def looked_at(self, new: Collection[date], built: Mapping[date, str]) -> dict[date, str]:
        """Return what is to be remembered of the days that a release looked at."""
        return {day: built.get(day, "") for day in sorted({*new, *self.days})}

    def periods(self, kind: str) -> list[date]:
        """Return the published periods of a kind that the days lie in."""
        return sorted({first_of(kind, day) for day in self.days} & set(self.published.get(kind, ())))


@dataclass
class Restated:
    """What is restated of some partners: `cells` to remember, `shown` rows by table for files, `changes` told to readers."""

    cells: pa.Table
    shown: dict[str, pa.Table] = field(default_factory=dict)
    changes: pa.Table | None = None
    units: int = 0
    left: int = 0
    inputs: list[tuple[str, str]] = field(default_factory=list)
    """Each table that was read, with the digest of its rows: what was compared, whether or not anything is restated."""

    def partners(self) -> frozenset[str]:
        """Return the partners with a restated unit."""
        return frozenset(self.cells["partner"].to_pylist())

    def told(self, release: str, day: date) -> pa.Table | None:
        """Return the list of restatements for files, as of a release and the Asia/Seoul day it is made on; None without any."""
        if self.changes is None or not len(self.changes):
            return None
        count = len(self.changes)
        dated = self.changes.append_column("restated_day", pa.array([day] * count, pa.date32()))
        return dated.append_column("release_id", pa.array([release] * count, pa.string()))


def restate(
    warehouse: duckdb.DuckDBPyConnection,
    work: duckdb.DuckDBPyConnection,
    memory: str,
    publication: Publication,
    partners: Sequence[str],
    restating: Restating,
    *,
    number: int,
) -> Restated:
    """Judge the published units of `partners` that changed days lie in, days first; `number` is the release's own.

    Returns what is restated: of a unit either all that changed, or nothing.
    """
    done = Restated(schema(counted(publication)).empty_table())
    if not restating:
        return done
    work.execute(f"CREATE OR REPLACE TEMP TABLE changes ({_CHANGES})")
    for kind in KINDS:
        periods = restating.periods(kind)
        if not periods:
            continue
        now = marts.read(warehouse, publication, {kind: periods}, partners)
        done.inputs += [(name, marts.digest(rows)) for name, rows in now.items()]
        compare(work, memory, publication, partners, (kind, periods), now, done.cells)
        row = work.execute(
            "SELECT count(*) FILTER (may_be_restated), count(*) FILTER (NOT may_be_restated) FROM judged"
        ).fetchone()
        restated, left = row or (0, 0)
        done.units, done.left = done.units + restated, done.left + left
        if restated:
            _take(work, publication, now, done, number)
    done.changes = work.execute("SELECT * FROM changes ORDER BY ALL").to_arrow_table()
    return done


def _take(
    work: duckdb.DuckDBPyConnection, publication: Publication, now: Mapping[str, pa.Table], done: Restated, number: int
) -> None:
    """Take the restated units over from `compared`."""
    work.execute(
        "CREATE OR REPLACE TEMP TABLE taken AS FROM compared SEMI JOIN (FROM judged WHERE may_be_restated) u "
        "USING (partner, kind, period)"
    )
    done.cells = pa.concat_tables([done.cells, _versions(work, publication, number)])
    for name, rows in now.items():
        done.shown[name] = _shown(work, publication, name, rows)
        for measure in publication.tables[name].restated:
            _tell(work, publication, name, measure)


def _versions(work: duckdb.DuckDBPyConnection, publication: Publication, number: int) -> pa.Table:
    """Return new versions of the shown rows that changed, and of every hidden row beside them, whose value may have."""
    measures = counted(publication)
    columns = [
        f"partner, tbl, kind, period, value, grp, {number} AS release, is_hidden",
        "if(is_hidden, coalesce(now_persons, 0) >= threshold, rests_on_k) AS rests_on_k",
        "if(is_hidden, NULL, now_persons) AS persons, NULL::VARCHAR AS reason",
        *(f"if(is_hidden OR was_{name} IS NULL, NULL, now_{name}) AS {name}" for name in measures),
        *(width_column(name) for name in measures),
    ]
    found = work.execute(
        f"SELECT {', '.join(columns)} FROM taken WHERE is_hidden OR is_changed ORDER BY partner, tbl, period, value"  # noqa: S608
    )
    return found.to_arrow_table().cast(schema(measures))


def _shown(work: duckdb.DuckDBPyConnection, publication: Publication, name: str, rows: pa.Table) -> pa.Table:
    """Return the changed shown rows of a table with the new values of what is restated, for files."""
    table = publication.tables[name]
    work.register("now_rows", rows)
    values = [f'c.now_{measure} AS "{measure}"' for measure in table.restated]
    dimensions = [f'n."{marts.DIMENSION}{column}" AS "{column}"' for column in table.dimensions]
    found = work.execute(
        f"SELECT c.partner, c.period, {', '.join([*dimensions, *values])} FROM taken c JOIN now_rows n "  # noqa: S608
        f"ON n.partner = c.partner AND n.tbl = c.tbl AND n.period = c.period AND n.value = c.value "
        f"WHERE c.tbl = '{name}' AND c.is_changed ORDER BY ALL"
    ).to_arrow_table()
    return _as_published(found, table.restated, publication.rounding_of(name))


def _tell(work: duckdb.DuckDBPyConnection, publication: Publication, name: str, measure: str) -> None:
    """Add what readers are told of one measure: before, after, how many people changed (as a class), why.

    Both are rounded as the files are; what is the same in both is not told.
    """
    threshold = publication.threshold_of(name)
    people = f"list_max(list_filter({_STEPS}, lambda step: step * {threshold} <= now_persons - persons)) * {threshold}"
    found = work.execute(
        "SELECT partner, tbl, kind, period, replace(value, chr(31), ' / ') AS dimensions, "  # noqa: S608
        f"'{measure}' AS measure, was_{measure} AS before, now_{measure} AS after, ({people})::VARCHAR || ' or more' AS people, "
        f"'{LATE_LINES}' AS reason FROM taken WHERE tbl = '{name}' AND is_changed AND was_{measure} IS NOT NULL"
    ).to_arrow_table()
    work.register("told", _as_published(found, ("before", "after"), publication.rounding_of(name)))
    work.execute("INSERT INTO changes SELECT * FROM told WHERE before IS DISTINCT FROM after")


def _as_published(rows: pa.Table, columns: Sequence[str], base: int | None) -> pa.Table:
    """Return rows with these columns as partners see them: rounded, where the policy says so."""
    for column in columns if base is not None else ():
        values = np.asarray(rows[column].fill_null(0).to_numpy(), dtype=np.int64)
        given = pa.array(rounded(values, base or 1), mask=np.asarray(rows[column].is_null().to_numpy(), dtype=np.bool_))
        rows = rows.set_column(rows.column_names.index(column), column, given)
    return rows
