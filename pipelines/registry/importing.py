"""Registry exports taken in: read, checked against the policy, merged into the stored table, reported.

Default deny (clause collect.minimum): a column the policy does not declare is dropped as it is read, and reported.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from pipelines.clock import seoul_day
from pipelines.errors import InputError
from pipelines.policy import Policy
from pipelines.registry.carried import Carried, carried_on, carried_values, columns_of, stored_carried
from pipelines.registry.intervals import ExportGuard, Interval, Key, StartOf, State, merge, vanished
from pipelines.registry.screening import ChildError
from pipelines.registry.store import RegistryStore
from pipelines.registry.tables import BEGINS_WITH, VALID_FROM, VALID_TO, TableSpec, table_spec
from pipelines.tabular.columns import reportable
from pipelines.tabular.reading import Chunks, RawRow, TableReader, open_export
from pipelines.tabular.steady import steady
from pipelines.tabular.values import FaultError, Value, converted

KeepOut = Callable[[Mapping[str, Value]], str | None]
"""From a readable row's stored columns why it is not taken in again, None if it is (`pipelines.rights`)."""

MOST_ROWS_NAMED = 1000
"""Refused rows whose numbers a report holds; all are counted."""


@dataclass(frozen=True)
class ExportReport:
    """What became of one export; nothing in it is a value of a row."""

    table: str
    name: str
    """The file's name."""
    as_of_day: date
    rows: int
    """Rows delivered, the refused ones included."""
    added: int
    changed: int
    closed: int
    changed_from: date | None
    refused: Mapping[str, int]
    """Rows set aside, by reason."""
    refused_rows: tuple[tuple[int, str], ...]
    """Number and reason of the first MOST_ROWS_NAMED of them."""
    undeclared_columns: tuple[str, ...]
    sensitive_columns: tuple[str, ...]
    """Those of the undeclared columns whose name speaks of a category never collected."""
    flags: Mapping[str, int]
    """Rows by what the policy does not allow in them (see `screening`)."""
    sha256: str
    """Digest of the content."""
    kept_out: Mapping[str, int] = field(default_factory=dict)
    """Rows not taken in again, by why: the member left before, or was erased."""
    is_confirmed: bool = False
    """Whether it lost so many rows that it is in by a person's word alone."""


@dataclass
class _Delivered:
    """The readable rows of an export by key, the keys of rows that cannot be read, and why they cannot."""

    states: dict[Key, State] = field(default_factory=dict)
    carried: dict[Key, Carried] = field(default_factory=dict)
    kept_out: Counter[str] = field(default_factory=Counter)
    held: set[Key] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    refused_rows: list[tuple[int, str]] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    rows: int = 0

    def refuse(self, number: int, reason: str) -> None:
        self.refused[reason] += 1
        if len(self.refused_rows) < MOST_ROWS_NAMED:
            self.refused_rows.append((number, reason))


def import_exports(
    files: Sequence[Path],
    *,
    store: RegistryStore,
    policy: Policy,
    as_of_day: date,
    chunks: Chunks,
    guard: ExportGuard = ExportGuard(),  # noqa: B008 - frozen
    confirmed: Collection[str] = (),
    keep_out: KeepOut | None = None,
) -> list[ExportReport]:
    """Take in full exports `<table>.*`, each describing its table at the end of `as_of_day`, in the order given.

    An export whose digest begins with one of `confirmed` may lose any share of its rows. Raises InputError for a file that is
    no export of a declared table, lacks a required column, changes while it is read, is older than what is stored, or lost
    too many rows; the files before it are in.
    """
    reports = []
    for path in files:
        table = table_of(path, policy)
        reader = open_export(path, steady(chunks))
        spec = table_spec(policy, table)
        reports.append(
            import_table(
                path.name,
                reader,
                spec,
                store,
                as_of_day=as_of_day,
                guard=guard,
                confirmed=confirmed,
                keep_out=keep_out,
            )
        )
    return reports


