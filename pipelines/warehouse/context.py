"""What a dbt run reads and may use, held in this process only: event files with their keys, and the engine's limits.

dbt opens its connections itself, on threads of its own; the plugin finds here what no profile, environment or artifact may hold.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pipelines.storage.keys import DataKey


@dataclass(frozen=True)
class DayFile:
    """The encrypted Parquet file of one Asia/Seoul day of events of one kind, and its key (kind `aes256`)."""

    day: date
    path: Path
    key: DataKey = field(repr=False)


@dataclass(frozen=True)
class EngineLimits:
    """What DuckDB may use; spill files go to `temp_folder`, encrypted."""

    threads: int
    memory_limit_bytes: int
    temp_limit_bytes: int
    temp_folder: Path
    extension_directory: Path


@dataclass(frozen=True)
class Relation:
    """A further table of the source: its files, one a day, and its columns with DuckDB types."""

    files: tuple[DayFile, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class EventContext:
    """The events a run may see, one file a day, their columns with DuckDB types, and the limits the run keeps to.

    `beside` are the further tables of the source, by name.
    """

    events: tuple[DayFile, ...]
    columns: Mapping[str, str]
    limits: EngineLimits
    beside: Mapping[str, Relation] = field(default_factory=dict)

    @property
    def relations(self) -> Mapping[str, Relation]:
        """Every table of the source, by name."""
        return {"events": Relation(self.events, self.columns), **self.beside}


class _Holder:
    """At most one context at a time: dbt-duckdb keeps one environment a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.current: EventContext | None = None


_holder = _Holder()


@contextmanager
def provided(context: EventContext | None) -> Iterator[None]:
    """Let the plugin see `context` inside the block. A second caller on another thread waits."""
    with _holder.lock:
        _holder.current = context
        try:
            yield
        finally:
            _holder.current = None


def current() -> EventContext | None:
    """Return the context of the run under way; None outside of one (as when an analyst runs dbt to write the docs)."""
    return _holder.current
