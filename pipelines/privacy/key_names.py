"""A key's name says what it covers and when it is to be destroyed: `access_logs.2026-11-20.until-2027-02-25`.

A key made for one file alone carries a generation: `members.2026-11-20.g0123456789abcdef.until-open`. A day's key that took
the place of a former one says how many did before it: `access_logs.2026-11-20.r1.until-2027-02-25`.
"""

import re
from dataclasses import dataclass
from datetime import date

from pipelines.errors import KeyMissingError
from pipelines.storage.keys import safe_name

OPEN = "open"
_PATTERN = re.compile(
    r"(?P<dataset>[a-z0-9][a-z0-9_-]*)\.(?P<day>\d{4}-\d\d-\d\d)(?:\.g(?P<generation>[0-9a-f]{16})|\.r(?P<renewal>[1-9]\d{0,8}))?"
    r"\.until-(?P<until>\d{4}-\d\d-\d\d|open)"
)


@dataclass(frozen=True)
class KeyName:
    """The parts of a data key's name; `destroy_by` is None (`until-open`) when no day can be said."""

    dataset: str
    day: date
    generation: str | None
    destroy_by: date | None
    renewal: int = 0
    """How many keys of the same day it followed, by rotation; 0 for the first and for one with a generation."""

    def __post_init__(self) -> None:
        """Refuse a dataset that may not become part of a path, by ValueError."""
        safe_name(self.dataset, "dataset")

    def __str__(self) -> str:
        """Return the name; `parse` reads it back."""
        generation = f".g{self.generation}" if self.generation else f".r{self.renewal}" if self.renewal else ""
        until = self.destroy_by.isoformat() if self.destroy_by else OPEN
        return f"{self.dataset}.{self.day.isoformat()}{generation}.until-{until}"

    @classmethod
    def parse(cls, text: str) -> "KeyName":
        """Read a name. Raises KeyMissingError for anything else: no key can be called so."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise KeyMissingError("no key can have this name")
        try:
            until = None if match["until"] == OPEN else date.fromisoformat(match["until"])
            day, renewal = date.fromisoformat(match["day"]), int(match["renewal"] or 0)
            return cls(match["dataset"], day, match["generation"], until, renewal)
        except ValueError:
            raise KeyMissingError("no key can have this name") from None
