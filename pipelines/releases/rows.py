"""The rows a release is decided on, in one table in memory: new ones, and the published ones that are connected with them.

`rows` has a row for each version of each row, numbered from 0 in `id`: `standing` 0 new, 1 shown before, 2 hidden before;
`release` and `next_release` say from when to when it held. Longer periods are brought to the sum of their published days: where
late lines were left out of a day, they are left out of its week and month, or the difference would tell them.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
import pyarrow as pa

from pipelines.policy.publication import PartsOf, Publication, PublishedTable
from pipelines.releases.finer import Finer, finer_of, has_any, named_totals, value_of_total
from pipelines.releases.marts import SEPARATOR, Periods, counted

NEW, SHOWN, HIDDEN = 0, 1, 2
_KEY = "partner, tbl, kind, period, value"
_FIRST = {"week": "date_trunc('week', {})::DATE", "month": "date_trunc('month', {})::DATE"}


def first_day(kind: str, column: str) -> str:
    """Return the SQL of the first day of the week or month that a day lies in."""
    return _FIRST[kind].format(column)


def connected_periods(
    connection: duckdb.DuckDBPyConnection, memory: str, seeds: pa.Table
) -> list[tuple[str, str, date]]:
    """Return (partner, kind, first day) of the published periods that the `seeds` (the same columns) reach.

    `memory` is the SQL of all cells ever published. A longer period reaches those it consists of; a period with a hidden row
    reaches the longer ones it lies in, and so on: what is connected is judged as a whole, however old.
    """
    if not len(seeds):
        return []
    connection.register("seeds", seeds)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE held AS SELECT partner, kind, period, bool_or(is_hidden) AS has_hidden "  # noqa: S608
        f"FROM ({memory}) WHERE partner IN (SELECT partner FROM seeds) GROUP BY ALL"
    )
    links = " UNION ALL ".join(
        _links(finer, longer) for finer, longer in (("day", "week"), ("day", "month"), ("week", "month"))
    )
    found = connection.execute(
        f"WITH RECURSIVE every AS (SELECT partner, kind, period FROM held UNION SELECT * FROM seeds), links AS ({links}), "  # noqa: S608
        "edges AS (SELECT partner, longer AS kind, start AS period, finer AS to_kind, part AS to_period FROM links "
        "UNION ALL SELECT partner, finer, part, longer, start FROM links WHERE has_hidden), "
        "reach AS (SELECT partner, kind, period FROM seeds UNION SELECT e.partner, e.to_kind, e.to_period FROM reach r "
        "JOIN edges e ON e.partner = r.partner AND e.kind = r.kind AND e.period = r.period) "
        "SELECT DISTINCT partner, kind, period FROM reach ORDER BY ALL"
    ).fetchall()
    return [(partner, kind, period) for partner, kind, period in found]


def _links(finer: str, longer: str) -> str:
    """Return the SQL of which published period of one kind lies wholly in which of another."""
    inside = f"e.period = {first_day(longer, 'h.period')}"
    if finer == "week":
        inside += f" AND e.period = {first_day(longer, 'h.period + 6')}"
    return (
        f"SELECT h.partner, h.kind AS finer, h.period AS part, h.has_hidden, e.kind AS longer, e.period AS start FROM held h "  # noqa: S608
        f"JOIN every e ON e.partner = h.partner AND h.kind = '{finer}' AND e.kind = '{longer}' AND {inside}"
    )


def load_rows(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    *,
    new: Mapping[str, pa.Table],
    new_periods: Periods,
    standing: pa.Table,
    now: Mapping[str, pa.Table],
    number: int,
) -> None:
    """Make the table `rows` of `connection`.

    `new` are the marts' rows of newly closed periods by table; `standing` the connected rows of the gate's memory, and those a
    restatement adds (`memory.schema`); `now` the marts' rows of the same periods, which lend hidden rows what memory does not
    hold of them. `number` is the release's own.
    """
    measures = counted(publication)
    connection.register("standing_rows", standing)
    listed = ", ".join(measures)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE rows AS SELECT {_KEY}, grp, if(is_hidden, {HIDDEN}, {SHOWN}) AS standing, release, "  # noqa: S608
        f"lead(release) OVER (PARTITION BY {_KEY} ORDER BY release) AS next_release, rests_on_k, persons, 0::BIGINT AS largest, "
        f"0::BIGINT AS second, {', '.join(f'width_{name}' for name in measures)}, {listed} FROM standing_rows"
    )
    for name, rows in new.items():
        connection.register("new_rows", rows)
        own = ", ".join(publication.tables[name].counted)
        connection.execute(
            f"INSERT INTO rows BY NAME SELECT {_KEY}, grp, {NEW} AS standing, {number} AS release, persons, largest, second, "  # noqa: S608
            f"{own} FROM new_rows"
        )
    for name, rows in now.items():
        _lend(connection, publication.tables[name], rows, number)
    _keep_remainders(connection, publication, ("day",), number)
    _rest_on_somebody(connection, measures)
    for name, table in publication.tables.items():
        for finer in finer_of(table, dict(publication.tables)) if new_periods.get(table.period) else ():
            _bring_to_days(connection, name, (table, finer), new_periods[table.period], number)
    _keep_remainders(connection, publication, ("week", "month"), number)
    _rest_on_somebody(connection, measures)
    _number(connection)


def _lend(connection: duckdb.DuckDBPyConnection, table: PublishedTable, rows: pa.Table, number: int) -> None:
    """Give hidden rows the values that the marts have of them now, and restated ones the greatest contributions."""
    connection.register("now_rows", rows)
    given = ", ".join(f"{name} = now_rows.{name}" for name in ("persons", "largest", "second", *table.counted))
    same = " AND ".join(f"rows.{name} = now_rows.{name}" for name in ("partner", "tbl", "period", "value"))
    connection.execute(
        f"UPDATE rows SET {given} FROM now_rows WHERE {same} AND standing = {HIDDEN} AND next_release IS NULL"  # noqa: S608
    )
    if table.amount is not None:
        most = f"least(now_rows.largest, rows.{table.amount})"
        connection.execute(
            f"UPDATE rows SET largest = {most}, second = least(now_rows.second, rows.{table.amount} - {most}) "  # noqa: S608
            f"FROM now_rows WHERE {same} AND standing = {SHOWN} AND release = {number}"
        )


def _bring_to_days(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    made_of: tuple[PublishedTable, Finer],
    periods: Sequence[date],
    number: int,
) -> None:
    """Set the new rows of a longer period to the sum of its days as they were published, and no fewer people than any of them.

    A row whose days are all shown is known by adding them up: it rests on the people who were in them, whoever was erased since,
    and is not dominated, since none of them is. A value that no published day has came late, and is in no longer period either.
    """
    table, finer = made_of
    kind, amount = table.period, table.amount or table.adds_up[0]
    sums = ", ".join(f"sum(coalesce({measure}, 0))::BIGINT AS {measure}" for measure in table.adds_up)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE sums AS SELECT partner, {finer.value('rows')} AS value, any_value(grp) AS grp, "  # noqa: S608
        f"{first_day(kind, 'period')} AS first, {sums}, max(coalesce(persons, 0)) AS persons, "
        f"bool_and(standing = {SHOWN}) AS all_shown "
        "FROM rows "
        f"WHERE {finer.is_day('rows')} AND next_release IS NULL AND list_contains($periods::DATE[], first) GROUP BY ALL",
        {"periods": list(periods)},
    )
    same = f"rows.partner = sums.partner AND rows.value = sums.value AND rows.period = sums.first AND tbl = '{name}'"
    connection.execute(
        f"INSERT INTO rows BY NAME SELECT partner, '{name}' AS tbl, '{kind}' AS kind, first AS period, value, grp, "  # noqa: S608
        f"{NEW} AS standing, {number} AS release, 0 AS persons, 0 AS largest, 0 AS second FROM sums "
        f"WHERE NOT EXISTS (SELECT 1 FROM rows WHERE {same})"
    )
    if table.dimensions:
        connection.execute(
            f"DELETE FROM rows WHERE tbl = '{name}' AND standing = {NEW} AND {finer.has('rows')} AND NOT EXISTS "  # noqa: S608
            "(SELECT 1 FROM sums s WHERE s.partner = rows.partner AND s.value = rows.value AND s.first = rows.period)"
        )
    connection.execute(
        f"UPDATE rows SET {', '.join(f'{measure} = sums.{measure}' for measure in table.adds_up)}, "  # noqa: S608
        f"persons = greatest(rows.persons, sums.persons), largest = if(all_shown, 0, least(rows.largest, sums.{amount})), "
        f"second = if(all_shown, 0, least(rows.second, sums.{amount} - least(rows.largest, sums.{amount}))) "
        f"FROM sums WHERE {same} AND standing = {NEW}"
    )


def _keep_remainders(
    connection: duckdb.DuckDBPyConnection, publication: Publication, kinds: Sequence[str], number: int
) -> None:
    """Keep what totals of these kinds of period hold beyond their parts; of days first, since longer periods are made of them."""
    for name, table in publication.tables.items():
        for part in table.parts_of if table.period in kinds else ():
            for only in part.takes:
                _keep_remainder(connection, publication, name, (part, only), number)


def _keep_remainder(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    name: str,
    of: tuple[PartsOf, tuple[str, ...]],
    number: int,
) -> None:
    """Add a row for what new totals hold beyond their parts: small cells that were destroyed with their events.

    Nobody knows on how many people it rests: on one, that is, and so it is hidden, and protected as any other row. A weekday on
    which nobody began a visit, though somebody looked at a page after midnight, gets a row of nothing: that none of its hours has
    one is known to nobody, since hidden and empty ones look the same.
    """
    part, only = of
    is_total = f"t.tbl = '{part.table}' AND t.standing = {NEW} AND {has_any('t', named_totals(publication, part))}"
    is_part = f"p.tbl = '{name}' AND p.standing = {NEW} AND {has_any('p', only)}"
    same = f"p.partner = t.partner AND p.period = t.period AND t.value = {value_of_total(publication, part, 'p')}"
    last = f"split_part(t.value, {SEPARATOR}, -1)"
    named = "".join(f"'{value}' || {SEPARATOR} || " for value in only)
    beyond = {own: f"t.{theirs} - coalesce(sum(p.{own}), 0)::BIGINT" for own, theirs in part.measures.items()}
    columns = ", ".join(f"greatest({sql}, 0) AS {own}" for own, sql in beyond.items())
    is_open = "count(p.tbl) = 0" if publication.tables[part.table].by_weekday else "false"
    grouped = ", ".join(f"t.{theirs}" for theirs in dict.fromkeys(part.measures.values()))
    connection.execute(
        f"INSERT INTO rows BY NAME SELECT t.partner, '{name}' AS tbl, t.kind, t.period, {named}chr(30) || {last} AS value, "  # noqa: S608
        f"{last if part.under else 'NULL'} AS grp, {NEW} AS standing, {number} AS release, 1 AS persons, 0 AS largest, "
        f"0 AS second, {columns} FROM rows t LEFT JOIN rows p ON {is_part} AND {same} WHERE {is_total} "
        f"GROUP BY t.partner, t.kind, t.period, t.value, {grouped} HAVING greatest({', '.join(beyond.values())}) > 0 OR {is_open}"
    )


def _rest_on_somebody(connection: duckdb.DuckDBPyConnection, measures: Sequence[str]) -> None:
    """Let a row with values and nobody behind it rest on one person: its lines had no address, or its people were destroyed."""
    is_any = " OR ".join(f"{name} > 0" for name in measures)
    connection.execute(
        f"UPDATE rows SET persons = if({is_any}, 1, 0) WHERE coalesce(persons, 0) = 0"  # noqa: S608
    )


def _number(connection: duckdb.DuckDBPyConnection) -> None:
    """Number the rows."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE rows AS SELECT "
        "row_number() OVER (ORDER BY partner, kind, tbl, period, value, release) - 1 AS id, * FROM rows"
    )
