"""A file of which only some days are left in the vault: whether a delivery is a copy of it, told from the lines that are left.

Its lines of destroyed days are nowhere, so that nobody can compare them; it need not be done either, since such lines are
filtered when they are delivered again. What must not be taken in twice are the lines that are left. Both sides are read once and
in order: about a batch is held at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs.pieces import in_order
from pipelines.weblogs.records import PAST_PERIOD, ImportRecord

IsPast = Callable[[date], bool]
Line = tuple[int, bytes]
"""A line's number from 1, and its bytes with the newline if it has one."""


def is_partly_gone(chain: Sequence[ImportRecord], is_past: IsPast) -> bool:
    """Say whether lines of the imports `chain` are stored no more, or never were since their day was past."""
    days = {date.fromisoformat(segment["day"]) for record in chain for segment in record.segments}
    return any(map(is_past, days)) or any(PAST_PERIOD in record.filtered for record in chain)


def remains_begin_with(vault: Vault, chain: Sequence[ImportRecord], content: Iterable[bytes], is_past: IsPast) -> bool:
    """Say whether every line that is left of `chain` stands in `content` under its number, as far as `content` goes.

    There must be one: a delivery none of whose lines could be compared is none of which a line is left. Only what is cut off
    within a first line that is gone is taken for a copy unseen: as a new file it would be a line without a day, set aside as
    today's. Of another file nothing is lost by that: it is looked at again when it has grown.
    """
    left = _lines_left(vault, chain, is_past)
    known = next(left, None)
    compared = False
    for number, line in enumerate(_lines(content), start=1):
        if number == 1 and (known is None or known[0] > 1) and _is_cut(line, chain[0].opening):
            return True
        if known is not None and known[0] == number:
            if not known[1].startswith(line):
                return False
            compared, known = True, next(left, None)
    return compared


def _is_cut(line: bytes, opening: Sequence[int]) -> bool:
    """Say whether a line is a piece of the first one of a file with that `opening`."""
    return not line.endswith(b"\n") and len(opening) > 0 and len(line) < opening[0]


def _lines_left(vault: Vault, chain: Sequence[ImportRecord], is_past: IsPast) -> Iterator[Line]:
    """Yield the lines that are left, in order; one that was completed by a later import, as it was then."""
    links = list(reversed(chain))
    for link, following in zip(links, [*links[1:], None], strict=True):
        kept = [segment for body in link.segments if not is_past((segment := Segment.from_json(body)).day)]
        for number, line in _numbered(vault, kept):
            if following is None or number < following.first_line:
                yield number, line


def _numbered(vault: Vault, segments: Iterable[Segment]) -> Iterator[Line]:
    """Yield the lines of segments by number; the rest of one that began in an earlier batch is joined to it."""
    begun: Line | None = None
    for first, _, raw in in_order(vault, segments):
        for number, line in enumerate(_lines([raw]), start=first):
            if begun is not None and begun[0] == number:
                begun = number, begun[1] + line
                continue
            if begun is not None:
                yield begun
            begun = number, line
    if begun is not None:
        yield begun


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield lines with their newline; the last one as it is."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
