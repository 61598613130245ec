"""Dagster's entry point: it only calls `build_defs()`."""

import dagster as dg

from pipelines.build import build_defs


@dg.definitions
def defs() -> dg.Definitions:
    """The whole of partnerstats."""
    return build_defs()
