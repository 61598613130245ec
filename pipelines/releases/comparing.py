"""What was published of some units beside what the statistics say of them now, in one table in memory: `compared`.

A row for each published row of the units: `was_` and `now_` of each measure, `persons` it was published with (the least that are
in it) and `now_persons`. Longer periods are moved by what was restated of their days, and by nothing else. Measures that speak of
some of a row's people only stand as they were published (`PublishedTable.restated`).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from pipelines.policy.publication import MEMBERS, PEOPLE, Publication, PublishedTable
from pipelines.releases import weighing
from pipelines.releases.closing import days_of, first_of
from pipelines.releases.finer import Finer, finer_of
from pipelines.releases.marts import counted
from pipelines.releases.memory import width_column
from pipelines.releases.rows import first_day

_KEY = "partner, tbl, kind, period, value"


def compare(
    work: duckdb.DuckDBPyConnection,
    memory: str,
    publication: Publication,
    partners: Sequence[str],
    unit: tuple[str, Sequence[date]],
    now: Mapping[str, pa.Table],
    restated: pa.Table,
) -> None:
    """Make the table `compared` for the periods of one kind (`unit`), and `judged` with a verdict for each unit that changed.

    `now` are the marts' rows by table, `restated` the new versions of rows that this release made so far.
    """
    kind, firsts = unit
    measures = counted(publication)
    _load_versions(work, memory, partners, unit, restated)
    moved = ", ".join(f"was.{name} AS was_{name}, NULL::BIGINT AS now_{name}" for name in measures)
    work.execute(
        f"CREATE OR REPLACE TEMP TABLE compared AS SELECT {_KEY}, grp, release, is_hidden, rests_on_k, persons, "  # noqa: S608
        f"NULL::BIGINT AS now_persons, 0::BIGINT AS now_largest, 0::BIGINT AS now_second, {moved}, "
        f"{', '.join(width_column(name) for name in measures)}, 0 AS threshold, "
        "false AS is_changed, false AS is_wrong "
        "FROM versions was WHERE kind = $kind AND list_contains($firsts::DATE[], period) AND next_release IS NULL",
        {"kind": kind, "firsts": list(firsts)},
    )
    for name, rows in now.items():
        table = publication.tables[name]
        work.register("now_rows", rows)
        _take_now(work, name, table)
        finer = list(finer_of(table, dict(publication.tables)))
        for days in finer:
            _move(work, name, table, days)
        _mark(work, name, table, publication.threshold_of(name))
        weighing.mark_few(work, name, table, publication.threshold_of(name))
        weighing.mark_dominated(work, name, table, publication.dominance_of(name))
        for days in finer:
            _require_people(work, (name, table), publication.tables[days.days], days, publication.threshold_of(name))
            if table.weeks is not None:
                _require_weeks(work, name, table, days)
    _judge(work, publication, now, kind)


def _load_versions(
    work: duckdb.DuckDBPyConnection,
    memory: str,
    partners: Sequence[str],
    unit: tuple[str, Sequence[date]],
    restated: pa.Table,
) -> None:
    """Make `versions`: every version of the units' rows, of the days and weeks in them, and of the longer periods they lie in."""
    kind, firsts = unit
    days = sorted({day for first in firsts for day in days_of(kind, first)})
    longer = {f"{one}s": sorted({first_of(one, day) for day in days}) for one in ("week", "month")}
    work.register("restated_rows", restated)
    work.execute(
        f"CREATE OR REPLACE TEMP TABLE versions AS SELECT *, lead(release) OVER (PARTITION BY {_KEY} ORDER BY release) "  # noqa: S608
        f"AS next_release FROM (SELECT * FROM ({memory}) UNION ALL BY NAME FROM restated_rows) "
        "WHERE list_contains($partners::VARCHAR[], partner) AND (kind = $kind AND list_contains($firsts::DATE[], period) "
        "OR kind IN ('day', 'week') AND list_contains($days::DATE[], period) "
        "OR kind = 'week' AND list_contains($weeks::DATE[], period) "
        "OR kind = 'month' AND list_contains($months::DATE[], period))",
        {"partners": list(partners), "kind": kind, "firsts": list(firsts), "days": days, **longer},
    )


