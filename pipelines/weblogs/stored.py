"""Imported files as the vault has them: their content put together again, and whether a delivery is a shorter copy of one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from pipelines.storage.vault import Segment, Vault
from pipelines.weblogs.identity import FileIdentity
from pipelines.weblogs.pieces import in_order
from pipelines.weblogs.records import ImportRecord
from pipelines.weblogs.remains import is_partly_gone, remains_begin_with


def read_content(vault: Vault, segments: Sequence[Segment]) -> Iterator[bytes]:
    """Yield the bytes that one import sealed in `segments`, in the order they were delivered.

    Holds about one batch at a time. Raises DamagedError or KeyMissingError when a segment cannot be read.
    """
    return (raw for _, _, raw in in_order(vault, segments))


def read_file(vault: Vault, record: ImportRecord, known: Iterable[ImportRecord]) -> Iterator[bytes]:
    """Yield the decompressed content of the file `record` speaks of, from the parts of all the files it grew from.

    Raises as `read_content`.
    """
    chain = chain_of(record, known)
    begin = 0
    for link, following in zip(reversed(chain), [*reversed(chain[:-1]), None], strict=True):
        end = link.bytes if following is None else link.resume_at[0]
        yield from _limited(read_content(vault, [Segment.from_json(body) for body in link.segments]), end - begin)
        begin = end


def chain_of(record: ImportRecord, known: Iterable[ImportRecord]) -> list[ImportRecord]:
    """Return `record` and the imports it grew from, the latest first."""
    by_digest = {known_record.sha256: known_record for known_record in known}
    chain = [record]
    while (extends := chain[-1].extends) is not None:
        chain.append(by_digest[extends])
    return chain


def _limited(pieces: Iterator[bytes], left: int) -> Iterator[bytes]:
    while left and (piece := next(pieces, None)) is not None:
        yield piece[:left]
        left -= len(piece[:left])


def is_shorter_copy(
    identity: FileIdentity,
    chunks: Callable[[], Iterable[bytes]],
    known: Sequence[ImportRecord],
    vault: Vault,
    is_past: Callable[[date], bool] = lambda _day: False,
) -> bool:
    """Whether a known, longer file begins with the content `chunks()`: every line of it was imported then; empty has none.

    Files whose first lines have other lengths are told apart without the vault; the others are compared byte for byte. Of a
    file with lines of days that `is_past` says so of, which are gone, the lines that are left are (`weblogs.remains`).
    Raises as `read_content`.
    """
    grown = {record.extends for record in known}
    return identity.bytes > 0 and any(
        remains_begin_with(vault, chain, chunks(), is_past)
        if is_partly_gone(chain := chain_of(record, known), is_past)
        else begins_with(read_file(vault, record, known), chunks())
        for record in known
        if record.sha256 not in grown
        and record.bytes > identity.bytes
        and record.opening[: len(identity.opening)] == identity.opening
    )


def begins_with(content: Iterator[bytes], beginning: Iterable[bytes]) -> bool:
    """Whether `content` begins with the bytes of `beginning`, however both are cut into pieces."""
    found = bytearray()
    for chunk in beginning:
        while len(found) < len(chunk) and (piece := next(content, None)) is not None:
            found += piece
        if found[: len(chunk)] != chunk:
            return False
        del found[: len(chunk)]
    return True
