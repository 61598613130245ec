"""Read a batch of log lines into a table: each line is accepted, filtered or rejected, none is lost.

Per line only the format's regular expression runs; everything else (escapes, times, addresses, cookies) is done once for each
distinct value of a column.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.weblogs import columns
from pipelines.weblogs.addresses import Network, client_address
from pipelines.weblogs.columns import BINARY, TEXT
from pipelines.weblogs.cookies import MemberCookie, read_member_cookie, read_member_value
from pipelines.weblogs.filters import LineFilter
from pipelines.weblogs.formats import CompiledFormat
from pipelines.weblogs.reasons import Reason
from pipelines.weblogs.request_lines import split_request
from pipelines.weblogs.timestamps import microseconds_of

SCHEMA = pa.schema(
    [
        ("position", pa.int32()),
        ("occurred_at", pa.timestamp("us", "UTC")),
        ("client_address", TEXT),
        ("method", TEXT),
        ("target", BINARY),
        ("protocol", TEXT),
        ("status", pa.int32()),
        ("bytes_sent", pa.int64()),
        ("referrer", BINARY),
        ("user_agent", BINARY),
        ("cookie", BINARY),
        ("forwarded_for", BINARY),
        ("member_login", TEXT),
        ("cookie_state", TEXT),
        ("other_cookies", pa.int32()),
        ("host", BINARY),
        ("request", BINARY),
    ]
)
# Lines turned into Arrow at a time: few enough that their Python values stay in the processor's cache (measured: twice as fast
# as a whole batch at once) and that memory is bounded by the batch's own bytes.
_SLAB = 4096
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Reading:
    """How a source's lines are read: format, zone of times without offset, proxies believed, member cookie, filters."""

    format: CompiledFormat
    time_zone: tzinfo
    trusted_proxies: tuple[Network, ...] = ()
    member_cookie: str | None = None
    filters: tuple[LineFilter, ...] = ()


@dataclass(frozen=True)
class Batch:
    """What became of each line. Positions are indexes into the lines read; `accepted` has the columns of SCHEMA.

    `days` is the Asia/Seoul day of each line, NaT of a rejected one; shape (lines,).
    """

    accepted: pa.Table
    filtered: list[tuple[int, str]]
    rejected: list[tuple[int, Reason]]
    days: "np.ndarray[tuple[int], np.dtype[np.datetime64]]"


def read_batch(lines: Sequence[bytes], reading: Reading, *, too_long: Collection[int] = ()) -> Batch:
    """Read lines (without their newline); those at the indexes `too_long` are rejected unread.

    Raises AssertionError if the lines accepted, filtered and rejected are not all lines, once each.
    """
    fields, positions, rejected = _capture(lines, reading.format, frozenset(too_long))
    table, reasons = _table(fields, positions, reading)
    rejected += [(int(positions[row]), reason) for row, reason in reasons.items()]
    filtered = _filtered(table, reading.filters, reasons)
    keep = np.ones(len(positions), dtype=bool)
    keep[list(reasons) + list(filtered)] = False
    batch = Batch(
        accepted=table if keep.all() else table.filter(pa.array(keep)),
        filtered=[(int(positions[row]), rule) for row, rule in sorted(filtered.items())],
        rejected=sorted(rejected),
        days=_days(table, positions, reasons, len(lines)),
    )
    if batch.accepted.num_rows + len(batch.filtered) + len(batch.rejected) != len(lines):
        raise AssertionError("lines accepted, filtered and rejected are not the lines read")
    return batch


Fields = dict[str, pa.DictionaryArray]
_DAY = 24 * 60 * 60 * 1_000_000
# Korea has kept UTC+9 without summer time since 1988-10-09: the day of an instant needs no table of zones.
_SEOUL_OFFSET = 9 * 60 * 60 * 1_000_000