def table_of(path: Path, policy: Policy) -> str:
    """Return the registry table an export is of: its file's name up to the first dot. Raises InputError for none."""
    table = path.name.partition(".")[0]
    if table not in policy.datasets or policy.datasets[table].stage != "registry":
        raise InputError(f"{path.name}: no registry table of that name")
    return table


def import_table(
    name: str,
    reader: TableReader,
    spec: TableSpec,
    store: RegistryStore,
    *,
    as_of_day: date,
    guard: ExportGuard = ExportGuard(),  # noqa: B008 - frozen
    confirmed: Collection[str] = (),
    keep_out: KeepOut | None = None,
) -> ExportReport:
    """Take in one export from any reader; `confirmed` and what it raises are those of `import_exports`."""
    pointer = store.pointer(spec.name)
    if pointer is not None and as_of_day < pointer.as_of_day:
        raise InputError(f"{name}: describes {as_of_day}, but {spec.name} is known as of {pointer.as_of_day} already")
    delivered = _read(reader, spec, as_of_day, keep_out)
    if missing := spec.missing(reader.columns):
        raise InputError(f"{name}: required columns are missing: {', '.join(missing)}")
    stored = store.load(spec.name) if pointer is not None else spec.schema.empty_table()
    current, carried_before = _intervals(stored, spec), stored_carried(stored, spec)
    sha256 = reader.content_sha256
    present = sum(row.valid_to is None for row in current)
    counts = vanished(current, delivered.states, delivered.held), present
    is_confirmed = _needs_confirmation(name, guard, counts, spec, sha256, confirmed)
    merged = merge(current, delivered.states, as_of_day=as_of_day, start_of=_start_of(spec), held=delivered.held)
    carried = carried_on(merged.intervals, carried_before, delivered.carried, spec)
    if merged.changed_from is not None or pointer is None:
        changed_from = merged.changed_from or as_of_day
        rows = _table(merged.intervals, carried, spec)
        store.save(spec.name, rows, as_of_day=as_of_day, source_sha256=sha256, changed_from=changed_from)
    else:
        if spec.carried and carried != carried_before:
            store.rewrite(spec.name, _table(merged.intervals, carried, spec), changed_from=None)
        store.confirm(spec.name, as_of_day=as_of_day, source_sha256=sha256)
    undeclared = spec.undeclared(reader.columns)
    return ExportReport(
        table=spec.name,
        name=name,
        as_of_day=as_of_day,
        rows=delivered.rows,
        added=merged.added,
        changed=merged.changed,
        closed=merged.closed,
        changed_from=merged.changed_from,
        refused=dict(delivered.refused),
        refused_rows=tuple(delivered.refused_rows),
        undeclared_columns=tuple(map(reportable, undeclared)),
        sensitive_columns=tuple(reportable(column) for column in undeclared if spec.speaks_of(column)),
        flags=dict(+delivered.flags),
        sha256=sha256,
        kept_out=dict(delivered.kept_out),
        is_confirmed=is_confirmed,
    )


def _read(reader: TableReader, spec: TableSpec, on: date, keep_out: KeepOut | None) -> _Delivered:
    delivered = _Delivered()
    names = {column.name for column in (*spec.columns, *spec.carried)}
    for row in reader.rows({*names, *spec.screen.columns}):
        delivered.rows += 1
        _take(row, spec, on, delivered, keep_out)
    return delivered


