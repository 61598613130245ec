"""`partnerstats account`: who may sign in to the dashboard. A password is set by its owner alone, through a one-time link."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from pipelines.accounts.account import Account, AccountRole
from pipelines.accounts.changes import Invited
from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.steps import accounts as steps
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.workspace import Workspace, existing_home

SERVED_AT = "http://127.0.0.1:8250"

app = typer.Typer(help="Accounts of the dashboard.", no_args_is_help=True)

LoginArgument = Annotated[
    str, typer.Argument(metavar="LOGIN", help="The person's own login: 3 to 64 of a-z, 0-9 and . _ @ + -.")
]
UrlOption = Annotated[
    str,
    typer.Option(
        "--url", metavar="URL", envvar="PARTNERSTATS_DASHBOARD_URL", help="Where partners reach the dashboard."
    ),
]


@app.callback()
def account() -> None:
    """Accounts of the dashboard: one person each, made here or by a partner's own administrator.

    Start with: partnerstats account add kim.minji --partner P0001. It prints a link that works once, for 24 hours; hand it over
    in person or by a channel that only the person reads. Nobody else ever knows the password.
    """


@app.command("add")
def add(
    login: LoginArgument,
    partner: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The partner whose figures it sees, as in the registry's partner_id."),
    ] = None,
    account_role: Annotated[
        AccountRole, typer.Option("--as", help="What it may do; an administrator manages the partner's own readers.")
    ] = AccountRole.PARTNER_READER,
    url: UrlOption = SERVED_AT,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account and print the one-time link with which the person sets a password.

    For example: partnerstats account add kim.minji --partner P0001 --as partner-administrator --reason "contract 12"

    A privacy officer sees no partner: partnerstats account add lee.officer --as privacy-officer
    """
    with _changing(home, clock, role, reason) as workspace:
        invited = steps.add_account(workspace, login, account_role, partner)
    _tell(workspace, invited, url, as_json=as_json)


@app.command("list")
def list_command(
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the accounts with their partners, whether they can sign in, how, and until when the password holds."""
    workspace = _opened(home, clock, role, reason)
    found = steps.list_accounts(workspace)
    if as_json:
        print_json({"accounts": [_document(workspace, one) for one in found]})
        return
    print_table(
        f"Accounts ({len(found):,})",
        ["login", "role", "partner", "state", "second factor", "password until", "added"],
        [
            (
                a.login,
                a.role.value,
                a.partner_id,
                _state(workspace, a),
                _factor(a),
                a.expires_on,
                f"{a.added_at:%Y-%m-%d}",
            )
            for a in found
        ],
    )


@app.command("reset")
def reset(
    login: LoginArgument,
    is_factor_lost: Annotated[
        bool,
        typer.Option("--second-factor", help="The phone and the recovery codes are lost: end the second factor too."),
    ] = False,
    url: UrlOption = SERVED_AT,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an account a new one-time link: the former password and every session end at once, the second factor stays.

    Make sure first who asks (a call back to the number of the contract). For example: partnerstats account reset kim.minji

    Who lost phone and recovery codes proves who they are as when the account was made, in person or by the contract, and sets
    a new second factor up: partnerstats account reset kim.minji --second-factor
    """
    with _changing(home, clock, role, reason) as workspace:
        invited = steps.reset_account(workspace, login, ends_factor=is_factor_lost)
    _tell(workspace, invited, url, as_json=as_json)


@app.command("disable")
def disable(
    login: LoginArgument,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Disable an account at once: its sessions and the tokens it made end, nobody signs in with it until it is enabled.

    For example: partnerstats account disable kim.minji --reason "on leave"
    """
    with _changing(home, clock, role, reason) as workspace:
        found = steps.disable_account(workspace, login)
    if as_json:
        print_json(_document(workspace, found))
        return
    console().print("disabled; every session of it has ended", markup=False)


@app.command("enable")
def enable(
    login: LoginArgument,
    url: UrlOption = SERVED_AT,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a disabled account in again, through a new one-time link.

    For example: partnerstats account enable kim.minji --reason "back"
    """
    with _changing(home, clock, role, reason) as workspace:
        invited = steps.enable_account(workspace, login)
    _tell(workspace, invited, url, as_json=as_json)


@app.command("end")
def end(
    login: LoginArgument,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """End an account, on the day its person leaves: it is destroyed at once, its key first, and entered in the register.

    What was done with it stays in the access records for their own period.

    For example: partnerstats account end kim.minji --reason "left the company"
    """
    with _changing(home, clock, role, reason) as workspace:
        steps.end_account(workspace, login)
    if as_json:
        print_json({"ended": 1})
        return
    console().print("ended; nothing of the account is left", markup=False)


def _opened(home: HomeOption, clock: ClockOption, role: RoleOption, reason: ReasonOption) -> Workspace:
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    return Workspace.open(settings)


@contextmanager
def _changing(home: HomeOption, clock: ClockOption, role: RoleOption, reason: ReasonOption) -> Iterator[Workspace]:
    """Hold the home, brought up to what was destroyed since, while an account of it changes."""
    workspace = _opened(home, clock, role, reason)
    with workspace.home.lock():
        begin_writing(workspace)
        yield workspace


def _tell(workspace: Workspace, invited: Invited, url: str, *, as_json: bool) -> None:
    link = f"{url.rstrip('/')}/set-password/{invited.token}"
    if as_json:
        print_json({**_document(workspace, invited.account), "link": link})
        return
    hours = workspace.accounts.rules.link_hours
    console().print(f"The person sets a password here, once, within {hours} hours:\n{link}", markup=False)


def _document(workspace: Workspace, found: Account) -> dict[str, Any]:
    names = ("login", "role", "partner_id", "expires_on", "added_at")
    return {
        **{name: getattr(found, name) for name in names},
        "state": _state(workspace, found),
        "second_factor": _factor(found),
    }


def _factor(found: Account) -> str:
    """Say whether a second factor is set up, and how many recovery codes are left."""
    factor = found.second_factor
    return "none yet" if factor is None else f"set up, {len(factor.recovery_digests)} recovery codes left"


def _state(workspace: Workspace, found: Account) -> str:
    if found.is_disabled:
        return "disabled"
    if found.password_hash is None and found.link_expires_at is None:
        return "password ended"
    if found.password_hash is None:
        is_open = found.link_expires_at is not None and workspace.clock.now() < found.link_expires_at
        return "invited" if is_open else "link expired"
    return "password expired" if found.has_expired(workspace.today) else "active"
