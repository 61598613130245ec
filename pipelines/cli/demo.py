"""`partnerstats demo`: sample input of any size."""

from typing import Annotated

import typer

from pipelines.cli.options import ClockOption, HomeOption, JsonOption, settings_from
from pipelines.cli.output import console, print_json, progress_bar
from pipelines.clock import parse_day
from pipelines.steps.demo import demo_plan, write_sample
from pipelines.steps.workspace import open_home


def demo(
    home: HomeOption = None,
    days: Annotated[int, typer.Option(min=1, help="How many days, up to and including --to.")] = 7,
    requests_per_day: Annotated[int, typer.Option(min=1, help="About how many log lines a day.")] = 20_000,
    partners: Annotated[int, typer.Option(min=1, help="How many labels, distributors and artists.")] = 30,
    members: Annotated[int, typer.Option(min=1, help="How many members act for them.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
    to: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The last day, Asia/Seoul. Default: yesterday.", show_default=False),
    ] = None,
    clock: ClockOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a full, deterministic landing folder: access logs and registry exports of people who do not exist.

    The home becomes a demo home, and refuses real input from then on.
    """
    settings = settings_from(home, clock)
    opened = open_home(settings)
    plan = demo_plan(opened.clock, days, requests_per_day, partners, members, seed, parse_day(to) if to else None)
    with progress_bar(is_shown=not as_json) as report:
        written = write_sample(opened, plan, progress=report)
    if as_json:
        print_json({"landing": opened.home.landing, **written})
    else:
        console().print(f"{written['lines']:,} lines in {written['files']} files below {opened.home.landing}")
