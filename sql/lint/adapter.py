"""What sqlfluff sees as dbt's `adapter`: the duckdb variant of a macro."""

from collections.abc import Callable

import jinja2


@jinja2.pass_context
def dispatch(context: jinja2.runtime.Context, macro: str) -> Callable[..., str]:
    """Return the macro's duckdb variant."""
    return context.resolve(f"duckdb__{macro}")
