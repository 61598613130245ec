"""Whom the change of a restated row speaks of: every measure of it is weighed by itself, in the table `compared`.

A row that rose on k people may hold a count that rose by one of them. So each count of people rises by nobody or by k, and so
does what it leaves out of its row. Neither the row as it is now nor what it rose by may be one person's above all.
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.policy.publication import PEOPLE, PartsOf, Publication, PublishedTable
from pipelines.releases.chains import chains
from pipelines.releases.finer import has_any, named_totals, value_of_total
from pipelines.releases.frame import Booleans, Frame, frame_of
from pipelines.releases.marts import counted
from pipelines.releases.masking import is_dominated
from pipelines.releases.memory import width_column
from pipelines.releases.pinning import around_pinned
from pipelines.releases.relations import Integers, Structure, structures
from pipelines.releases.rows import HIDDEN, SHOWN

_KEY = ("partner", "tbl", "period", "value")
Strings = NDArray[np.str_]


def mark_few(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, threshold: int) -> None:
    """Mark changed rows in which a count of people, or what it leaves out, rose by 1 to k - 1 people."""
    each = [f"(was_{measure} IS NOT NULL AND ({_is_few(table, measure, threshold)}))" for measure in table.people]
    few = " OR ".join(each) or "false"
    work.execute(f"UPDATE compared SET is_wrong = true WHERE tbl = '{name}' AND is_changed AND ({few})")  # noqa: S608


def mark_dominated(work: duckdb.DuckDBPyConnection, name: str, table: PublishedTable, percent: float) -> None:
    """Mark changed rows which the rule of dominance forbids now, or the rise of which it may forbid.

    Rows of longer periods rise by what their days rose by, each of which was judged: together they are dominated less.
    """
    if table.amount is None:
        return
    amount, came = f"now_{table.amount}", _came(table)
    found = work.execute(
        f"SELECT {', '.join(_KEY)}, coalesce({amount}, 0) AS amount, coalesce({amount} - was_{table.amount}, 0) AS rise, "  # noqa: S608
        f"{came} AS came, now_largest AS largest, now_second AS second FROM compared WHERE tbl = '{name}' AND is_changed"
    ).to_arrow_table()
    now, rise, people, largest, second = _columns(found, "amount", "rise", "came", "largest", "second")
    wrong = is_dominated(now, largest, second, percent)
    if table.days is None:
        wrong |= is_dominated(rise, *greatest_of_rise(rise, people, largest, second), percent)
    work.register("dominated", found.select(_KEY).filter(pa.array(wrong)))
    work.execute(f"UPDATE compared SET is_wrong = true FROM dominated d WHERE {_same('compared', 'd')}")  # noqa: S608


def refuse_remainders(
    work: duckdb.DuckDBPyConnection, publication: Publication, name: str, of: tuple[PartsOf, tuple[str, ...]]
) -> None:
    """Refuse in `judged` units in which what a shown total has beside its shown parts fell, or rose on too few people.

    People who came to the total came to one of its parts: those beyond the rises of the shown parts came to the rest. Of a total
    that dominance is judged on, one of them may have given nearly all of the rest neither.
    """
    part, only = of
    total, threshold = publication.tables[part.table], publication.threshold_of(part.table)
    value, is_named = value_of_total(publication, part, "c"), has_any("t", named_totals(publication, part))
    for own, theirs in part.measures.items():
        found = work.execute(
            f"SELECT t.partner, t.kind, t.period, t.now_{theirs} - t.was_{theirs} - coalesce(p.moved, 0) AS rise, "  # noqa: S608
            f"t.now_persons - t.persons - coalesce(p.rises, 0) AS people, {_came(total, 't.')} - coalesce(p.rises, 0) AS came, "
            "t.now_largest AS largest, t.now_second AS second FROM compared t LEFT JOIN (SELECT partner, period, "
            f"{value} AS value, sum(if(is_hidden, 0, coalesce(now_{own} - was_{own}, 0)))::BIGINT AS moved, "
            f"sum(if(is_changed, now_persons - persons, 0))::BIGINT AS rises "
            f"FROM compared c WHERE tbl = '{name}' AND {has_any('c', only)} GROUP BY ALL) p "
            "ON p.partner = t.partner AND p.period = t.period AND p.value = t.value "
            f"WHERE t.tbl = '{part.table}' AND {is_named} AND NOT t.is_hidden AND t.was_{theirs} IS NOT NULL"
        ).to_arrow_table()
        rise, people, came, largest, second = _columns(found, "rise", "people", "came", "largest", "second")
        wrong = (rise < 0) | ((rise > 0) & (people < threshold))
        if theirs == total.amount:
            most = greatest_of_rise(rise, came, largest, second)
            wrong |= (rise > 0) & is_dominated(rise, *most, publication.dominance_of(part.table))
        _refuse(work, found.filter(pa.array(wrong)))


def refuse_close(work: duckdb.DuckDBPyConnection, publication: Publication, kind: str) -> None:
    """Refuse units of a kind in which a changed count and a shown one within it, or around it, come too close.

    However many relations are between them, and also if the other stands in a longer or shorter period: they differ by nobody
    or by k people or more. Nor may what changed leave a hidden count a single value.
    """
    _load_standing(work, publication)
    frame, found = frame_of(work, publication), structures(work, publication)
    read = work.execute("SELECT partner, kind, period, is_changed FROM rows ORDER BY id").to_arrow_table()
    kinds = np.asarray(read["kind"].to_pylist(), dtype=np.str_)
    shown = {measure: has & frame.is_shown_before for measure, has in frame.has.items()}
    wrong = _too_close(frame, publication, found, shown, kinds) & np.asarray(
        read["is_changed"].to_pylist(), dtype=np.bool_
    )
    # Longer periods may be left as they were: of them no sum is known.
    sums = [one for one in found if not (one.is_made and publication.tables[one.table].period != kind)]
    wrong |= around_pinned(frame, publication, sums, shown)
    _refuse(work, read.select(["partner", "kind", "period"]).filter(pa.array(wrong)))


def _too_close(
    frame: Frame, publication: Publication, found: Sequence[Structure], shown: dict[str, Booleans], kinds: Strings
) -> Booleans:
    """Return which rows show a count that is too close to one it lies within, or to one within it."""
    close = np.zeros(len(frame), dtype=np.bool_)
    thresholds = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    people = {measure: frame.people_behind(publication, measure) for measure in shown}
    for one in chains(len(frame), found, with_direct=True):
        total, part = one.totals, one.parts
        between = people[one.whole][total] - people[one.mine][part]
        # Of two periods one may have been left as it was: then the longer one is the smaller.
        beyond = np.where(one.is_ordered & (kinds[total] == kinds[part]), between, np.abs(between))
        wrong = (between != 0) & (beyond < np.maximum(thresholds[total], thresholds[part]))
        wrong &= shown[one.whole][total] & shown[one.mine][part]
        for rows in (total, part):
            close[rows[wrong]] = True
    return close


def _load_standing(work: duckdb.DuckDBPyConnection, publication: Publication) -> None:
    """Make `rows`: those of the units that may be restated as they would be, and what stands of shorter and longer periods."""
    measures = counted(publication)
    columns = (
        f"{', '.join(_KEY)}, kind, grp, if(is_hidden, {HIDDEN}, {SHOWN}) AS standing, 0 AS release, "
        "NULL::INTEGER AS next_release, rests_on_k, 0 AS largest, 0 AS second, "
        f"{', '.join(width_column(one) for one in measures)}"
    )
    named = " OR ".join(f"(tbl = '{name}' AND {has_any('v', one.only)})" for name, one in publication.tables.items())
    now = ", ".join(f"if(was_{one} IS NULL, NULL, now_{one}) AS {one}" for one in measures)
    is_open = "partner IN (SELECT partner FROM judged WHERE may_be_restated)"
    work.execute(
        "CREATE OR REPLACE TEMP TABLE rows AS SELECT row_number() OVER () - 1 AS id, * FROM ("  # noqa: S608
        f"SELECT {columns}, is_changed, now_persons AS persons, {now} FROM compared v "
        f"SEMI JOIN (FROM judged WHERE may_be_restated) j USING (partner, kind, period) WHERE ({named}) "
        f"UNION ALL BY NAME SELECT {columns}, false AS is_changed, persons, {', '.join(measures)} FROM versions v "
        f"WHERE next_release IS NULL AND {is_open} AND kind NOT IN (SELECT kind FROM compared) AND ({named}))"
    )


def is_close(total: tuple[PublishedTable, str, str], part: tuple[PublishedTable, str, str], threshold: int) -> str:
    """Return the SQL of whether the people behind two counts (table, what stands before the column, measure) are too close."""
    between = " - ".join(
        f"{before}{table.people[measure] if table.people[measure] in table.counted else 'persons'}"
        for table, before, measure in (total, part)
    )
    return f"({between} <> 0 AND {between} < {threshold})"


def _refuse(work: duckdb.DuckDBPyConnection, units: pa.Table) -> None:
    work.register("refused", units)
    work.execute(
        "UPDATE judged SET may_be_restated = false WHERE (partner, kind, period) IN (SELECT partner, kind, period FROM refused)"
    )


def _columns(found: pa.Table, *names: str) -> tuple[Integers, ...]:
    return tuple(np.asarray(found[one].fill_null(0).to_numpy(), dtype=np.int64) for one in names)


def greatest_of_rise(rise: Integers, came: Integers, largest: Integers, second: Integers) -> tuple[Integers, Integers]:
    """Return how much of a rise one person and the next can have given at most, of whom nobody knows.

    Neither gave more than the greatest in the row do now, and whoever came gave one at least: what is left to those two.
    """
    most = np.minimum(largest, rise - np.maximum(came - 1, 0))
    return most, np.minimum(np.minimum(second, most), rise - most - np.maximum(came - 2, 0))


def _came(table: PublishedTable, row: str = "") -> str:
    """Return the SQL of how many people came to a row, of whom each gave something of its amount; 0 where that is not known."""
    return f"greatest(coalesce({row}now_{PEOPLE} - {row}was_{PEOPLE}, 0), 0)" if PEOPLE in table.people else "0"


def _same(one: str, other: str) -> str:
    return " AND ".join(f"{one}.{column} = {other}.{column}" for column in _KEY)


def _is_few(table: PublishedTable, measure: str, threshold: int) -> str:
    """Return the SQL of whether too few people rose in a count, or beside it; fewer beside it than none are a fall."""
    part = table.part_of(measure)
    if part is None:
        return "false"
    mine, all_of_them = _rise(table, part.people), _rise(table, part.of)
    return (
        f"{mine} BETWEEN 1 AND {threshold - 1} OR {all_of_them} - {mine} <> 0 AND {all_of_them} - {mine} < {threshold}"
    )


def _rise(table: PublishedTable, column: str) -> str:
    """Return the SQL of by how many people a column rose; one whose former value is not known, by as many as its row."""
    row = "(coalesce(now_persons, 0) - persons)"
    return f"coalesce(now_{column} - was_{column}, {row})" if column in table.counted else row
