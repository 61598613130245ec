"""`partnerstats nightly`: the main job."""

from datetime import date as Date  # noqa: N812 -- the option is called date
from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, progress_bar
from pipelines.clock import parse_day
from pipelines.errors import UsageError
from pipelines.steps.demo import write_sample_if_new
from pipelines.steps.status import status_of
from pipelines.steps.workspace import OpenHome, open_home


def nightly(
    home: HomeOption = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The Asia/Seoul day to close. Default: yesterday.", show_default=False),
    ] = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the nightly job: import, pseudonymise, build, check, destroy what has outlived its period.

    It is seen as a run in the Dagster UI. Run it again after a failure: it goes on where work stopped, nothing counts twice. What
    is due within the policy's limits is destroyed, whatever else of the night fails; more than that waits for a person.
    A home that never imported and has nothing in its landing folder gets three days of sample input first.

    For example: partnerstats nightly --date 2026-11-20
    """
    from pipelines.runs import run_nightly  # noqa: PLC0415 -- Dagster takes a second to import

    settings = settings_from(home, clock, role, reason)
    opened = open_home(settings)
    day = _day(opened, date)
    with progress_bar(is_shown=not as_json) as report:
        sampled = write_sample_if_new(opened, report)
        outcome = run_nightly(settings, day, progress=report)
    document = status_of(opened)
    failed = [check for check in document["checks"] if not check["passed"] and check["severity"] == "error"]
    if as_json:
        print_json({**outcome.to_body(), "sample_written": sampled, "checks_failed": failed})
    else:
        _print(opened, day, outcome.run_id, document, failed, succeeded=outcome.succeeded, cause=outcome.cause)
    if not outcome.succeeded:
        raise typer.Exit(1 if outcome.is_check_failure else 2)
    if failed:
        raise typer.Exit(1)


def _day(opened: OpenHome, text: str | None) -> Date:
    day = parse_day(text) if text else opened.yesterday
    if day > opened.today:
        raise UsageError(f"{day} has not begun; it is {opened.today} in Asia/Seoul")
    return day


def _print(
    opened: OpenHome,
    day: Date,
    run_id: str,
    document: dict[str, object],
    failed: list[dict[str, object]],
    *,
    succeeded: bool,
    cause: str | None,
) -> None:
    screen = console()
    if succeeded:
        screen.print(f"The night of {day} is done: run {run_id}.", markup=False)
    else:
        screen.print(f"The night of {day} failed: {cause}. What stood before still stands. Run {run_id}.", markup=False)
    screen.print(
        f"{document['lines']:,} lines = {document['accepted']:,} accepted + {document['filtered']:,} filtered "
        f"+ {document['quarantined']:,} quarantined",
        markup=False,
    )
    for check in failed:
        screen.print(f"check failed: {check['sentence']} [{check['clause']}]", markup=False)
    given = f" --home {opened.settings.home}" if str(opened.settings.home) != "data" else ""
    screen.print("Look next:")
    for line in look_next(given):
        screen.print(f"  {line}", markup=False)


def look_next(given: str) -> list[str]:
    """Return the commands that show what a night made, each with what it shows; `given`: the home's option, if it needs one."""
    query = '"select * from service_daily_usage order by day"'
    return [
        f"partnerstats status{given}      files, lines and days",
        f"partnerstats sql{given} {query}",
        f"partnerstats dashboard{given}   what partners see, in a browser",
        f"partnerstats ui{given}          the run and its assets in Dagster",
    ]