def _days(
    table: pa.Table, positions: "np.ndarray[tuple[int], np.dtype[np.int32]]", rejected: Collection[int], length: int
) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    days = np.full(length, np.datetime64("NaT"), dtype="datetime64[D]")
    instants = table["occurred_at"].cast(pa.int64()).fill_null(0).to_numpy()
    read = np.ones(len(positions), dtype=bool)
    read[list(rejected)] = False
    days[positions[read]] = ((instants[read] + _SEOUL_OFFSET) // _DAY).astype("datetime64[D]")
    return days


def _capture(
    lines: Sequence[bytes], form: CompiledFormat, too_long: frozenset[int]
) -> tuple[Fields, "np.ndarray[tuple[int], np.dtype[np.int32]]", list[tuple[int, Reason]]]:
    """Return the fields as written, the line each row comes from, and the lines that do not have the format's shape."""
    slabs: list[list[pa.Array]] = [[] for _ in form.fields]
    rejected: list[tuple[int, Reason]] = []
    for start in range(0, len(lines), _SLAB):
        rows, failures = form.capture_all(lines[start : start + _SLAB])
        reasons = {start + at: reason for at, reason in failures}
        for at in too_long.intersection(range(start, start + len(rows))):
            rows[at - start] = None
            reasons[at] = Reason.TOO_LONG
        rejected += reasons.items()
        read = [row for row in rows if row is not None] if reasons else rows
        for slab, values in zip(slabs, zip(*read, strict=True), strict=False):
            slab.append(pa.array(values, pa.binary()))
    present = np.ones(len(lines), dtype=bool)
    present[[at for at, _ in rejected]] = False
    fields = {name: columns.encoded(slab) for name, slab in zip(form.fields, slabs, strict=True)}
    return fields, np.flatnonzero(present).astype(np.int32), rejected


def _table(
    fields: Fields, positions: "np.ndarray[tuple[int], np.dtype[np.int32]]", reading: Reading
) -> tuple[pa.Table, dict[int, Reason]]:
    """Return the rows of SCHEMA, and by row the reason for those whose time, status or byte count is unreadable."""
    form, length = reading.format, len(positions)
    numbers, reasons = _checked_numbers(fields, reading, length)
    clean = {
        name: columns.mapped(column, form.clean, BINARY)
        for name, column in fields.items()
        if name not in numbers and not name.startswith("cookie:")
    }
    found: dict[str, pa.Array] = {"position": pa.array(positions), **numbers, **clean}
    found |= _request(clean)
    found |= _member(fields, clean, reading, length)
    found["client_address"] = _client_addresses(clean, reading, length)
    return pa.table(
        [found[field.name] if field.name in found else columns.nulls(length, field.type) for field in SCHEMA],
        schema=SCHEMA,
    ), reasons


def _checked_numbers(fields: Fields, reading: Reading, length: int) -> tuple[dict[str, pa.Array], dict[int, Reason]]:
    form = reading.format

    def time(value: bytes) -> int | None:
        cleaned = form.clean(value)
        return microseconds_of(cleaned, reading.time_zone, form.time_pattern) if cleaned else None

    times = columns.mapped(fields["time"], time, pa.int64())
    numbers = {"time": times, "occurred_at": times.cast(pa.timestamp("us", "UTC"))}
    reasons = dict.fromkeys(_rows(pc.is_null(times)), Reason.TIME)
    for name, reason, digits, kind in (
        ("status", Reason.STATUS, 3, pa.int32()),
        ("bytes_sent", Reason.BYTES, None, pa.int64()),
    ):
        if name not in fields:
            continue
        values = [_number(form.clean(value), digits) for value in columns.distinct(fields[name])]
        wrong = columns.spread([value == _WRONG for value in values], pa.bool_(), fields[name])
        reasons = dict.fromkeys(_rows(wrong.fill_null(False)), reason) | reasons
        right = [None if value == _WRONG else value for value in values]
        numbers[name] = columns.spread(right, kind, fields[name])
    return numbers, reasons


_WRONG = -1


def _number(value: bytes | None, digits: int | None) -> int | None:
    """Return a count, None where the log has none (`-`), or _WRONG. `digits`: how many there must be, if that is fixed."""
    if value is None or value == b"-":
        return None
    if not value.isdigit() or len(value) > 19 or (digits is not None and len(value) != digits):
        return _WRONG
    return int(value) if int(value) <= _LARGEST else _WRONG


def _rows(mask: pa.BooleanArray) -> list[int]:
    rows: list[int] = np.flatnonzero(mask.to_numpy(zero_copy_only=False)).tolist()
    return rows


def _request(clean: Fields) -> dict[str, pa.Array]:
    """Return method, target and protocol: from their own fields where the format has them, else from the request line."""
    found: dict[str, pa.Array] = {}
    if "request" in clean:
        split = [split_request(line) for line in columns.distinct(clean["request"])]
        for at, (name, kind) in enumerate((("method", TEXT), ("target", BINARY), ("protocol", TEXT))):
            found[name] = columns.spread([parts[at] for parts in split], kind, clean["request"])
    for name in ("method", "protocol"):
        if name in clean:
            own = columns.mapped(clean[name], lambda value: value.decode("ascii", "replace"), TEXT)
            found[name] = columns.first_known(own, found.get(name))
    if "target" in clean:
        found["target"] = columns.first_known(clean["target"], found.get("target"))
    return found


def _member(fields: Fields, clean: Fields, reading: Reading, length: int) -> dict[str, pa.Array]:
    """Return what the cookies say of the member, from the Cookie header or from the member cookie's own field."""
    wanted = reading.member_cookie.encode() if reading.member_cookie else None
    absent = read_member_value(None)
    if "cookie" in clean:
        column = clean["cookie"]
        read: list[MemberCookie] = [read_member_cookie(value, wanted) for value in columns.distinct(column)]
    else:
        # nginx and Apache find a cookie named in a format without regard to case.
        own = f"cookie:{reading.member_cookie}".casefold() if reading.member_cookie else None
        alone = [name for name in fields if name.casefold() == own]
        column = (
            columns.mapped(fields[alone[0]], reading.format.clean, BINARY) if alone else columns.nulls(length, BINARY)
        )
        read = [read_member_value(value) for value in columns.distinct(column)]
    state = columns.spread([cookie.state.value for cookie in read], pa.string(), column).fill_null(absent.state.value)
    return {
        "member_login": columns.spread([cookie.login for cookie in read], TEXT, column),
        "cookie_state": state.dictionary_encode(),
        "other_cookies": columns.spread([cookie.others for cookie in read], pa.int32(), column).fill_null(
            absent.others
        ),
    }


def _client_addresses(clean: Fields, reading: Reading, length: int) -> pa.Array:
    if "client_address" not in clean:
        return columns.nulls(length, TEXT)
    peers = clean["client_address"]
    if not reading.trusted_proxies or "forwarded_for" not in clean:
        return columns.mapped(peers, lambda peer: client_address(peer, None, ()), TEXT)
    pairs, rows = columns.paired(peers, clean["forwarded_for"])
    addresses = [client_address(peer, forwarded, reading.trusted_proxies) for peer, forwarded in pairs]
    return columns.spread(addresses, TEXT, pa.DictionaryArray.from_arrays(rows, pa.nulls(len(pairs))))


def _filtered(table: pa.Table, filters: Sequence[LineFilter], rejected: Collection[int]) -> dict[int, str]:
    """Return, by row, the first filter that matches it."""
    found: dict[int, str] = {}
    for rule in filters:
        masks = [
            columns.mapped(table[name].chunk(0), holds, pa.bool_()).fill_null(False).to_numpy(zero_copy_only=False)
            for name, holds in rule.conditions()
        ]
        if masks and table.num_rows:
            for row in np.flatnonzero(np.logical_and.reduce(masks)).tolist():
                if row not in rejected:
                    found.setdefault(row, rule.name)
    return found
