"""`partnerstats publish`: make the release that is due, and gate it."""

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table, progress_bar
from pipelines.releases.given import Outcome
from pipelines.steps.access import record_access
from pipelines.steps.publishing.publishing import publish_release
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.subjects.erasing import finish_requests
from pipelines.steps.workspace import Workspace


def publish(
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the days, weeks and months that closed, one file per partner; without news nothing is written.

    Every cell ever published is attacked first. Exits 1 when a privacy check failed or the gate refuses: the last release stays.
    """
    workspace = Workspace.open(settings_from(home, clock, role, reason))
    record_access(workspace, "publication of a release")
    with workspace.home.lock(), progress_bar(is_shown=not as_json) as report:
        begin_writing(workspace)
        finish_requests(workspace)
        done = publish_release(workspace, progress=report)
    if as_json:
        print_json({**done.outcome.to_body(), "retired": list(done.retired)})
    else:
        _print(done.outcome)
    if done.outcome.status == "refused":
        raise typer.Exit(1)


def _print(outcome: Outcome) -> None:
    screen = console()
    if outcome.status == "refused":
        screen.print("The gate refused the release; the last one stays. What would leak:")
        for leak, name, count in outcome.leaks:
            screen.print(f"  {name}: {count} {leak}", markup=False)
        return
    if outcome.status == "nothing":
        screen.print("Nothing closed that was not published; nothing was written.")
        return
    rows = [(name, counts.get("shown", 0), sum(counts.values())) for name, counts in outcome.cells.items()]
    print_table(f"Release {outcome.release}", ["table", "rows shown", "rows with anyone"], rows)
    screen.print(
        f"{outcome.files:,} partners, {outcome.linked:,} without news; {outcome.restated:,} restated, {outcome.left:,} left",
        markup=False,
    )
