"""`partnerstats keys`: the keyring, without a single secret."""

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, settings_from
from pipelines.cli.output import print_json, print_table
from pipelines.steps.workspace import Workspace

app = typer.Typer(help="The keyring.", no_args_is_help=True)


@app.callback()
def keys() -> None:
    """The keyring: one wrapped data key for each dataset and day."""


@app.command("status")
def status(home: HomeOption = None, clock: ClockOption = None, as_json: JsonOption = False) -> None:
    """List the data keys: what each covers and by when it is to be destroyed. Shows no key."""
    workspace = Workspace.open(settings_from(home, clock))
    infos = workspace.keyring.list()
    if as_json:
        fields = ("name", "dataset", "day", "destroy_by", "kind")
        print_json(
            {
                "master_key": workspace.settings.master_key_file,
                "keys": [{field: getattr(info, field) for field in fields} for info in infos],
            }
        )
        return
    print_table(
        f"Keys in {workspace.settings.key_folder}, wrapped by {workspace.settings.master_key_file.name}",
        ["dataset", "day", "to be destroyed by", "kind", "name"],
        [(info.dataset, info.day, info.destroy_by, info.kind, info.name) for info in infos],
    )
