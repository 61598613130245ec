"""`partnerstats backfill`: derive days again."""

from datetime import date
from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import Report, console, print_json, progress_bar
from pipelines.clock import parse_day
from pipelines.settings import Settings
from pipelines.steps.access import record_access
from pipelines.steps.backfill import Backfill, in_runs, plan_backfill
from pipelines.steps.workspace import Workspace, existing_home


def backfill(
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="The first Asia/Seoul day.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="The last one, closed already.")],
    is_all: Annotated[bool, typer.Option("--all", help="Allow more than 31 days.")] = False,
    is_forced: Annotated[
        bool,
        typer.Option("--force", help="Derive again also what is up to date; the marts follow where events change."),
    ] = False,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Derive days from their stored lines again, in runs of at most a week that the Dagster UI shows.

    Days that are up to date are left alone, days whose lines are gone are refused.

    For example: partnerstats backfill --from 2026-11-01 --to 2026-11-07 --force
    """
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    workspace = Workspace.open(settings)
    record_access(workspace, f"backfill from {first} to {last}")
    plan = plan_backfill(workspace, parse_day(first), parse_day(last), is_forced=is_forced, is_all=is_all)
    with progress_bar(is_shown=not as_json) as report:
        runs, cause, code = _run(settings, plan, report, is_forced=is_forced)
    if as_json:
        print_json({**_document(plan), "runs": runs, "succeeded": cause is None, "cause": cause})
    else:
        _print(plan, runs, cause)
    if code:
        raise typer.Exit(code)


def _run(settings: Settings, plan: Backfill, report: Report, *, is_forced: bool) -> tuple[list[str], str | None, int]:
    """Run the days one run after the other until one fails; return the runs, the cause of the failure and the exit code."""
    if not plan.to_derive:
        return [], None, 0
    from pipelines.partitions import DAYS_A_RUN  # noqa: PLC0415 -- Dagster takes a second to import
    from pipelines.runs import run_days  # noqa: PLC0415 -- as above

    runs, done = list[str](), 0
    report("days", 0, len(plan.to_derive))
    for days in in_runs(plan.to_derive, DAYS_A_RUN):
        outcome = run_days(settings, days, is_forced=is_forced)
        runs.append(outcome.run_id)
        if not outcome.succeeded:
            return runs, outcome.cause, 1 if outcome.is_check_failure else 2
        done += len(days)
        report("days", done, len(plan.to_derive))
    return runs, None, 0


def _document(plan: Backfill) -> dict[str, list[date]]:
    return {name: list(days) for name, days in plan.__dict__.items()}


def _print(plan: Backfill, runs: list[str], cause: str | None) -> None:
    screen = console()
    if cause is not None:
        screen.print(f"Run {runs[-1]} failed: {cause}. What stood before still stands.", markup=False)
    elif plan.to_derive:
        screen.print(f"{len(plan.to_derive)} days derived in {len(runs)} runs.", markup=False)
    else:
        screen.print("Nothing to derive.", markup=False)
    if plan.up_to_date:
        screen.print(f"{len(plan.up_to_date)} days are up to date; --force derives them again.", markup=False)
    if plan.never_delivered:
        screen.print(f"{len(plan.never_delivered)} days never had a line.", markup=False)