def _take_now(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable) -> None:
    given = ", ".join(
        f"now_{measure} = {f'n.{measure}' if measure in table.restated else f'was_{measure}'}"
        for measure in table.counted
    )
    work.execute(
        f"UPDATE compared c SET {given}, now_persons = n.persons, now_largest = n.largest, "  # noqa: S608
        f"now_second = n.second FROM now_rows n WHERE c.tbl = '{name}' "
        "AND n.tbl = c.tbl AND n.partner = c.partner AND n.period = c.period AND n.value = c.value"
    )


def _moved_by(kind: str, measures: Sequence[str], parts: str) -> str:
    """Return the SQL of how far the shown rows among `parts` moved since each row of `compared` was published."""
    sums = ", ".join(f"sum(coalesce(latest.{name} - d.{name}, 0)) AS {name}" for name in measures)
    return (
        f"SELECT c.partner, c.tbl, c.period, c.value, {sums} FROM compared c JOIN versions d ON d.partner = c.partner "  # noqa: S608
        f"AND {first_day(kind, 'd.period')} = c.period AND ({parts}) AND NOT d.is_hidden "
        "AND d.release <= c.release AND (d.next_release IS NULL OR d.next_release > c.release) "
        "JOIN versions latest ON latest.partner = d.partner AND latest.tbl = d.tbl AND latest.period = d.period "
        "AND latest.value = d.value AND latest.next_release IS NULL GROUP BY ALL"
    )


def _move(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, days: Finer) -> None:
    parts = f"{days.is_day('d')} AND {days.value('d')} = c.value"
    given = ", ".join(f"now_{measure} = was_{measure} + coalesce(m.{measure}, 0)" for measure in table.adds_up)
    still = ", ".join(f"now_{measure} = was_{measure}" for measure in table.adds_up)
    work.execute(f"UPDATE compared c SET {still} WHERE tbl = '{name}' AND {days.has('c')}")  # noqa: S608
    work.execute(
        f"UPDATE compared c SET {given} FROM ({_moved_by(table.period, table.adds_up, parts)}) m WHERE c.tbl = '{name}' "  # noqa: S608
        "AND m.tbl = c.tbl AND m.partner = c.partner AND m.period = c.period AND m.value = c.value"
    )


def _mark(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, threshold: int) -> None:
    """Mark shown rows that changed, and those that fell somewhere, rose on too few people, or moved what is to stand."""
    changed = " OR ".join(f"(was_{one} IS NOT NULL AND now_{one} IS DISTINCT FROM was_{one})" for one in table.counted)
    wrong = " OR ".join(f"(was_{one} IS NOT NULL AND coalesce(now_{one}, -1) < was_{one})" for one in table.counted)
    stands = [one for one in table.counted if one not in table.restated]
    wrong = " OR ".join([wrong, *(f"now_{one} > was_{one}" for one in stands)])
    work.execute(
        f"UPDATE compared SET threshold = {threshold}, is_changed = NOT is_hidden AND ({changed}), "  # noqa: S608
        f"is_wrong = NOT is_hidden AND ({changed}) AND (coalesce(now_persons, 0) - persons < {threshold} OR {wrong}) "
        f"WHERE tbl = '{name}'"
    )


