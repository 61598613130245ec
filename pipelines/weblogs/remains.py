"""A file of which only some days are left in the vault: whether a delivery is a copy of it, told from the lines that are left.

Its lines of destroyed days are nowhere, so that nobody can compare them; it need not be done either, since such lines are
filtered when they are delivered again. What must not be taken in twice are the lines that are left.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs.records import PAST_PERIOD, ImportRecord

IsPast = Callable[[date], bool]


def is_partly_gone(chain: Sequence[ImportRecord], is_past: IsPast) -> bool:
    """Say whether lines of the imports `chain` are stored no more, or never were since their day was past."""
    days = {date.fromisoformat(segment["day"]) for record in chain for segment in record.segments}
    return any(map(is_past, days)) or any(PAST_PERIOD in record.filtered for record in chain)


def remains_begin_with(vault: Vault, chain: Sequence[ImportRecord], content: Iterable[bytes], is_past: IsPast) -> bool:
    """Say whether every line that is left of `chain` stands in `content` under its number, as far as `content` goes.

    There must be one: a delivery none of whose lines could be compared is none of which a line is left.
    """
    left = _lines_left(vault, chain, is_past)
    compared = False
    for number, line in enumerate(_lines(content), start=1):
        known = left.get(number)
        if known is not None:
            if not known.startswith(line):
                return False
            compared = True
    return compared


def _lines_left(vault: Vault, chain: Sequence[ImportRecord], is_past: IsPast) -> dict[int, bytes]:
    """Return the lines that are left by their number; of one that was completed later, as it was then."""
    left: dict[int, bytes] = {}
    for record in reversed(chain):
        taken: dict[int, bytes] = {}
        segments = [Segment.from_json(body) for body in record.segments]
        for segment in sorted(segments, key=lambda segment: (segment.first_line, segment.first_byte)):
            if not is_past(segment.day):
                for number, line in _numbered(vault, segment):
                    taken[number] = taken.get(number, b"") + line
        left |= taken
    return left


def _numbered(vault: Vault, segment: Segment) -> Iterator[tuple[int, bytes]]:
    content = vault.read_segment(segment)
    numbers = (first + at for first, count in content.runs for at in range(count))
    return zip(numbers, _lines([content.raw]), strict=False)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their newline; the last one as it is."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
