"""`partnerstats keys`: the keyring, without a single secret."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, ReasonOption, RoleOption, settings_from
from pipelines.cli.output import console, print_json, print_table, progress_bar
from pipelines.errors import UsageError
from pipelines.privacy.keyring import KeyInfo, Keyring
from pipelines.steps.access import record_access
from pipelines.steps.accounts import rotate_dashboard
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.distinct_counts import ALL_DAYS
from pipelines.steps.retention.inventory.places import KEY_DATASET
from pipelines.steps.retention.key_destruction import destroy_keys
from pipelines.steps.retention.rotation import DATA_KEYS, PSEUDONYMS, RotationReport, rotate
from pipelines.steps.subjects.erasing import finish_requests
from pipelines.steps.workspace import Workspace, existing_home

app = typer.Typer(help="The keyring.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """The keyring: one wrapped data key for each dataset and day."""


@app.command("status")
def status(home: HomeOption = None, clock: ClockOption = None, as_json: JsonOption = False) -> None:
    """List the keys: what each covers and by when it is to be destroyed. Shows no key."""
    workspace = Workspace.open(settings_from(home, clock))
    infos, superseded = workspace.keyring.list(), _superseded(workspace)
    generations = workspace.keyring.pseudonym_generations()
    dashboard = workspace.accounts.keyring if workspace.has_accounts else None
    if as_json:
        fields = ("name", "dataset", "day", "generation", "destroy_by", "kind", "superseded_on")
        print_json(
            {
                "master_key": workspace.settings.master_key_file,
                "master_key_fingerprint": workspace.keyring.fingerprint,
                "pseudonym_generations": list(generations),
                "superseded": [{"name": info.name, "destroy_by": until} for info, until in superseded],
                "keys": [{field: getattr(info, field) for field in fields} for info in infos],
                "dashboard": dashboard
                and {
                    "master_key_fingerprint": dashboard.fingerprint,
                    "keys": [{field: getattr(info, field) for field in fields} for info in dashboard.list()],
                },
            }
        )
        return
    ends = {info.name: until for info, until in superseded}
    print_table(
        f"Keys in {workspace.settings.key_folder}, wrapped by {workspace.settings.master_key_file.name}",
        ["dataset", "day", "to be destroyed by", "kind", "superseded on", "name"],
        [
            (info.dataset, info.day, ends.get(info.name, info.destroy_by), info.kind, info.superseded_on, info.name)
            for info in infos
        ],
    )
    console().print(
        f"{len(infos):,} data keys, {len(superseded):,} superseded; pseudonyms of generation "
        f"{', '.join(map(str, generations))}; master key {workspace.keyring.fingerprint}",
        markup=False,
    )
    if dashboard is not None:
        _print_dashboard(workspace, dashboard)


@app.command("rotate")
def rotate_command(
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Derive every retained day again under a new root key.")
    ] = False,
    data: Annotated[
        bool, typer.Option("--data", help="Write every sealed and encrypted file anew under new data keys.")
    ] = False,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="Write the dashboard's accounts anew under new keys of its own keyring.")
    ] = False,
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Replace keys and destroy the former ones: --pseudonyms, --data, --dashboard or several of them.

    Copies taken before, of the home and of the keyring, open nothing afterwards: make a new backup. Interrupted, it is finished
    by the next call or the next night. Fails when the distinct counts are not those of before.
    """
    what = tuple(name for name, is_asked in ((PSEUDONYMS, pseudonyms), (DATA_KEYS, data)) if is_asked)
    if not what and not dashboard:
        raise UsageError("say what to rotate: --pseudonyms, --data, --dashboard or several of them")
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    workspace = Workspace.open(settings)
    with workspace.home.lock(), progress_bar(is_shown=not as_json) as report:
        record_access(workspace, f"rotate {' and '.join((*what, *(['dashboard-keys'] if dashboard else [])))}")
        workspace.home.sweep()
        begin_writing(workspace)
        finish_requests(workspace)
        reports = rotate(workspace, what, report) if what else []
        accounts = rotate_dashboard(workspace) if dashboard else None
    if as_json:
        print_json({"rotations": [_document(found) for found in reports], "dashboard": accounts and asdict(accounts)})
        return
    for found in reports:
        _print(found)
    if accounts is not None:
        said = f"dashboard: {accounts.accounts:,} accounts under new keys, {accounts.keys_destroyed:,} keys destroyed."
        console().print(f"{said} Make a new backup: older ones open nothing.", markup=False)


@app.command("destroy")
def destroy_command(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names as `keys status` shows them.")],
    home: HomeOption = None,
    clock: ClockOption = None,
    role: RoleOption = None,
    reason: ReasonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Destroy data keys by name: what they open cannot be read any more, nor any copy of it.

    Only the privacy officer does (--role privacy_officer), for a reason (--reason); entered in the register of destructions.

    For example: partnerstats keys destroy access_logs.2026-11-20.until-2027-02-25 --role privacy_officer --reason "order 7"
    """
    settings = settings_from(home, clock, role, reason)
    existing_home(settings)
    workspace = Workspace.open(settings)
    with workspace.home.lock():
        begin_writing(workspace)
        infos = destroy_keys(workspace, names)
    if as_json:
        print_json({"destroyed": [info.name for info in infos]})
        return
    console().print(f"{len(infos):,} keys destroyed, the survivors wrapped under a new master key.", markup=False)


def _print_dashboard(workspace: Workspace, keyring: Keyring) -> None:
    infos = keyring.list()
    print_table(
        f"Keys of the dashboard in {workspace.settings.dashboard_key_folder}",
        ["dataset", "day", "kind", "name"],
        [(info.dataset, info.day, info.kind, info.name) for info in infos],
    )
    console().print(f"{len(infos):,} data keys of the dashboard; master key {keyring.fingerprint}", markup=False)


def _superseded(workspace: Workspace) -> list[tuple[KeyInfo, date]]:
    """Return the superseded keys, each with the last day by which it is to be destroyed."""
    names = {key.name for key in workspace.registry.superseded_keys()}
    period = workspace.policy.dataset(KEY_DATASET).period
    grace = timedelta(days=period.destroy_within_days if period else 0)
    return [
        (info, info.superseded_on + grace)
        for info in workspace.keyring.list()
        if info.name in names and info.superseded_on is not None
    ]


def _document(report: RotationReport) -> dict[str, Any]:
    return {**asdict(report), "what": list(report.what)}


def _print(report: RotationReport) -> None:
    screen, what = console(), " and ".join(report.what)
    if report.was_interrupted:
        screen.print(f"A rotation of {what} that was interrupted is finished.", markup=False)
    screen.print(f"{what}: {report.moved:,} of {report.days:,} days moved.", markup=False)
    same = {True: "equal before and after", False: "NOT equal", None: "not compared: something was taken in meanwhile"}
    print_table(
        f"Distinct counts over all retained days, {same[report.is_equal]}",
        ["what", "before", "after"],
        [
            (name, count, report.after.get(days, {}).get(name))
            for days, counts in report.before.items()
            if days.endswith(ALL_DAYS)
            for name, count in counts.items()
            if name != "events" or days == ALL_DAYS
        ],
    )
    screen.print(f"{report.keys_destroyed:,} keys destroyed. Make a new backup: older ones open nothing.", markup=False)
