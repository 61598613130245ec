"""`partnerstats check`: every check, with its clause."""

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.steps.access import record_access
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.workspace import Workspace


def check(
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run every check on what is stored now, those of retention among them, and print each with its policy clause.

    Exits 1 when one fails. dbt's own tests run as the statistics are built, which they stop: `partnerstats nightly`.
    Checks read identified data: role and reason are recorded.
    """
    from expectations.judging import judge_everything  # noqa: PLC0415 -- Great Expectations takes seconds to import
    from pipelines.run_records import wired  # noqa: PLC0415 -- as does Dagster

    workspace = Workspace.open(settings_from(home, clock, role, reason))
    record_access(workspace, "checks of everything stored")
    with workspace.home.lock(), wired(workspace.home.dagster) as wiring:
        # In a home restored from a backup, what was destroyed goes before it is read.
        begin_writing(workspace, wiring)
        results = judge_everything(workspace, wiring.runs)
    failed = [result for result in results if not result.passed and result.severity == "error"]
    if as_json:
        print_json({"passed": not failed, "checks": [result.to_body() for result in results]})
    else:
        print_table(
            "Checks",
            ["", "clause", "asset", "what it says"],
            [(_mark(r.passed, r.severity), r.clause, r.asset, r.sentence) for r in results],
        )
        held, warnings = sum(r.passed for r in results), sum(not r.passed and r.severity == "warning" for r in results)
        console().print(f"{held} of {len(results)} checks hold; {len(failed)} failed, {warnings} warn")
    if failed:
        raise typer.Exit(1)


def _mark(passed: bool, severity: str) -> str:
    return "ok" if passed else ("FAILED" if severity == "error" else "warning")