def _require_people(
    work: duckdb.DuckDBPyConnection, of: tuple[str, PublishedTable], daily: PublishedTable, days: Finer, threshold: int
) -> None:
    """Mark longer periods in whose counts 1 to k - 1 people more came than in all of their days, or are than in one within.

    Those more came on a day that was left as it was.
    """
    name, table = of
    counts = [one for one in table.people if one in daily.people]
    if not counts:
        return
    parts = f"{days.is_day('d')} AND {days.value('d')} = c.value"
    rises = [f"(c.now_{one} - c.was_{one} - coalesce(m.{one}, 0))" for one in counts]
    if table.tells_anonymous and daily.tells_anonymous:
        rises.append(f"({rises[counts.index(PEOPLE)]} - {rises[counts.index(MEMBERS)]})")
    beyond = " OR ".join(f"({rise} BETWEEN 1 AND {threshold - 1})" for rise in rises)
    work.execute(
        f"UPDATE compared c SET is_wrong = true FROM compared o LEFT JOIN ({_moved_by(table.period, counts, parts)}) m "  # noqa: S608
        "ON m.tbl = o.tbl AND m.partner = o.partner AND m.period = o.period AND m.value = o.value "
        "WHERE o.partner = c.partner AND o.tbl = c.tbl AND o.period = c.period AND o.value = c.value "
        f"AND c.tbl = '{name}' AND {days.has('c')} AND c.is_changed AND ({beyond})"
    )
    weeks = f"d.tbl = '{table.weeks}' AND d.value = c.value AND {first_day(table.period, 'd.period + 6')} = c.period"
    parts = f"({parts} OR {weeks})" if table.weeks is not None else parts
    nested = (
        f"d.next_release IS NULL AND NOT d.is_hidden AND {parts} AND {first_day(table.period, 'd.period')} = c.period"
    )
    for one in counts:
        close = weighing.is_close((table, "c.now_", one), (daily, "d.", one), threshold)
        work.execute(
            f"UPDATE compared c SET is_wrong = true FROM versions d WHERE c.tbl = '{name}' AND c.is_changed "  # noqa: S608
            f"AND d.partner = c.partner AND {nested} AND c.was_{one} IS NOT NULL AND d.{one} IS NOT NULL AND {close}"
        )


def _require_weeks(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, days: Finer) -> None:
    """Mark months whose weeks and edge days did not move as far as their days: one of the weeks is left as it was."""
    monday = first_day("week", "d.period")
    edges = f"{first_day('month', monday)} <> c.period OR {first_day('month', f'({monday} + 6)')} <> c.period"
    weeks = f"d.tbl = '{table.weeks}' AND {first_day('month', 'd.period + 6')} = c.period AND d.value = c.value"
    parts = f"{weeks} OR {days.is_day('d')} AND {days.value('d')} = c.value AND ({edges})"
    unequal = " OR ".join(f"now_{one} - was_{one} <> coalesce(m.{one}, 0)" for one in table.adds_up)
    work.execute(
        f"UPDATE compared c SET is_wrong = true FROM compared o LEFT JOIN ({_moved_by('month', table.adds_up, parts)}) m "  # noqa: S608
        "ON m.tbl = o.tbl AND m.partner = o.partner AND m.period = o.period AND m.value = o.value "
        "WHERE o.partner = c.partner AND o.tbl = c.tbl AND o.period = c.period AND o.value = c.value "
        f"AND c.tbl = '{name}' AND {days.has('c')} AND c.is_changed "
        f"AND ({unequal.replace('now_', 'o.now_').replace('was_', 'o.was_')})"
    )


def _judge(
    work: duckdb.DuckDBPyConnection, publication: Publication, tables: Mapping[str, pa.Table], kind: str
) -> None:
    """Make `judged`: of each unit with a change, whether it may be restated."""
    work.execute(
        "CREATE OR REPLACE TEMP TABLE judged AS SELECT partner, kind, period, NOT bool_or(is_wrong) AS may_be_restated "
        "FROM compared GROUP BY ALL HAVING bool_or(is_changed)"
    )
    for name in tables:
        for part in publication.tables[name].parts_of:
            if part.table in tables:
                for only in part.takes:
                    weighing.refuse_remainders(work, publication, name, (part, only))
    weighing.refuse_close(work, publication, kind)
