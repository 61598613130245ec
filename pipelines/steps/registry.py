"""Registry exports of the landing folder, taken into the registry."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pipelines.registry.importing import ExportReport, import_exports
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove
from pipelines.weblogs.decompression import Limits, decompressed_chunks

KIND = "registry-import"


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
    def undeclared_columns(self) -> tuple[str, ...]:
        """Columns delivered that the policy does not declare; they were not read."""
        return tuple(sorted({column for export in self.exports for column in export.undeclared_columns}))


def import_registry(workspace: Workspace, table: str) -> TableReport:
    """Take in the exports `landing/registry/<table>.*`; they describe the end of the last closed day.

    Landing copies are removed in a real home once they are in. Raises InputError for an export that cannot be used.
    """
    workspace.registry.sweep(table)
    folder = workspace.home.landing / "registry"
    files = [path for path in sorted(folder.glob(f"{table}.*")) if path.is_file()]
    reports: list[ExportReport] = []
    if files:
        state = workspace.home.state()
        workspace.home.enter(state.kind or "real")
        limits = Limits(workspace.settings.max_decompressed_bytes, workspace.settings.max_decompression_ratio)
        reports = import_exports(
            files,
            store=workspace.registry,
            policy=workspace.policy,
            as_of_day=workspace.yesterday,
            chunks=partial(decompressed_chunks, limits=limits),
        )
        _record(workspace, reports, workspace.clock.now())
        _remove_landing(workspace, files)
    pointer = workspace.registry.pointer(table)
    return TableReport(table, pointer.rows if pointer else 0, tuple(reports))


def _record(workspace: Workspace, reports: list[ExportReport], now: datetime) -> None:
    """Append to the ledger what changed or was refused; an export that was as before leaves no entry."""
    for report in reports:
        if report.changed_from is not None or report.refused or report.undeclared_columns:
            body = {
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
            }
            workspace.ledger.append(KIND, body, now)


def _remove_landing(workspace: Workspace, files: list[Path]) -> None:
    chosen = workspace.settings.remove_landing
    if (workspace.home.state().kind == "real") if chosen is None else chosen:
        for path in files:
            remove(path)
