"""Registry exports of the landing folder, taken into the registry."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from pipelines.errors import UsageError
from pipelines.registry.importing import ExportReport, import_exports, import_table
from pipelines.registry.tables import MEMBERS, table_spec
from pipelines.steps.landed import finished, table_of_export
from pipelines.steps.subjects.keeping_out import keep_out
from pipelines.steps.subjects.leaving import MISUSE, record_double_sign_ups, settle_departures
from pipelines.steps.workspace import OpenHome, Workspace
from pipelines.storage.atomic import remove
from pipelines.tabular.sqlite import SqliteReader
from pipelines.tabular.steady import mark
from pipelines.weblogs.decompression import Limits, decompressed_chunks

KIND = "registry-import"
TABLES = (
    "partners", "members", "misuse_records", "contents", "consents", "linked_accounts", "social_accounts", "inquiries",
    "complaints", "contracts", "ad_records", "disputes",
)  # fmt: skip
"""Every registry table of the contract, in an order in which none comes before one that it needs."""
PART = "part"
"""Which of the exports of one intake an entry tells of, from 0; without it, the only one."""
CONFIRMED = "confirmed"
"""Stands in the entry of an export that is in by a person's word alone, so many rows were gone."""
_DIGEST = re.compile(r"[0-9a-f]{12,64}")
_COUNTS, _COLUMNS = ("refused", "flags", "kept_out"), ("undeclared_columns", "sensitive_columns")


@dataclass(frozen=True)
class TableReport:
    """What became of a table's exports: `rows` are the stored rows afterwards, those that no longer hold included."""

    table: str
    rows: int
    exports: tuple[ExportReport, ...]

    def total(self, name: str) -> int:
        """Sum a count (`added`, `changed`, `closed`) over the exports."""
        return sum(getattr(export, name) for export in self.exports)

    @property
    def refused(self) -> Counter[str]:
        """Rows set aside, by reason."""
        return sum((Counter(export.refused) for export in self.exports), Counter())

    @property
    def flags(self) -> Counter[str]:
        """Rows by what the policy does not allow in them."""
        return sum((Counter(export.flags) for export in self.exports), Counter())

    @property
    def kept_out(self) -> Counter[str]:
        """Rows not taken in again, since the member left before or was erased."""
        return sum((Counter(export.kept_out) for export in self.exports), Counter())

    @property
    def undeclared_columns(self) -> tuple[str, ...]:
        """Columns delivered that the policy does not declare; they were not read."""
        return tuple(sorted({column for export in self.exports for column in export.undeclared_columns}))


def import_registry(workspace: Workspace, table: str) -> TableReport:
    """Take in the exports `landing/registry/<table>.*` and the databases that have the table, as of the last closed day.

    Who left is sealed once members and records of misuse are in: a member takes the latter along, and they need a member.
    Landing copies are removed in a real home once they are in. Raises InputError for an export that cannot be used, that
    changes while it is read, or that lost too many rows while `confirm_vanished` does not name it; UsageError when that names
    no export of a registry table.
    """
    _confirmed(workspace, table)
    workspace.registry.sweep(table)
    if table == MEMBERS:
        # What a crash left of the run before: whoever is sealed already would be kept out now, and closed instead of removed.
        settle_departures(workspace)
    files = _files_of(workspace, table)
    lay = {path: mark(path) for path in files}
    reports: list[ExportReport] = []
    try:
        for report in chain(_from_files(workspace, table, files), _from_databases(workspace, table)):
            reports.append(report)
    finally:
        # Those before one that cannot be used are in.
        _record(workspace, reports, workspace.clock.now())
    if table == MISUSE or (table == MEMBERS and not _awaits(workspace, MISUSE)):
        settle_departures(workspace)
        record_double_sign_ups(workspace)
    if reports:
        # What was laid in its place meanwhile is the next night's.
        _remove_landing(workspace, [path for path in files if mark(path) == lay[path]])
    pointer = workspace.registry.pointer(table)
    return TableReport(table, pointer.rows if pointer else 0, tuple(reports))


def latest_findings(opened: OpenHome) -> dict[str, dict[str, Any]]:
    """Return what the exports of each table's latest intake showed: the bodies of their ledger entries, as one."""
    found: dict[str, dict[str, Any]] = {}
    for body in (entry.body for entry in opened.ledger.entries(KIND)):
        before = found.get(body["table"]) if body.get(PART) else None
        found[body["table"]] = _as_one([body] if before is None else [before, body])
    return found


