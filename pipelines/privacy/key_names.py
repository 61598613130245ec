"""A key's name says what it covers and when it is to be destroyed: `access_logs.2026-11-20.until-2027-02-25`.

A key made for one file alone carries a generation: `members.2026-11-20.g0123456789abcdef.until-open`.
"""

import re
from dataclasses import dataclass
from datetime import date

from pipelines.errors import KeyMissingError
from pipelines.storage.keys import safe_name

OPEN = "open"
_PATTERN = re.compile(
    r"(?P<dataset>[a-z0-9][a-z0-9_-]*)\.(?P<day>\d{4}-\d\d-\d\d)(?:\.g(?P<generation>[0-9a-f]{16}))?"
    r"\.until-(?P<until>\d{4}-\d\d-\d\d|open)"
)


@dataclass(frozen=True)
class KeyName:
    """The parts of a data key's name; `destroy_by` is None (`until-open`) when no day can be said."""

    dataset: str
    day: date
    generation: str | None
    destroy_by: date | None

    def __post_init__(self) -> None:
        """Refuse a dataset that may not become part of a path, by ValueError."""
        safe_name(self.dataset, "dataset")

    def __str__(self) -> str:
        """Return the name; `parse` reads it back."""
        generation = f".g{self.generation}" if self.generation else ""
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
            return cls(match["dataset"], date.fromisoformat(match["day"]), match["generation"], until)
        except ValueError:
            raise KeyMissingError("no key can have this name") from None
