"""What a release shows of some partners: rows gathered, brought to agree, masked, and attacked before anything is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.policy.publication import Publication, PublishedTable
from pipelines.releases import marts
from pipelines.releases.agreeing import agreed, reached
from pipelines.releases.changing import Restated
from pipelines.releases.frame import Booleans, Frame, frame_of
from pipelines.releases.gating import Verdict, judge, thresholds_of
from pipelines.releases.marts import Periods, counted
from pipelines.releases.masking import Masked, masked, rounded
from pipelines.releases.memory import KNOWN_EMPTY, coarse, schema, width_column
from pipelines.releases.relations import Integers, structures
from pipelines.releases.rows import NEW, connected_periods, load_rows
from pipelines.releases.showing import Shown, is_shown_part, parts_of_hidden_counts, rows_of_marts, shown_measures
from pipelines.releases.voids import void_cells, without_voids


@dataclass(frozen=True)
class Sources:
    """Where rows come from: the warehouse (read only), a database in memory to work in, the SQL of the gate's memory."""

    warehouse: duckdb.DuckDBPyConnection
    work: duckdb.DuckDBPyConnection
    memory: str


@dataclass(frozen=True)
class Decided:
    """Of some partners: `cells` to remember, and by table the rows to show (partner, period, dimensions, measures, in order)."""

    cells: pa.Table
    shown: dict[str, pa.Table]
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """By table: rows `shown`, and hidden ones by reason."""
    inputs: dict[str, str] = field(default_factory=dict)
    """By table the digest of the marts' rows that were read."""


def decide(
    sources: Sources,
    publication: Publication,
    partners: Sequence[str],
    new: Periods,
    *,
    number: int,
    verdict: Verdict,
    restated: pa.Table | None = None,
    with_complementary: bool = True,
) -> Decided:
    """Decide on the newly closed periods of `partners`, attack the result, and add what leaks to `verdict`.

    `restated` are rows shown before with values that change with this release (`memory.schema`). Raises DamagedError and
    DisclosureError, which name tables.
    """
    restated = schema(counted(publication)).empty_table() if restated is None else restated
    rows = marts.read(sources.warehouse, publication, new, partners)
    _load(sources, publication, partners, (new, rows), restated, number)
    frame = frame_of(sources.work, publication)
    found = structures(sources.work, publication)
    made = frozenset(name for name, table in publication.tables.items() if table.days is not None)
    equations = reached(frame, agreed(frame, found, made))
    frame.void = void_cells(frame, equations, frame.is_new)
    # What was hidden before is not remembered as empty, but it protects nothing either.
    open_equations = without_voids(equations, void_cells(frame, equations, ~frame.is_shown_before))
    joined = rows_of_marts(sources.work, rows)
    restated_before = _before(sources.work, frame, publication, number)
    # What was hidden before is mostly as safe as it was. Whether it is, the gate says; only if not is it protected anew.
    for with_old in (False, True) if with_complementary and frame.is_hidden_before.any() else (True,):
        mask = masked(frame, publication, open_equations, with_old=with_old, with_complementary=with_complementary)
        shown = shown_measures(frame, publication, found, joined, mask.is_hidden)
        while len(telling := parts_of_hidden_counts(frame, found, shown, mask.is_hidden)):
            frame.people[telling] = 1
            mask = masked(frame, publication, open_equations, with_old=with_old, with_complementary=with_complementary)
            shown = shown_measures(frame, publication, found, joined, mask.is_hidden)
        judged = judge(frame, publication, found, shown, mask.protection, number=number, restated=restated_before)
        if judged.passes:
            break
    verdict.add(judged)
    return Decided(
        cells=_cells(sources.work, frame, publication, mask, shown),
        shown={
            name: _to_show(frame, publication, name, given, mask.is_hidden, shown) for name, given in joined.items()
        },
        counts=_counts(frame, mask.reason),
        inputs={name: marts.digest(given) for name, given in rows.items()},
    )


def _load(
    sources: Sources,
    publication: Publication,
    partners: Sequence[str],
    new: tuple[Periods, Mapping[str, pa.Table]],
    restated: pa.Table,
    number: int,
) -> None:
    periods, rows = new
    reached = connected_periods(sources.work, sources.memory, _seeds(partners, periods, restated))
    held = _standing(sources, publication, reached)
    older: dict[str, set[date]] = {}
    for _, kind, first in reached:
        older.setdefault(kind, set()).add(first)
    now = marts.read(sources.warehouse, publication, {kind: sorted(days) for kind, days in older.items()}, partners)
    standing = pa.concat_tables([held, restated.select(held.schema.names).cast(held.schema)])
    load_rows(sources.work, publication, new=rows, new_periods=periods, standing=standing, now=now, number=number)


def _seeds(partners: Sequence[str], new: Periods, restated: pa.Table) -> pa.Table:
    """Return the longer periods that close, of every partner, and the periods that are restated."""
    longer = [
        (partner, kind, first) for kind in ("week", "month") for first in new.get(kind, ()) for partner in partners
    ]
    columns = list(zip(*longer, strict=True)) or [(), (), ()]
    names = ("partner", "kind", "period")
    kinds = (pa.string(), pa.string(), pa.date32())
    made = pa.table({name: pa.array(each, kind) for name, each, kind in zip(names, columns, kinds, strict=True)})
    return pa.concat_tables([made, restated.select(names)])


