"""What a file is decoded to, layer by layer, and the errors that say it could not be."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """What the pieces of a layer are."""

    CONTENT = "content"
    """Chunks of a stream whose lines are whole lines of somebody's."""
    VALUES = "values"
    """Chunks of a stream whose lines are none: single values, one a line, of columns or documents; bytes that are no text."""
    ROWS = "rows"
    """Whole rows of a table, each as `row_text` puts it."""


@dataclass(frozen=True)
class Layer:
    """One decoded form: how it was got at (`sealed > zstd`), and its pieces, to be read once and before the next layer."""

    how: str
    form: Form
    pieces: Iterator[bytes]
    depth: int = 0


class UnreadableError(Exception):
    """A file could not be read in full; the text says why, in fixed words, and nothing of what is in it."""


class DamagedContentError(UnreadableError):
    """What is read is of a known kind, but broken: nobody can read more of it than its bytes, which were looked at."""
