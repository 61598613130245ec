"""What a day's events rest on, and its fingerprint: the same fingerprint, the same events."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.steps.cookies import cookie_facts, member_cookies
from pipelines.steps.gone import Gone
from pipelines.steps.people import TABLES
from pipelines.steps.records import import_records
from pipelines.steps.workspace import Workspace
from pipelines.storage.vault import Segment
from pipelines.weblogs.parts import ACCESS_LOGS
from pipelines.weblogs.records import completed_lines

DERIVATION = 4
"""Raised when the code between line and event changes what comes out, so that retained days are derived again."""


@dataclass(frozen=True)
class DayPart:
    """A segment of the day, how its lines are read, and the numbers of those that a later import completed."""

    segment: Segment
    reading: dict[str, Any]
    completed_later: frozenset[int]

    @property
    def reading_digest(self) -> str:
        """Digest of how the lines are read."""
        return _digest(self.reading)


@dataclass(frozen=True)
class DayInput:
    """A day, its parts in the order of import, and the fingerprint over everything its events rest on."""

    day: date
    parts: tuple[DayPart, ...]
    fingerprint: str


def day_inputs(workspace: Workspace) -> list[DayInput]:
    """Return what each day with sealed lines rests on, in order of day; a day whose lines or events are gone is none."""
    gone = Gone.of(workspace.keyring)
    parts = {day: found for day, found in _parts(workspace, gone).items() if not gone.has_day("events", day)}
    common = _digest(
        [
            DERIVATION,
            workspace.policy.digest,
            workspace.routes.model_dump(mode="json"),
            _texts(workspace),
            workspace.keyring.pseudonym_key().generation,
            sorted(member_cookies(workspace)),
        ]
    )
    cookies = cookie_facts(workspace, parts)
    return [
        DayInput(day, tuple(found), _fingerprint(common, _people(workspace, day), cookies[day], found))
        for day, found in sorted(parts.items())
    ]


def _people(workspace: Workspace, day: date) -> str:
    """Return a digest of what says who the people of `day` are: the registry, and the tombstones that cover it."""
    return _digest([workspace.registry.fingerprint(day, TABLES), workspace.tombstones.fingerprint(day)])


def _parts(workspace: Workspace, gone: Gone) -> dict[date, list[DayPart]]:
    records = import_records(workspace.ledger)
    completed: dict[str, set[int]] = defaultdict(set)
    for digest, line in completed_lines(records):
        completed[digest].add(line)
    parts: dict[date, list[DayPart]] = defaultdict(list)
    for record in records:
        lines = frozenset(completed[record.sha256])
        for body in gone.still(record.segments):
            segment = Segment.from_json(body)
            if segment.dataset == ACCESS_LOGS:
                parts[segment.day].append(DayPart(segment, record.reading, lines))
    return parts


def _fingerprint(common: str, people: str, cookies: list[list[str]], parts: list[DayPart]) -> str:
    facts = [(p.segment.path, p.segment.stored_sha256, p.reading_digest, sorted(p.completed_later)) for p in parts]
    return _digest([common, people, cookies, facts])


def _texts(workspace: Workspace) -> list[str]:
    """Return the SQL text from line to event and the macros it may use."""
    folder = workspace.settings.sql
    return [
        path.read_text(encoding="utf-8")
        for path in sorted([*folder.glob("events/*.sql"), *folder.glob("macros/*.sql")])
    ]


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