def _standing(sources: Sources, publication: Publication, reached: Sequence[tuple[str, str, date]]) -> pa.Table:
    wanted = schema(counted(publication))
    if not reached:
        return wanted.empty_table()
    partner, kind, period = (list(column) for column in zip(*reached, strict=True))
    given = pa.table({"partner": partner, "kind": kind, "period": pa.array(period, pa.date32())})
    sources.work.register("reached", given)
    found = sources.work.execute(
        f"SELECT m.* FROM ({sources.memory}) m SEMI JOIN reached r "  # noqa: S608 -- own SQL
        "ON m.partner = r.partner AND m.kind = r.kind AND m.period = r.period"
    )
    return found.to_arrow_table().cast(wanted)


def _before(work: duckdb.DuckDBPyConnection, frame: Frame, publication: Publication, number: int) -> Restated | None:
    """Return the values that rows restated now had before, with the fewest people who changed in each."""
    if not (~frame.is_new & (frame.release == number)).any():
        return None
    measures = counted(publication)
    key = "PARTITION BY partner, tbl, kind, period, value ORDER BY release"
    lags = ", ".join(f"lag({name}) OVER ({key}) AS {name}" for name in ("persons", *measures))
    found = work.execute(f"SELECT id, release, {lags} FROM rows ORDER BY id").to_arrow_table()  # noqa: S608 -- own names
    before = {name: np.asarray(found[name].fill_null(0).to_numpy(), dtype=np.int64) for name in ("persons", *measures)}
    is_restated = ~frame.is_new & (frame.release == number) & frame.is_shown_before
    return Restated.of(frame, publication, before, before.pop("persons"), is_restated)


def _cells(
    work: duckdb.DuckDBPyConnection, frame: Frame, publication: Publication, mask: Masked, shown: Shown
) -> pa.Table:
    """Return what the gate remembers of the new rows: no value of a hidden one, and of no measure that is not shown."""
    ids = np.flatnonzero(frame.is_new)
    keys = work.execute(
        f"SELECT partner, tbl, kind, period, value, grp, release FROM rows WHERE standing = {NEW} ORDER BY id"  # noqa: S608
    ).to_arrow_table()
    hidden, thresholds = mask.is_hidden[ids], thresholds_of(frame, publication)
    columns: dict[str, pa.Array] = {name: keys[name] for name in keys.column_names}
    columns["is_hidden"] = pa.array(hidden)
    columns["rests_on_k"] = pa.array((frame.people >= thresholds)[ids])
    columns["persons"] = pa.array(frame.people[ids], mask=hidden)
    columns["reason"] = pa.array([mask.reason[row] for row in ids.tolist()], pa.string())
    for measure in counted(publication):
        columns[measure] = pa.array(frame.values[measure][ids], mask=~shown[measure][ids])
        widths = np.where(
            frame.void[measure][ids], KNOWN_EMPTY, _coarsely(mask.protection[measure][ids], thresholds[ids])
        )
        columns[width_column(measure)] = pa.array(widths, mask=~(hidden & frame.has[measure][ids]))
    wanted = schema(counted(publication))
    return pa.table({name: columns[name] for name in wanted.names}).cast(wanted)


def _coarsely(widths: Integers, thresholds: Integers) -> Integers:
    """Return widths in coarse steps."""
    pairs, place = np.unique(np.stack([widths, thresholds]), axis=1, return_inverse=True)
    steps = np.array([coarse(width, k) for width, k in pairs.T.tolist()], dtype=np.int64)
    return steps[place.reshape(-1)] if len(widths) else widths


def _to_show(
    frame: Frame, publication: Publication, name: str, rows: pa.Table, is_hidden: Booleans, shown: Shown
) -> pa.Table:
    """Return the shown rows of one table as they go into files: measures that are not shown are null."""
    table = publication.tables[name]
    ids = np.asarray(rows["id"].to_numpy(), dtype=np.int64)
    columns = {column: rows[column] for column in ("partner", "period")}
    columns |= {column: rows[f"{marts.DIMENSION}{column}"] for column in table.dimensions}
    for measure in table.measures:
        columns[measure] = _column(frame, publication, (name, table), measure, rows, ids, shown)
    kept = pa.table(columns).filter(pa.array(~is_hidden[ids]))
    return kept.sort_by([(column, "ascending") for column in ("partner", "period", *table.dimensions)])


def _column(
    frame: Frame,
    publication: Publication,
    of: tuple[str, PublishedTable],
    measure: str,
    rows: pa.Table,
    ids: np.ndarray,
    shown: Shown,
) -> pa.Array:
    name, table = of
    base = publication.rounding_of(name)
    if measure in table.counted:
        values = frame.values[measure][ids]
        return pa.array(values if base is None else rounded(values, base), mask=~shown[measure][ids])
    fits = is_shown_part(rows, table, measure, publication.threshold_of(name))
    given = rows[measure]
    if base is not None and pa.types.is_integer(given.type):
        given = pa.chunked_array([pa.array(rounded(np.asarray(given.fill_null(0).to_numpy(), dtype=np.int64), base))])
    return pc.if_else(pa.array(fits), given, pa.scalar(None, given.type))


def _counts(frame: Frame, reason: Sequence[str | None]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for row in np.flatnonzero(frame.is_new).tolist():
        counts.setdefault(frame.tables[frame.table_of[row]], Counter())[reason[row] or "shown"] += 1
    return counts
