"""`partnerstats retention plan` and `execute`: what is to be destroyed is listed, confirmed by its digest, and destroyed."""

from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table, progress_bar
from pipelines.retention.plan_text import plan_text
from pipelines.steps.access import record_access
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.executing import Executed, execute
from pipelines.steps.retention.nightly import prove
from pipelines.steps.retention.planning import Made, make_plan
from pipelines.steps.workspace import Workspace


def plan_command(home: HomeOption = None, clock: ClockOption = None, as_json: JsonOption = False) -> None:
    """List what has outlived its period: what, how many, which days, by which clause, and what is held back. Destroys nothing.

    The plan is a file below ledger/plans; its digest confirms it, until it expires. Files that nothing accounts for are on it
    too. Exits 0 whatever is due.
    """
    workspace = Workspace.open(settings_from(home, clock))
    from pipelines.run_records import wired  # noqa: PLC0415 -- Dagster takes seconds to import

    with workspace.home.lock(), wired(workspace.home.dagster) as wiring:
        begin_writing(workspace, wiring)
        made = make_plan(workspace, wiring)
    if as_json:
        print_json(_document(made))
        return
    console().print(plan_text(made.plan, made.reasons), end="", markup=False)
    if made.plan.items:
        console().print("")
        console().print(f"It is executed by: partnerstats retention execute --plan {made.plan.digest}", markup=False)


def execute_command(
    plan: Annotated[
        str, typer.Option("--plan", metavar="DIGEST", help="The digest of the plan, which confirms all of it.")
    ],
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Destroy what the plan with this digest lists: keys first, then what they opened. It does not come back.

    Refused when the plan has expired or anything is not as it was planned. What was cut short is finished; a second time does
    nothing. Then every byte is searched for what went; exits 1 when any of it is found.

    For example: partnerstats retention execute --plan DIGEST --role privacy_officer --reason "seen with the operator"
    """
    workspace = Workspace.open(settings_from(home, clock, role, reason))
    record_access(workspace, f"execution of the plan {plan}")
    from pipelines.run_records import wired  # noqa: PLC0415 -- Dagster takes seconds to import

    dagster = workspace.home.dagster
    with workspace.home.lock(), wired(dagster) as wiring, progress_bar(is_shown=not as_json) as progress:
        begin_writing(workspace, wiring)
        done = execute(workspace, plan, approved_by=workspace.settings.role, wiring=wiring, progress=progress)
        proof = None if done.was_done else prove(workspace, progress)
    has_passed = proof is None or proof.has_passed
    if as_json:
        print_json({**_executed(done), "proof": proof.to_body() if proof else None})
    else:
        _print(done)
        for fault in proof.faults() if proof else ():
            console().print(f"FAILED: {fault}", style="bold red", markup=False)
        if proof and has_passed:
            console().print("Nothing that was destroyed is left.")
    if not has_passed:
        raise typer.Exit(1)


def _document(made: Made) -> dict[str, object]:
    return {"digest": made.plan.digest, "waits_for_a_person": list(made.reasons), **made.plan.to_body()}


def _executed(done: Executed) -> dict[str, object]:
    entries = [entry.model_dump(mode="json") for entry in done.entries]
    return {"plan": done.plan.digest, "approved_by": done.approved_by, "was_done": done.was_done, "destroyed": entries}


def _print(done: Executed) -> None:
    if done.was_done:
        console().print("This plan was executed before; nothing was left to do.")
        return
    print_table(
        f"Destroyed by plan {done.plan.digest}",
        ["dataset", "stored as", "days", "files", "rows", "bytes", "keys", "clause", "method"],
        [
            (e.dataset, e.stored_as, len(e.days), e.files, e.rows, e.bytes, e.keys, e.clause, e.method)
            for e in done.entries
        ],
    )