def _as_one(bodies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the findings of several exports as those of one: a clean one does not hide what another had."""

    def of(name: str) -> list[Any]:
        return [body.get(name, ()) for body in bodies]

    return {
        **bodies[-1],
        "rows": sum(of("rows")),
        **{name: dict(sum(map(Counter, of(name)), Counter[str]())) for name in _COUNTS},
        **{name: sorted(set(chain(*of(name)))) for name in _COLUMNS},
    }


def _files_of(workspace: Workspace, table: str) -> list[Path]:
    return [path for path in finished(workspace.home.landing / "registry") if table_of_export(path) == table]


def _awaits(workspace: Workspace, table: str) -> bool:
    """Say whether there is something to take in for `table`: its own import follows."""
    has_database = any(table in source.tables for source in workspace.sources.registry.values())
    return has_database or bool(_files_of(workspace, table))


def _from_files(workspace: Workspace, table: str, files: Sequence[Path]) -> Iterator[ExportReport]:
    if not files:
        return
    workspace.home.enter(workspace.home.state().kind or "real")
    limits = Limits(workspace.settings.max_decompressed_bytes, workspace.settings.max_decompression_ratio)
    door = keep_out(workspace, table)
    for path in files:
        yield from import_exports(
            [path],
            store=workspace.registry,
            policy=workspace.policy,
            as_of_day=workspace.yesterday,
            chunks=partial(decompressed_chunks, limits=limits),
            confirmed=_confirmed(workspace, table),
            keep_out=door,
        )


def _from_databases(workspace: Workspace, table: str) -> Iterator[ExportReport]:
    for name, source in workspace.sources.registry.items():
        if table in source.tables:
            workspace.home.enter(source.kind)
            path = workspace.home.root / source.path
            yield import_table(
                f"{name}:{path.name}",
                SqliteReader(path, source.tables[table]),
                table_spec(workspace.policy, table),
                workspace.registry,
                as_of_day=workspace.yesterday,
                confirmed=_confirmed(workspace, table),
                keep_out=keep_out(workspace, table),
            )


def _record(workspace: Workspace, reports: list[ExportReport], now: datetime) -> None:
    """Append to the ledger what changed or was found; exports that show what the latest intake did leave no entry."""
    bodies = [_body(report, part) for part, report in enumerate(reports)]
    if not bodies:
        return
    found, before = _as_one(bodies), latest_findings(workspace).get(reports[0].table, {})
    is_changed = any(report.changed_from is not None for report in reports)
    if is_changed or any(before.get(name, []) != found[name] for name in (*_COUNTS, *_COLUMNS)):
        for body in bodies:
            workspace.ledger.append(KIND, body, now)


def _body(report: ExportReport, part: int) -> dict[str, Any]:
    return {
        "table": report.table,
        "sha256": report.sha256,
        "as_of_day": report.as_of_day.isoformat(),
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "closed": report.closed,
        "refused": dict(report.refused),
        "undeclared_columns": list(report.undeclared_columns),
        "sensitive_columns": list(report.sensitive_columns),
        "flags": dict(report.flags),
        "kept_out": dict(report.kept_out),
        **({CONFIRMED: True} if report.is_confirmed else {}),
        PART: part,
    }


def _confirmed(workspace: Workspace, table: str) -> tuple[str, ...]:
    """Return how the digests of the exports of `table` begin that a person confirmed. Raises UsageError for anything else."""
    found = []
    for text in workspace.settings.confirm_vanished:
        name, _, digits = text.partition("=")
        if name not in workspace.policy.datasets or workspace.policy.datasets[name].stage != "registry":
            raise UsageError(f"PARTNERSTATS_CONFIRM_VANISHED: {name!r} is no registry table")
        if not _DIGEST.fullmatch(digits.lower()):
            raise UsageError(
                f"PARTNERSTATS_CONFIRM_VANISHED: {name} says which table, not which of its exports; "
                f"write {name}=DIGEST, the export's SHA-256 as the refusal prints it (its first 12 digits at least)"
            )
        if name == table:
            found.append(digits.lower())
    return tuple(found)


def _remove_landing(workspace: Workspace, files: list[Path]) -> None:
    chosen = workspace.settings.remove_landing
    if (workspace.home.state().kind == "real") if chosen is None else chosen:
        for path in files:
            remove(path)
