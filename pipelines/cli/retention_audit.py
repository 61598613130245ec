"""`partnerstats retention audit`: what is kept, due, over- and under-retained, from the terminal."""

from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.errors import UsageError
from pipelines.retention.auditing import Status
from pipelines.retention.states import State
from pipelines.steps.retention.auditing import Audit, audit
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.workspace import Workspace

DatasetOption = Annotated[
    str | None, typer.Option("--dataset", metavar="NAME", help="Only this dataset of the policy.")
]


def audit_command(
    dataset: DatasetOption = None, home: HomeOption = None, clock: ClockOption = None, as_json: JsonOption = False
) -> None:
    """Say for every dataset what is kept, due, over- and under-retained, or on hold. Exits 1 for over- and under-retained.

    Over-retained is read from what is on disk, whatever the ledger says of it; under-retained is what the ledger says should be
    there and is not. Runs of the orchestrator are listed where there is one.
    """
    from pipelines.run_records import wired  # noqa: PLC0415 -- Dagster takes seconds to import

    workspace = Workspace.open(settings_from(home, clock))
    if dataset is not None and dataset not in workspace.policy.datasets:
        raise UsageError(f"policy {workspace.policy.version} declares no dataset {dataset!r}")
    with workspace.home.lock(), wired(workspace.home.dagster) as wiring:
        begin_writing(workspace, wiring)
        found = audit(workspace, workspace.today, runs=wiring.runs)
    statuses = [status for status in found.statuses if dataset in (None, status.dataset)]
    has_failed = bool(found.faults) or any(s.state in (State.OVER_RETAINED, State.UNDER_RETAINED) for s in statuses)
    if as_json:
        told = [_document(status) for status in statuses]
        facts = {"today": found.today, "policy": found.policy.version, "has_passed": not has_failed}
        print_json({**facts, "statuses": told, "faults": list(found.faults)})
    else:
        _print(found, statuses)
    if has_failed:
        raise typer.Exit(1)


def _print(found: Audit, statuses: list[Status]) -> None:
    by_dataset = {name: [s for s in statuses if s.dataset == name] for name in sorted({s.dataset for s in statuses})}
    print_table(
        f"Retention on {found.today}, policy {found.policy.version}",
        ["dataset", "items", "rows", *(state.value for state in _SHOWN), "oldest", "next limit", "days left", "clause"],
        [_row(name, those) for name, those in by_dataset.items()],
    )
    for status in statuses:
        if status.state in (State.OVER_RETAINED, State.UNDER_RETAINED):
            unknown = "" if status.is_known else " that nothing recorded"
            console().print(
                f"FAILED: {status.dataset} of {status.anchor or 'no day'}: {status.items:,} items{unknown} ({status.rows:,} "
                f"rows) {status.state.value}; kept through {status.kept_through or '-'}, to be destroyed by "
                f"{status.destroy_by or '-'} [{status.clause}]",
                markup=False,
            )
    for fault in found.faults:
        console().print("FAILED:", fault, style="bold red", markup=False)


_SHOWN = (State.KEPT, State.DUE, State.OVER_RETAINED, State.UNDER_RETAINED, State.ON_HOLD)


def _row(name: str, statuses: list[Status]) -> tuple[object, ...]:
    counts: Counter[State] = Counter()
    for status in statuses:
        counts[status.state] += status.items
    ends = min((status.ends for status in statuses if status.ends), default=None)
    left = min((status.days_left for status in statuses if status.days_left is not None), default=None)
    oldest = min((status.anchor for status in statuses if status.anchor), default=None)
    items, rows = sum(status.items for status in statuses), sum(status.rows for status in statuses)
    return (name, items, rows, *(counts[state] for state in _SHOWN), oldest, ends, left, statuses[0].clause)


def _document(status: Status) -> dict[str, Any]:
    return asdict(status)