def _take(row: RawRow, spec: TableSpec, on: date, delivered: _Delivered, keep_out: KeepOut | None) -> None:
    """Add a row to what was delivered. Of several rows with one key the first counts; a child's is as if not delivered."""
    if row.values is None:
        delivered.refuse(row.number, row.fault or "cannot be read")
        return
    try:
        fault = _screened(row.values, spec, on, delivered)
    except ChildError as cause:
        delivered.refuse(row.number, str(cause))
        return
    values, misfit = _converted(row.values, spec)
    fault = fault or misfit
    key = tuple(values[name] for name in spec.key) if all(name in values for name in spec.key) else None
    if key is not None and (key in delivered.states or key in delivered.held):
        fault = "the same key as an earlier row"
    elif key is not None and fault is not None:
        delivered.held.add(key)
    elif key is not None and keep_out is not None and (reason := keep_out(values)) is not None:
        delivered.kept_out[reason] += 1
    elif key is not None:
        delivered.states[key] = tuple(values[column.name] for column in spec.columns)
        delivered.carried[key] = carried_values(row.values, spec)
    if fault is not None:
        delivered.refuse(row.number, fault)


def _screened(values: Mapping[str, object], spec: TableSpec, on: date, delivered: _Delivered) -> str | None:
    """Return why a row cannot be judged, or None. Raises ChildError."""
    try:
        spec.screen.judge(values, on, delivered.flags)
    except ChildError:
        raise
    except FaultError as cause:
        return str(cause)
    return None


def _converted(delivered: Mapping[str, object], spec: TableSpec) -> tuple[dict[str, Value], str | None]:
    """Return the stored columns that can be read, and what is wrong with the first that cannot."""
    values: dict[str, Value] = {}
    fault = None
    for column in spec.columns:
        try:
            values[column.name] = converted(column, delivered.get(column.name))
        except FaultError as cause:
            fault = fault or str(cause)
    return values, fault


def _needs_confirmation(
    name: str, guard: ExportGuard, counts: tuple[int, int], spec: TableSpec, sha256: str, confirmed: Collection[str]
) -> bool:
    """Say whether an export that lacks the first of `counts` of the second is in by a person's word. Raises InputError."""
    gone, present = counts
    if not guard.refuses(gone, present):
        return False
    if any(digits and sha256.startswith(digits) for digits in confirmed):
        return True
    raise InputError(
        f"{name}: {gone} of {present} rows are gone, more than {guard.most(gone):.0%}; "
        "nothing was changed. If the export is complete, a person confirms this very one: "
        f"PARTNERSTATS_CONFIRM_VANISHED={spec.name}={sha256}"
    )


def _start_of(spec: TableSpec) -> StartOf:
    """Return how a state says when its row began: the Asia/Seoul day of `joined_at` and the like, where there is one."""
    place = next((place for place, column in enumerate(spec.columns) if column.name in BEGINS_WITH), None)

    def start_of(state: State) -> date | None:
        began = None if place is None else state[place]
        if isinstance(began, datetime):
            return seoul_day(began)
        return began if isinstance(began, date) else None

    return start_of


def _intervals(rows: pa.Table, spec: TableSpec) -> list[Interval]:
    """Return stored rows as intervals; a column that was declared since is null, one that no longer is goes."""
    names = [column.name for column in spec.columns]
    columns = {name: rows[name].to_pylist() if name in rows.column_names else [None] * len(rows) for name in names}
    keys = zip(*(columns[name] for name in spec.key), strict=True)
    states = zip(*(columns[name] for name in names), strict=True)
    days = zip(rows[VALID_FROM].to_pylist(), rows[VALID_TO].to_pylist(), strict=True)
    return [Interval(key, state, *pair) for key, state, pair in zip(keys, states, days, strict=True)]


def _table(intervals: Sequence[Interval], carried: Mapping[Key, Carried], spec: TableSpec) -> pa.Table:
    states = list(zip(*(row.state for row in intervals), strict=True)) or [()] * len(spec.columns)
    besides = columns_of(intervals, carried, spec)
    days = [[row.valid_from for row in intervals], [row.valid_to for row in intervals]]
    arrays = [pa.array(values, kind.type) for values, kind in zip([*states, *besides, *days], spec.schema, strict=True)]
    return pa.table(arrays, schema=spec.schema)
