"""What a release is made of and where, and what comes of it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.policy import Policy
from pipelines.releases.published import NameOf
from pipelines.storage.ledger import Ledger

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Place:
    """Where a release is made of what: the warehouse, the gate's memory, the releases, a folder to stage in, the ledger."""

    warehouse: Path
    gate: Path
    published: Path
    staging: Path
    ledger: Ledger


@dataclass(frozen=True)
class Given:
    """What is passed in: the policy, the instant, the digest of each day that has statistics, partners, names, a database."""

    policy: Policy
    now: datetime
    days: Mapping[date, str]
    partners: Sequence[str]
    """Every partner that gets a file; those the marts speak of get one too."""
    name_of: NameOf
    connect: Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]


@dataclass(frozen=True)
class Outcome:
    """What came of it. `release` is the current one afterwards; `leaks` (how, class of cells, how many): why one was refused."""

    status: str
    """`published`, `nothing` (no news), or `refused`."""
    release: str | None
    cells: dict[str, dict[str, int]] = field(default_factory=dict)
    closed: dict[str, list[str]] = field(default_factory=dict)
    waiting: tuple[date, ...] = ()
    files: int = 0
    linked: int = 0
    restated: int = 0
    left: int = 0
    leaks: tuple[tuple[str, str, int], ...] = ()

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping: counts and words, no value."""
        return {
            **self.__dict__,
            "waiting": [day.isoformat() for day in self.waiting],
            "leaks": [list(one) for one in self.leaks],
        }
