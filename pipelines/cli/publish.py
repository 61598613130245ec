"""`partnerstats publish`: make the release that is due, and gate it; export one for BI tools; say why rows are hidden."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table, progress_bar
from pipelines.clock import parse_day
from pipelines.errors import UsageError
from pipelines.releases.exporting import Format
from pipelines.releases.given import Outcome
from pipelines.steps.access import record_access
from pipelines.steps.publishing.exporting import export_release
from pipelines.steps.publishing.publishing import publish_release
from pipelines.steps.publishing.reasons import WORDS, reasons
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.subjects.erasing import finish_requests
from pipelines.steps.workspace import Workspace, existing_home

SHOWN = "shown"

app = typer.Typer(help="Make and gate the release that is due; export one; say why rows are hidden.")


@app.callback(invoke_without_command=True)
def publish(
    context: typer.Context,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish the days, weeks and months that closed, one file per partner; without news nothing is written.

    Every cell ever published is attacked first. Exits 1 when a privacy check failed or the gate refuses: the last release stays.
    """
    if context.invoked_subcommand is not None:
        _refuse_options_before(context)
        return
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


@app.command("export")
def export(
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder outside the home; made if need be.")],
    form: Annotated[Format, typer.Option("--format", help="CSV for spreadsheets, or Parquet.")] = Format.CSV,
    partner: Annotated[str | None, typer.Option(metavar="ID", help="This partner's tables.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Each partner's tables, in a folder of its own.")] = False,
    release: Annotated[str | None, typer.Option(metavar="ID", help="Default: the current release.")] = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the tables of a release for BI tools: what partners' files hold and nothing else.

    CSV is UTF-8 with a byte order mark; a text that a spreadsheet would take for a formula gets an apostrophe in front. No access
    is recorded, since the figures are about nobody: they came through the gate.

    For example: partnerstats publish export --partner p-001 --format csv --to ~/bi
    """
    if (partner is None) is not everyone:
        raise UsageError("say whose tables: --partner ID, or --all")
    settings = settings_from(home, clock)
    existing_home(settings)
    done = export_release(Workspace.open(settings), partner, form, to, release)
    if as_json:
        print_json(done.to_body())
        return
    print_table(f"Release {done.release}", ["partner", "folder"], [(one, str(at)) for one, at in done.folders.items()])
    console().print(f"{done.written.files:,} files, {done.written.rows:,} rows, in {done.written.folder}", markup=False)


@app.command("why")
def why(
    partner: Annotated[str, typer.Option(metavar="ID", help="Whose rows: as in the registry's partner_id.")],
    first_day: Annotated[str, typer.Option("--from", metavar="DATE", help="Periods that begin on it or later.")],
    last_day: Annotated[str, typer.Option("--to", metavar="DATE", help="Periods that begin on it or before.")],
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="Each row of this table. Default: how many rows of each table.")
    ] = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say of a partner's published rows which are hidden, and why: for analysts, from the gate's memory, which has no figures.

    For example: partnerstats publish why --partner p-001 --from 2026-11-02 --to 2026-11-08 --table partner_device_daily
    """
    settings = settings_from(home, clock)
    existing_home(settings)
    found = reasons(Workspace.open(settings), partner, table, parse_day(first_day), parse_day(last_day))
    if as_json:
        print_json({"rows": [asdict(one) for one in found]})
        return
    if table is None:
        counted = Counter((one.table, one.reason or SHOWN) for one in found)
        print_table("", ["table", "state", "rows"], [(*state, rows) for state, rows in sorted(counted.items())])
    else:
        rows = [(one.first_day, one.value, one.reason or SHOWN, f"{one.release:04}") for one in found]
        print_table("", ["begins", "row", "state", "decided in release"], rows)
    for reason in sorted({one.reason for one in found if one.reason}):
        console(stderr=True).print(f"{reason}: {WORDS[reason]}.", markup=False)
    console(stderr=True).print("For analysts, not for publication.")


def _refuse_options_before(context: typer.Context) -> None:
    """Raise UsageError when an option was given before the name of a further command, where nothing would heed it."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source is not None and source.name != "DEFAULT"]
    if given:
        raise UsageError(f"give the options after `{context.invoked_subcommand}`")


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
