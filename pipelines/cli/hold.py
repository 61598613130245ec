"""`partnerstats hold`: orders to keep what a dispute is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.clock import parse_day
from pipelines.errors import UsageError
from pipelines.rights.holds import Hold
from pipelines.steps.access import record_access
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.subjects.holds import Order, hold_dataset, hold_member, hold_partner, release_hold, review_hold
from pipelines.steps.subjects.person import Person, person_of
from pipelines.steps.workspace import Workspace, existing_home

app = typer.Typer(help="Legal holds.", no_args_is_help=True)


@app.callback()
def hold() -> None:
    """Legal holds: what a dispute is about is kept until it is settled, whatever its period says."""


@app.command("add")
def add(
    authority: Annotated[str, typer.Option(metavar="TEXT", help="Who orders it: a court, an authority, a contract.")],
    review: Annotated[str, typer.Option(metavar="DAY", help="The day by which it is looked at again, YYYY-MM-DD.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is held; sealed.")],
    member: Annotated[str | None, typer.Option(metavar="LOGIN_OR_ACCOUNT", help="Hold a member.")] = None,
    partner: Annotated[str | None, typer.Option(metavar="ID", help="Hold a partner and its members.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="NAME", help="Hold days of a dataset.")] = None,
    first_day: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First Asia/Seoul day.")] = None,
    last_day: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last one, included.")] = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a member, a partner, or days of a dataset.

    A member's lines are taken aside when their day is destroyed: a hold does not keep everyone's day.

    For example: partnerstats hold add --member LOGIN --reason "complaint 12" --authority "Seoul court" --review 2027-02-01
    """
    if sum(target is not None for target in (member, partner, dataset)) != 1:
        raise UsageError("hold one thing: --member, --partner or --dataset")
    order = Order(reason, authority, parse_day(review))
    with _writing(home, clock, role, reason) as workspace:
        if member is not None:
            found = hold_member(workspace, _member(workspace, member), order)
        elif partner is not None:
            found = hold_partner(workspace, partner, order)
        else:
            found = hold_dataset(workspace, str(dataset), *_range(first_day, last_day), order)
    if as_json:
        print_json(_document(found))
        return
    console().print(f"hold {found.hold_id}, to be looked at again by {found.review_on}", markup=False)


@app.command("review")
def review_command(
    hold_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `hold add` gave and `hold list` shows.")],
    until: Annotated[str, typer.Option("--review", metavar="DAY", help="The day of the next review, YYYY-MM-DD.")],
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a hold was looked at and is still needed; --reason says why, recorded with the access.

    For example: partnerstats hold review ID --review 2027-05-01 --reason "the dispute goes on"
    """
    with _writing(home, clock, role, reason) as workspace:
        found = review_hold(workspace, hold_id, parse_day(until))
    if as_json:
        print_json(_document(found))
        return
    console().print(f"hold {found.hold_id} stands, to be looked at again by {found.review_on}", markup=False)


@app.command("release")
def release(
    hold_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `hold add` gave and `hold list` shows.")],
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Release a hold: what it kept is back under its period, what was taken aside for it is destroyed.

    For example: partnerstats hold release ID --reason "settled"
    """
    with _writing(home, clock, role, reason) as workspace:
        found = release_hold(workspace, hold_id)
    if as_json:
        print_json(_document(found))
        return
    console().print(f"hold {found.hold_id} is released", markup=False)


@app.command("list")
def list_holds(
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the holds: on what, why, by whose authority, and when they are looked at again. A member stays unnamed."""
    workspace = _opened(home, clock, role, reason)
    record_access(workspace, "holds listed")
    holds = workspace.holds.all()
    if as_json:
        print_json({"holds": [_document(found) for found in holds]})
        return
    print_table(
        "Holds",
        ["id", "on", "what", "reason", "authority", "added", "review by", "released"],
        [
            (
                f.hold_id,
                f.on.value,
                _what(f),
                f.reason,
                f.authority,
                f"{f.added_at:%Y-%m-%d}",
                f.review_on,
                f.released_on,
            )
            for f in holds
        ],
    )


def _opened(home: HomeOption, clock: ClockOption, role: RoleOption, reason: ReasonOption) -> Workspace:
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    return Workspace.open(settings)


@contextmanager
def _writing(home: HomeOption, clock: ClockOption, role: RoleOption, reason: ReasonOption) -> Iterator[Workspace]:
    """Hold the home, brought up to date first: a restored one, or one with a plan cut short, is not what it seems."""
    workspace = _opened(home, clock, role, reason)
    with workspace.home.lock():
        begin_writing(workspace)
        yield workspace


def _member(workspace: Workspace, text: str) -> Person:
    try:
        return person_of(workspace, text, None)
    except UsageError:
        person = person_of(workspace, None, text)
        if not person.is_member:
            raise UsageError("the registry has no member with this login or account") from None
        return person


def _range(first_day: str | None, last_day: str | None) -> tuple[date, date]:
    if first_day is None or last_day is None:
        raise UsageError("say which days of the dataset: --from and --to")
    return parse_day(first_day), parse_day(last_day)


def _what(found: Hold) -> str:
    if found.dataset is not None:
        return f"{found.dataset} {found.first_day}..{found.last_day}"
    return found.partner_id or "a member"


def _document(found: Hold) -> dict[str, Any]:
    names = ("hold_id", "reason", "authority", "role", "review_on", "added_at", "released_on", "partner_id", "dataset")
    return {**{name: getattr(found, name) for name in (*names, "first_day", "last_day")}, "on": found.on.value}
