"""Sealed lines opened one segment at a time, with the names that stand in each: logins, or member IDs of a linked service."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pipelines.steps.record_imports import record_files
from pipelines.steps.records import import_records, quarantined_files
from pipelines.steps.workspace import Workspace
from pipelines.storage.vault import Segment
from pipelines.weblogs.cookies import login_of, parse_cookie_header
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.parts import ACCESS_LOGS
from pipelines.weblogs.reading import read_batch
from pipelines.weblogs.reading_records import reading_of

QUARANTINE = "quarantine"
NAME_FIELDS = {"cookie_records": "member_id", "linked_events": "melon_member_id"}
"""The column that names a person, of the kinds of records."""


_RUN = re.compile(rb"[A-Za-z0-9\x80-\xff._@+-]+")
_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]+")
_MOST_WORDS = 5
"""A name of more words than that, such as `a.b.c.d.e.f`, is not found in a line that nobody could read."""


@dataclass(frozen=True)
class Lines:
    """The lines of one segment: their bytes, and the names that stand in each."""

    dataset: str
    day: date
    raw: Sequence[bytes]
    names: Sequence[frozenset[str]]

    @classmethod
    def of(cls, workspace: Workspace, segment: Segment) -> "Lines":
        """Open `segment`. Raises DamagedError or KeyMissingError when it cannot be read."""
        content = workspace.vault.read_segment(segment).raw
        if segment.dataset != ACCESS_LOGS:
            raw = content.splitlines()
            field = NAME_FIELDS[segment.dataset]
            return cls(segment.dataset, segment.day, raw, [_named(name_in(line, field)) for line in raw])
        reading = _readings(workspace)[segment.path]
        batch = next(split_lines([content], batch_bytes=len(content) + 1, max_line_bytes=reading["max_line_bytes"]))
        names: list[frozenset[str]] = [frozenset()] * len(batch.lines)
        accepted = read_batch(batch.lines, reading_of(reading), too_long=batch.too_long).accepted
        columns = (accepted[name].to_pylist() for name in ("position", "member_login", "cookie"))
        for position, login, cookie in zip(*columns, strict=True):
            names[position] = _named(login) | _in_cookie(cookie, reading["member_cookie"])
        return cls(segment.dataset, segment.day, batch.lines, names)

    def logins(self) -> list[str]:
        """Return the distinct logins, of lines that have any."""
        return [] if self.dataset == "linked_events" else self._distinct

    def linked_ids(self) -> list[str]:
        """Return the distinct member IDs of linked services."""
        return self._distinct if self.dataset == "linked_events" else []

    @cached_property
    def _distinct(self) -> list[str]:
        return sorted({name for names in self.names for name in names})


def vault_segments(workspace: Workspace) -> Iterator[Segment]:
    """Yield every segment of the vault that the ledger knows and that is there."""
    bodies = [body for record in import_records(workspace.ledger) for body in record.segments]
    bodies += [body for file in record_files(workspace) for body in file.segments]
    for body in bodies:
        segment = Segment.from_json(body)
        if (workspace.vault.folder / segment.path).exists() and segment.lines:
            yield segment


def segments_by_place(workspace: Workspace) -> dict[str, Segment]:
    """Return the segments of the vault and of the quarantine by their place below the home."""
    found = {f"vault/{segment.path}": segment for segment in vault_segments(workspace)}
    return found | {f"{QUARANTINE}/{segment.path}": segment for segment in quarantine_segments(workspace)}


def quarantine_segments(workspace: Workspace) -> Iterator[Segment]:
    """Yield every segment of the quarantine that the ledger knows and that is there."""
    bodies = [body for record in import_records(workspace.ledger) for body in record.quarantine]
    bodies += [body for file in record_files(workspace) for body in file.quarantine]
    bodies += [body for whole in quarantined_files(workspace.ledger) for body in whole.pieces]
    for body in bodies:
        segment = Segment.from_json(body)
        if (workspace.quarantine.folder / segment.path).exists():
            yield segment


def quarantined(workspace: Workspace) -> Iterator[tuple[date, list[bytes]]]:
    """Yield the day and the lines of each segment of the quarantine; nobody could read them."""
    for segment in quarantine_segments(workspace):
        yield segment.day, [delivered for _, delivered in unread_lines(workspace, segment)]


def unread_lines(workspace: Workspace, segment: Segment) -> list[tuple[bytes, bytes]]:
    """Return each line of a segment of the quarantine as it is kept, and as it was delivered."""
    return [(line, _raw(line)) for line in workspace.quarantine.read_segment(segment).raw.splitlines()]


def names_in(line: bytes) -> frozenset[str]:
    """Return whatever in a line that nobody could read may be somebody's name: its words, and words joined by a mark or two."""
    found = set[str]()
    for run in _RUN.finditer(line):
        words = [word.span() for word in _WORD.finditer(run[0])]
        for first in range(len(words)):
            for last in range(first, min(first + _MOST_WORDS, len(words))):
                found.add(run[0][words[first][0] : words[last][1]].decode("utf-8", "replace"))
    return frozenset(found)


def text_pattern(names: Sequence[str]) -> re.Pattern[bytes] | None:
    """Return what finds any of `names` as a whole word in bytes; None without names."""
    found = sorted({name.encode() for name in names if name}, key=len, reverse=True)
    words = b"|".join(map(re.escape, found))
    return re.compile(rb"(?<![A-Za-z0-9])(?:" + words + rb")(?![A-Za-z0-9])") if found else None


def _raw(line: bytes) -> bytes:
    """Return the delivered bytes of a quarantined line; a piece of a whole file is as it was delivered."""
    try:
        return base64.b64decode(json.loads(line)["raw"])
    except (ValueError, KeyError, TypeError):
        return line


def name_in(line: bytes, field: str) -> str | None:
    """Return the name in a row at rest, as text whatever it was written as: an ID of digits alone may stand there as a number."""
    value = json.loads(line).get(field)
    return None if value is None else str(value)


def _named(value: str | None) -> frozenset[str]:
    return frozenset() if value is None else frozenset((value,))


def _in_cookie(cookie: bytes | None, member_cookie: str | None) -> frozenset[str]:
    """Return every value of the member cookie: of several that differ none is the line's login, but each may be someone's."""
    if not cookie or not member_cookie:
        return frozenset()
    wanted = member_cookie.encode()
    values = (value for name, value in parse_cookie_header(cookie) if name == wanted)
    return frozenset(login for value in values if (login := login_of(value)) is not None)


def _readings(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return how the lines of each segment of access logs are read, by the segment's path."""
    records = import_records(workspace.ledger)
    return {body["path"]: record.reading for record in records for body in record.segments}
