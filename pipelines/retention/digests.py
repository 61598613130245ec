"""Keyed digests of whole lines and rows, and of what stands around a time in them: all that is kept of destroyed data."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import blake2b

SHORTEST = 24
"""Bytes a line has at least to be told from others; shorter ones are neither sampled nor looked up."""
DIGEST_BYTES = 16

_TIME = re.compile(rb":\d\d:\d\d")
WINDOW_BYTES = 64
_SHORT_SIDE, _LONG_SIDE = 14, 58
"""Where a window begins before the first colon of a time: with its date, or so that it ends with its seconds."""
_QUOTING = b'\\"'
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Digester:
    """Digests under one key: BLAKE2b with a key (RFC 7693), 16 bytes; without the key nobody can try lines against them."""

    def __init__(self, key: bytes) -> None:
        """Take a key of 32 bytes. Raises ValueError for another length."""
        if len(key) != 32:
            raise ValueError("the key of line digests has 32 bytes")
        self._keyed = blake2b(key=key, digest_size=DIGEST_BYTES)

    def digest(self, data: bytes) -> bytes:
        """Return the digest of `data`."""
        keyed = self._keyed.copy()
        keyed.update(data)
        return keyed.digest()

    def digests(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the digest of each line that is long enough."""
        begin = self._keyed.copy
        for line in lines:
            if len(line) >= SHORTEST:
                keyed = begin()
                keyed.update(line)
                yield keyed.digest()


def lines_of(block: bytes) -> list[bytes]:
    """Return the lines of `block` without their ends."""
    return (block.replace(b"\r\n", b"\n") if b"\r\n" in block else block).split(b"\n")


def date_texts(days: Iterable[date]) -> frozenset[bytes]:
    """Return how logs write `days` and the days next to them (a log's day need not be Seoul's)."""
    near = {day + timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    texts = [(day.isoformat(), f"{day:%d}/{_MONTHS[day.month - 1]}/{day:%Y}") for day in near]
    return frozenset(text.encode() for pair in texts for text in pair)


def windows(data: bytes, dates: frozenset[bytes]) -> Iterator[bytes]:
    """Yield 64 bytes that begin before, and 64 that end after, each time of day that follows one of `dates`.

    Quotes and backslashes are left out. This is how a line is found that stands among other bytes without a line's end, or with
    quotes doubled or escaped: in a page of a database, in a message, in a field.
    """
    flat = data.translate(None, _QUOTING)
    for match in _TIME.finditer(flat):
        at = match.start()
        if flat[at - 11 : at] in dates or flat[at - 13 : at - 3] in dates:
            for begin in (at - _SHORT_SIDE, at - _LONG_SIDE):
                window = flat[max(begin, 0) : begin + WINDOW_BYTES]
                if begin >= 0 and len(window) == WINDOW_BYTES:
                    yield window
