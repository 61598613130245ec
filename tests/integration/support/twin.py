"""The twin of a check: what makes it fail."""

from dataclasses import dataclass

from support.corruption import Corruption


@dataclass(frozen=True)
class Twin:
    """A corruption, and the check that has to find it."""

    check: str
    what: str
    corruption: Corruption
