"""`partnerstats sql`: a read-only query on the warehouse's aggregates."""

from typing import Annotated

import typer

from pipelines.cli.options import HomeOption, JsonOption, settings_from
from pipelines.cli.output import console, print_json, print_table
from pipelines.home import Home
from pipelines.warehouse.reading import query


def sql(
    text: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT, in DuckDB's SQL.")],
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many rows.")] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Query the warehouse. It holds aggregates only, is opened read-only, and reaches no file but its own.

    For example: partnerstats sql "select day, visits from service_daily_usage order by day"
    """
    columns, rows = query(Home(settings_from(home).home).warehouse, text, limit)
    if as_json:
        print_json({"columns": columns, "rows": rows})
        return
    print_table("", columns, rows)
    console(stderr=True).print(f"{len(rows):,} rows" + (f", cut at --limit {limit:,}" if len(rows) == limit else ""))
