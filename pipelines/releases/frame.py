"""The table `rows` as columns in memory, in order of id."""

from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from pipelines.errors import UsageError
from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, Publication
from pipelines.releases.finer import has_any
from pipelines.releases.marts import SEPARATOR, counted
from pipelines.releases.memory import KNOWN_EMPTY, width_column
from pipelines.releases.relations import Integers
from pipelines.releases.rows import HIDDEN, NEW, SHOWN

Booleans = NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class Frame:
    """Columns of length n. `values` are 0 and `has` False where a row has no such measure; `table_of` points into `tables`."""

    tables: tuple[str, ...]
    table_of: Integers
    standing: Integers
    is_current: Booleans
    release: Integers
    rests_on_k: Booleans
    people: Integers
    largest: Integers
    second: Integers
    values: dict[str, Integers]
    has: dict[str, Booleans]
    widths: dict[str, Integers]
    """Of hidden rows of earlier releases, as remembered; 0 elsewhere."""
    void: dict[str, Booleans] = field(default_factory=dict)
    """By measure, hidden rows that are known to have none of it: as earlier releases remember it, and new ones (`void_cells`)."""

    def __len__(self) -> int:
        """Return n."""
        return len(self.table_of)

    @property
    def is_new(self) -> Booleans:
        """Which rows this release decides on."""
        return np.asarray(self.standing == NEW)

    @property
    def is_hidden_before(self) -> Booleans:
        """Which rows an earlier release hid."""
        return np.asarray(self.standing == HIDDEN)

    @property
    def is_shown_before(self) -> Booleans:
        """Which rows an earlier release showed."""
        return np.asarray(self.standing == SHOWN)

    def per_table(self, of: "dict[str, int]") -> Integers:
        """Spread a number of each table over its rows."""
        return np.array([of[name] for name in self.tables], dtype=np.int64)[self.table_of]

    def tells_anonymous(self, publication: Publication) -> Booleans:
        """Return which rows are of tables that tell how many people are no members."""
        return self.per_table({name: int(publication.tables[name].tells_anonymous) for name in self.tables}) > 0

    def people_behind(self, publication: Publication, measure: str) -> Integers:
        """Return on how many people a count of distinct people rests in each row, 0 in tables without it."""
        if measure == ANONYMOUS:
            return self.values[ANONYMOUS]
        behind = np.zeros(len(self), dtype=np.int64)
        for number, name in enumerate(self.tables):
            column = publication.tables[name].people.get(measure)
            if column is not None:
                rows = self.table_of == number
                # Of a published row whose people are not shown it is remembered on how many it rests at least.
                known = self.has[column] | self.is_new if column in self.values else np.zeros(len(self), dtype=np.bool_)
                behind[rows] = np.where(known, self.values.get(column, self.people), self.people)[rows]
        return behind


def frame_of(connection: duckdb.DuckDBPyConnection, publication: Publication) -> Frame:
    """Read the table `rows`. Raises UsageError for rows of a table or a breakdown that the policy publishes no more."""
    measures = counted(publication)
    tables = tuple(publication.tables)
    found: dict[str, Any] = connection.execute(
        "SELECT tbl, standing, release, next_release IS NULL AS is_current, coalesce(rests_on_k, false) AS rests_on_k, persons, "  # noqa: S608
        f"largest, second, {', '.join(measures)}, {', '.join(f'{name} IS NOT NULL AS has_{name}' for name in measures)}, "
        f"{', '.join(width_column(name) for name in measures)} FROM rows ORDER BY id"
    ).fetchnumpy()
    widths = {name: _whole(found[width_column(name)]) for name in measures}
    void = {name: width == KNOWN_EMPTY for name, width in widths.items()}
    order = {name: place for place, name in enumerate(tables)}
    if gone := sorted({*found["tbl"].tolist()} - set(order)) or _values_gone(connection, publication):
        raise UsageError(
            f"{gone[0]} was published, and what follows hangs together with it: the policy has to name it still"
        )
    frame = Frame(
        tables=tables,
        table_of=np.array([order[name] for name in found["tbl"].tolist()], dtype=np.int64),
        standing=_whole(found["standing"]),
        is_current=np.asarray(found["is_current"], dtype=np.bool_),
        release=_whole(found["release"]),
        rests_on_k=np.asarray(found["rests_on_k"], dtype=np.bool_),
        people=_whole(found["persons"]),
        largest=_whole(found["largest"]),
        second=_whole(found["second"]),
        # What is known to be 0 stays so: lines that came late for it are left out, as those of a published row are.
        values={name: np.where(void[name], 0, _whole(found[name])) for name in measures},
        has={name: np.asarray(found[f"has_{name}"], dtype=np.bool_) for name in measures},
        widths=widths,
        void=void,
    )
    _count_anonymous(frame, publication)
    return frame


def _count_anonymous(frame: Frame, publication: Publication) -> None:
    """Add who is no member as a measure: known where people and members both are, and in no row of more members than people."""
    none, nothing = np.zeros(len(frame), dtype=np.bool_), np.zeros(len(frame), dtype=np.int64)
    people, members = frame.values.get(PEOPLE, nothing), frame.values.get(MEMBERS, nothing)
    known = frame.has.get(PEOPLE, none) & frame.has.get(MEMBERS, none) & (people >= members)
    frame.has[ANONYMOUS] = known & frame.tells_anonymous(publication)
    frame.values[ANONYMOUS] = np.where(frame.has[ANONYMOUS], people - members, 0)
    frame.widths[ANONYMOUS] = nothing
    frame.void[ANONYMOUS] = frame.void.get(PEOPLE, none)


def _values_gone(connection: duckdb.DuckDBPyConnection, publication: Publication) -> list[str]:
    """Return a table's value of the first dimension of which there are rows, and which `only` names no more."""
    for name, table in publication.tables.items():
        is_gone = f"tbl = '{name}' AND NOT {has_any('rows', table.only)}"
        query = f"SELECT split_part(value, {SEPARATOR}, 1) FROM rows WHERE {is_gone} LIMIT 1"  # noqa: S608 -- own names
        row = connection.execute(query).fetchone()
        if row is not None:
            return [f"{row[0]} of {name}"]
    return []


def _whole(column: Any) -> Integers:  # noqa: ANN401 -- what DuckDB gives, masked where a row has none
    filled = np.ma.filled(column, 0) if isinstance(column, np.ma.MaskedArray) else column
    return np.asarray(filled, dtype=np.int64)
