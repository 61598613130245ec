"""`partnerstats count`: exact distinct counts over any retained range, for analysts."""

from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.clock import parse_day
from pipelines.steps.counting import GROUPS, Of, Question
from pipelines.steps.counting import count as counted
from pipelines.steps.workspace import Workspace, existing_home


def count(
    first_day: Annotated[str, typer.Option("--from", metavar="DATE", help="First Asia/Seoul day, YYYY-MM-DD.")],
    last_day: Annotated[str, typer.Option("--to", metavar="DATE", help="Last one, included.")],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="GROUP", help=f"Tell apart by this; may be repeated. One of {', '.join(GROUPS)}."),
    ] = None,
    of: Annotated[
        Of, typer.Option(help="Whose requests: everyone's, partners' audience, or partners' staff.")
    ] = Of.SERVICE,
    partner: Annotated[str | None, typer.Option(metavar="ID", help="Of this partner alone.")] = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count people exactly over any range of days whose events are still kept.

    Distinct people of a week are not the sum of its days, so they are counted from the events; the access is recorded.
    The figures are for analysts: what partners see goes through `partnerstats publish`.

    For example: partnerstats count --from 2026-03-01 --to 2026-03-20 --of audience --by partner --by device
    """
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    question = Question(parse_day(first_day), parse_day(last_day), tuple(by or ()), of, partner)
    found = counted(Workspace.open(settings), question)
    if as_json:
        rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
        print_json({"rows": rows, "days_without_events": found.days_without_events})
        return
    print_table(f"{of.value}, {question.first} to {question.last}", found.columns, found.rows)
    if found.days_without_events:
        console(stderr=True).print(f"{found.days_without_events} days of the range have no events.")
    console(stderr=True).print("For analysts, not for publication.")
