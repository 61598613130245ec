"""`partnerstats subject`: a member's rights. Who it is about is never printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.subjects.answers import Answer
from pipelines.steps.subjects.confirming import confirmation_code, require_confirmed
from pipelines.steps.subjects.erasing import carry_out, find, foretell
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace, existing_home

app = typer.Typer(help="A member's rights: find, erase, withdraw.", no_args_is_help=True)

LoginOption = Annotated[str | None, typer.Option("--login", metavar="LOGIN", help="The member's login ID.")]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", metavar="KEY", help="The member's account key; with --login, a login the account had."),
]
IdentificationOption = Annotated[
    str,
    typer.Option(
        "--identification",
        metavar="TEXT",
        help="How the person was identified, or the power of attorney; kept in the sealed access record alone.",
    ),
]


@app.callback()
def subject() -> None:
    """A member's rights: each request in a role, for a reason, and only once the person was identified."""


@app.command("find")
def find_command(
    identification: IdentificationOption,
    login: LoginOption = None,
    account: AccountOption = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count where a member occurs, in every dataset and store on disk. Values are not shown.

    Pseudonyms are made of the account again, sealed data stays shut. A store that can only be searched as text says so.

    For example: partnerstats subject find --login LOGIN --identification "passport, seen at the counter" --reason "request 12"
    """
    with _opened(home, clock, role, reason) as workspace:
        looked = find(workspace, person_of(workspace, login, account), identification)
    if as_json:
        searched = [
            {"dataset": f.dataset, "place": f.place, "count": f.count, "how": f.how, "how_ko": f.how_ko}
            for f in looked.found
        ]
        print_json({"found": [f for f in searched if f["count"]], "searched": searched, "not_read": looked.faults})
        return
    rows = [(f.dataset, f.place, f.count, f.how) for f in looked.found if f.count]
    print_table("Where the member occurs", ["dataset", "store", "count", "found by"], rows)
    console().print(f"{len(looked.found)} stores were looked at.", *(f"NOT READ: {f}" for f in looked.faults), sep="\n")


@app.command("erase")
def erase_command(
    identification: IdentificationOption,
    login: LoginOption = None,
    account: AccountOption = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a member: what may go goes at once and everywhere; what a law keeps is told, with law and day.

    Prints the answer for the member in Korean and English. A tombstone keeps the member out of late files, exports and
    restored backups. Asked again, nothing more happens; an erasure that was cut short is finished.

    For example: partnerstats subject erase --login LOGIN --identification "passport, seen at the counter" --reason "request 12"
    """
    with _opened(home, clock, role, reason) as workspace:
        answer = carry_out(workspace, person_of(workspace, login, account), "erased", identification)
    _print(answer, as_json=as_json)


@app.command("withdraw")
def withdraw_command(
    identification: IdentificationOption,
    login: LoginOption = None,
    account: AccountOption = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="CODE", help="The code that the call without it printed.")
    ] = None,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Withdraw a member's consent and end the membership, in two steps.

    Without --confirm: tells what will happen and gives a code, valid for 24 hours. With it: carries it out.

    For example: partnerstats subject withdraw --login LOGIN --identification "passport, at the counter" --reason "request 12"
    """
    with _opened(home, clock, role, reason) as workspace:
        person = person_of(workspace, login, account)
        if confirm is None:
            code = confirmation_code(workspace, person)
            answer = foretell(workspace, person, "withdrawn", identification)
        else:
            code = None
            require_confirmed(workspace, person, confirm)
            answer = carry_out(workspace, person, "withdrawn", identification)
    _print(answer, as_json=as_json, code=code)


@contextmanager
def _opened(home: HomeOption, clock: ClockOption, role: RoleOption, reason: ReasonOption) -> Iterator[Workspace]:
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    workspace = Workspace.open(settings)
    with workspace.home.lock():
        workspace.home.sweep()
        begin_writing(workspace)
        yield workspace


def _print(answer: Answer, *, as_json: bool, code: str | None = None) -> None:
    if as_json:
        text = {"text_ko": answer.text("ko"), "text_en": answer.text("en")}
        print_json({**answer.to_body(), "carried_out": code is None, "confirmation_code": code, **text})
        return
    screen = console()
    if code is not None:
        screen.print("Nothing was changed yet. This is what will happen:\n", markup=False)
    screen.print(f"{answer.text('ko')}\n{answer.text('en')}", markup=False)
    if code is not None:
        screen.print(f"To carry it out within 24 hours, add: --confirm {code}", markup=False)
