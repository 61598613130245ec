"""Dagster's event log on SQLite, written through one engine a file instead of a new one for each event.

A night writes many hundred events. Dagster makes an engine for each, which then asks the library what it can do and compiles
every statement anew: more work than the writing. The engines kept here keep no connection (`NullPool`), so each event still
opens and closes the file, and nothing of it outlives a kill or a fork.
"""

from functools import lru_cache
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

_MOST_ENGINES = 16
"""A home has two at work: the index of all runs and the run's own file."""


def keep_engines() -> None:
    """Let Dagster's event log of this process ask for its engines here; done twice it is done once."""
    sqlite_event_log.create_engine = engine_of  # type: ignore[assignment, attr-defined]


def engine_of(url: str, *, poolclass: type[NullPool], connect_args: dict[str, Any]) -> Engine:
    """Return the engine of `url`, as Dagster asks for it: the same one for the same file."""
    if poolclass is not NullPool:
        return create_engine(url, poolclass=poolclass, connect_args=connect_args)
    return _kept(url, tuple(sorted(connect_args.items())))


@lru_cache(maxsize=_MOST_ENGINES)
def _kept(url: str, arguments: tuple[tuple[str, Any], ...]) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args=dict(arguments))
