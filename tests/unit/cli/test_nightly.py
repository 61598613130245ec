"""What `partnerstats nightly` says to look at next."""

from typer.main import get_command

from pipelines.cli.app import app
from pipelines.cli.nightly import look_next


def test_what_to_look_at_next_are_commands_and_the_partners_dashboard_is_one():
    named = [line.split()[1] for line in look_next("")]
    assert {"status", "dashboard", "ui"} < set(named) <= set(get_command(app).commands)


def test_another_home_is_named_in_each_of_them():
    assert all(" --home /srv/home " in line for line in look_next(" --home /srv/home"))
