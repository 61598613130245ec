"""What the ledger knows of files: which segments and sealed objects were written, and which delivered files were taken in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipelines.clock import seoul_day
from pipelines.records.ledgered import KIND as RECORDS
from pipelines.rights.sealed import SealedObject
from pipelines.steps.records import KIND as LOGS
from pipelines.steps.records import QUARANTINED_FILE
from pipelines.steps.registry import KIND as REGISTRY
from pipelines.steps.workspace import Workspace
from pipelines.storage.ledger import Entry
from pipelines.storage.rewritten import KIND as REWRITTEN
from pipelines.storage.vault import Segment


@dataclass(frozen=True)
class Taken:
    """A delivered file that was taken in: the last day it told of, and the day it was taken in."""

    last_day: date
    on: date


@dataclass(frozen=True)
class Known:
    """What the ledger says, by place relative to the home and by digest of a delivered file's bytes or content."""

    segments: dict[str, Segment] = field(default_factory=dict)
    sealed: dict[str, SealedObject] = field(default_factory=dict)
    taken: dict[str, Taken] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    days: dict[str, set[date]] = field(default_factory=dict)
    """The days on which lines were accepted, by dataset of the vault."""


def known_to(workspace: Workspace) -> Known:
    """Read the ledger. Raises DamagedError when it is not what was written."""
    known = Known()
    for entry in workspace.ledger.entries():
        _take(known, entry)
    for found in workspace.sealed.objects():
        known.sealed[f"sealed/{found.path}"] = found
    for table in workspace.registry.tables():
        if pointer := workspace.registry.pointer(table):
            known.tables.add(table)
            known.taken[pointer.source_sha256] = Taken(pointer.as_of_day, pointer.as_of_day)
    return known


def _take(known: Known, entry: Entry) -> None:
    body, on = entry.body, seoul_day(entry.at)
    if entry.kind in (LOGS, RECORDS):
        digests = (body["sha256"], body.get("delivered_sha256", body["sha256"]))
        pieces = [*_add(known, "vault", body["segments"]), *_add(known, "quarantine", body["quarantine"])]
        dataset = body.get("dataset", "access_logs")
        days = {date.fromisoformat(day) for day in body["accepted_by_day"]}
        known.days.setdefault(dataset, set()).update(days)
        _learn(known, digests, Taken(max([*days, *(piece.day for piece in pieces)], default=on), on))
    elif entry.kind == QUARANTINED_FILE:
        pieces = list(_add(known, "quarantine", body["pieces"]))
        _learn(known, (body["delivered_sha256"],), Taken(max((piece.day for piece in pieces), default=on), on))
    elif entry.kind == REWRITTEN:
        for rewrite in body["segments"]:
            known.segments.pop(f"{body['store']}/{rewrite['was']}", None)
            list(_add(known, body["store"], [rewrite["now"]] if rewrite["now"] else []))
    elif entry.kind == REGISTRY:
        known.tables.add(body["table"])
        _learn(known, (body["sha256"],), Taken(date.fromisoformat(body["as_of_day"]), on))


def _add(known: Known, folder: str, bodies: Iterable[dict[str, Any]]) -> Iterator[Segment]:
    for body in bodies:
        segment = Segment.from_json(body)
        known.segments[f"{folder}/{segment.path}"] = segment
        yield segment


def _learn(known: Known, digests: Iterable[str], taken: Taken) -> None:
    for digest in digests:
        before = known.taken.get(digest)
        known.taken[digest] = taken if before is None or before.last_day < taken.last_day else before
