"""The console script `partnerstats`: its commands, and what happens when one fails."""

import sys
from typing import NoReturn

import typer

from pipelines.cli import (
    account,
    backfill,
    check,
    count,
    dashboard,
    demo,
    hold,
    imports,
    keys,
    nightly,
    publish,
    retention,
    serve,
    sql,
    status,
    subject,
)
from pipelines.cli.output import console, print_json
from pipelines.errors import PartnerstatsError
from pipelines.unexpected import told_without_values

EPILOG = (
    "Exit codes: 0 done, 1 a check failed, 2 bad input or usage. Settings: environment variables with the prefix "
    "PARTNERSTATS_. Start with `partnerstats nightly`."
)

app = typer.Typer(
    help="Usage statistics for partners that cannot be turned back into a person.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("nightly")(nightly.nightly)
app.command("backfill")(backfill.backfill)
app.command("import")(imports.import_command)
app.command("status")(status.status)
app.command("sql")(sql.sql)
app.command("check")(check.check)
app.command("count")(count.count)
app.add_typer(publish.app, name="publish")
app.add_typer(keys.app, name="keys")
app.add_typer(retention.app, name="retention")
app.add_typer(hold.app, name="hold")
app.add_typer(subject.app, name="subject")
app.add_typer(account.app, name="account")
app.command("dashboard")(dashboard.dashboard)
app.command("ui")(serve.ui)


def main() -> None:
    """Run the command line; an error becomes one sentence without data, and its exit code."""
    try:
        app()
    except PartnerstatsError as error:
        _leave(error)
    except Exception as cause:  # noqa: BLE001 -- every kind may quote a value
        _leave(told_without_values(cause))


def _leave(error: PartnerstatsError) -> NoReturn:
    if "--json" in sys.argv:
        print_json({"error": str(error), "kind": type(error).__name__})
    console(stderr=True).print("error:", str(error), style="bold red", markup=False)
    sys.exit(error.exit_code)
