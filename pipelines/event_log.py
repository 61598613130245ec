"""Dagster's event log on SQLite, written through one engine a file instead of a new one for each event.

A night writes many hundred events. Dagster makes an engine for each, which then asks the library what it can do and compiles
every statement anew: more work than the writing. The engines kept here keep no connection (`NullPool`), so each event still
opens and closes the file, and nothing of it outlives a kill or a fork. Only while a run writes hundreds of events one after
the other are the files held open (`held_open`), and only two of them: the index of all runs and the run's own file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool, QueuePool

_MOST_ENGINES = 16
"""A home has two at work: the index of all runs and the run's own file."""
_INDEX = "index"


class _Held(QueuePool):
    """Keeps a connection when Dagster disposes of the engine, which it does after each event; `let_go` closes it."""

    def dispose(self) -> None:
        """Keep the connection."""

    def recreate(self) -> "_Held":
        """Go on with the same pool."""
        return self

    def let_go(self) -> None:
        """Close what is open."""
        super().dispose()


_held: dict[str, Engine | None] = {}
"""The engines in use by name of the file; of those without a value the file was not asked for yet."""


def keep_engines() -> None:
    """Let Dagster's event log of this process ask for its engines here; done twice it is done once."""
    sqlite_event_log.create_engine = engine_of  # type: ignore[assignment, attr-defined]


@contextmanager
def held_open(run_id: str) -> Iterator[None]:
    """Keep the index and the file of the run open for the events of the block, which are hundreds.

    In the block no file of the event log may be read but by SQLite: the system takes all of a process's locks on a file away as
    soon as any of its descriptors is closed. Blocks are not nested; an inner one changes nothing.
    """
    if _held:
        yield
        return
    _held.update({_INDEX: None, run_id: None})
    try:
        yield
    finally:
        engines = [engine for engine in _held.values() if engine is not None]
        _held.clear()
        for engine in engines:
            if isinstance(engine.pool, _Held):
                engine.pool.let_go()


def engine_of(url: str, *, poolclass: type[NullPool], connect_args: dict[str, Any]) -> Engine:
    """Return the engine of `url`, as Dagster asks for it: the same one for the same file."""
    if poolclass is not NullPool:
        return create_engine(url, poolclass=poolclass, connect_args=connect_args)
    name = PurePosixPath(url).stem
    if name not in _held:
        return _kept(url, tuple(sorted(connect_args.items())))
    engine = _held[name] or _hold(name, url, connect_args)
    return engine if str(engine.url) == url else _kept(url, tuple(sorted(connect_args.items())))


def _hold(name: str, url: str, arguments: dict[str, Any]) -> Engine:
    engine = _held[name] = create_engine(url, poolclass=_Held, pool_size=1, max_overflow=-1, connect_args=arguments)
    return engine


@lru_cache(maxsize=_MOST_ENGINES)
def _kept(url: str, arguments: tuple[tuple[str, Any], ...]) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args=dict(arguments))
