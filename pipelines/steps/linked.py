"""From sealed linked events to pseudonymised ones, day by day, where what a day rests on has changed."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from pipelines.privacy.field_rules import require_declared
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.records.linked import LinkedEvent, Links, counted_events
from pipelines.records.specs import record_spec
from pipelines.records.stored import read_records, segments_of
from pipelines.steps.day_files import LINKED, LINKED_EVENTS, DayState, read_day_states, write_day_state
from pipelines.steps.gone import Gone
from pipelines.steps.people import people_of
from pipelines.steps.record_imports import record_files
from pipelines.steps.workspace import Workspace
from pipelines.storage.parquet import write_parquet
from pipelines.storage.vault import Segment

DELIVERED, DERIVED = "linked_events", LINKED_EVENTS
DERIVATION = 3
"""Raised when the code between row and event changes what comes out, so that retained days are derived again."""
TABLES = ("linked_accounts", "members", "contents", "consents", "partners")
"""The registry tables that decide whose a linked event is."""
NOTHING = hashlib.sha256(b"").hexdigest()
"""Fingerprint of a day of which no row is left: its file is empty, and the next row delivered for it makes it stale."""
_TYPES = {"date": pa.date32(), "instant": pa.timestamp("us"), "text": pa.string()}


@dataclass(frozen=True)
class LinkedInput:
    """A day, its sealed parts, and the fingerprint over everything its linked events rest on."""

    day: date
    segments: tuple[Segment, ...]
    fingerprint: str


@dataclass(frozen=True)
class LinkedReport:
    """A day that was derived: its events, how its rows were decided, and the bytes of its file."""

    day: date
    rows: int
    decided: dict[str, int]
    bytes: int


def linked_folder(workspace: Workspace) -> Path:
    """Return where the days of linked events lie."""
    return workspace.home.events / LINKED


def stale_linked_days(workspace: Workspace) -> list[LinkedInput]:
    """Return the days whose rows, links, people, policy or key are not those their linked events rest on.

    A day of which no part can be read any more, while its period runs, rests on nothing: a restored backup brought its events
    back, and what they were made of went with an erasure since.
    """
    known, inputs, gone = (
        read_day_states(linked_folder(workspace)),
        linked_inputs(workspace),
        Gone.of(workspace.keyring),
    )
    empty = known.keys() - {given.day for given in inputs}
    inputs += [LinkedInput(day, (), NOTHING) for day in sorted(empty) if not _is_over(workspace, gone, day)]
    return [given for given in inputs if given.day not in known or known[given.day].fingerprint != given.fingerprint]


def derive_linked_days(workspace: Workspace) -> list[LinkedReport]:
    """Derive every stale day anew, replacing its file. Raises CheckFailedError for a field the policy does not declare.

    Figures of a day that rests on nothing any more stand, as those of destroyed days do.
    """
    stale = stale_linked_days(workspace)
    before = read_day_states(linked_folder(workspace))
    reports = derive_linked(workspace, stale)
    now = read_day_states(linked_folder(workspace))
    for former, state in ((before[given.day], now[given.day]) for given in stale if given.fingerprint == NOTHING):
        stands = replace(state, figures_of=former.figures, figures_rows=former.counted_rows)
        write_day_state(linked_folder(workspace), stands)
    return reports


def derive_linked(workspace: Workspace, given_days: Sequence[LinkedInput]) -> list[LinkedReport]:
    """Derive days anew, replacing their files, whatever they rest on. Raises as `derive_linked_days`."""
    pseudonymiser = Pseudonymiser(workspace.keyring.pseudonym_key().secret)
    return [_derive(workspace, pseudonymiser, given) for given in given_days]


def linked_inputs(workspace: Workspace) -> list[LinkedInput]:
    """Return what each day with sealed linked events rests on, in order of day."""
    by_day: dict[date, list[Segment]] = defaultdict(list)
    gone = Gone.of(workspace.keyring)
    for segment in segments_of(record_files(workspace, DELIVERED), lambda day: not _is_gone(gone, day)):
        if segment.key not in gone.keys:
            by_day[segment.day].append(segment)
    common = [DERIVATION, workspace.policy.digest, workspace.keyring.pseudonym_key().generation]
    inputs = []
    for day, segments in sorted(by_day.items()):
        sealed = [[segment.path, segment.stored_sha256] for segment in segments]
        facts = [common, workspace.registry.fingerprint(day, TABLES), workspace.tombstones.fingerprint(day), sealed]
        inputs.append(LinkedInput(day, tuple(segments), hashlib.sha256(json.dumps(facts).encode()).hexdigest()))
    return inputs


def _is_over(workspace: Workspace, gone: Gone, day: date) -> bool:
    period = workspace.policy.dataset(DELIVERED).period
    ends = None if period is None else period.ends(day)
    return _is_gone(gone, day) or (ends is not None and ends < workspace.today)


def _is_gone(gone: Gone, day: date) -> bool:
    return gone.has_day(DELIVERED, day) or gone.has_day(DERIVED, day)


def _derive(workspace: Workspace, pseudonymiser: Pseudonymiser, given: LinkedInput) -> LinkedReport:
    rows = read_records(workspace.vault, given.segments, record_spec(workspace.policy, DELIVERED)).to_pylist()
    accounts = set(people_of(workspace.registry, given.day).members["account_key"].to_pylist())
    links, partners = Links(_rows_of(workspace, "linked_accounts", given.day)), _partners(workspace, given.day)
    words = workspace.policy.dataset(DERIVED).fields["event"].values
    events, decided = counted_events(rows, links, accounts, partners, words, workspace.tombstones.covers_account)
    table = _table(workspace, pseudonymiser, given.day, events)
    key = workspace.keyring.data_key(DERIVED, given.day)
    target = linked_folder(workspace) / f"{given.day.isoformat()}.parquet"
    with workspace.connection() as connection:
        connection.register("linked", table)
        write_parquet(connection, "SELECT * FROM linked ORDER BY ALL", target, key)
    on = workspace.today.isoformat()
    write_day_state(target.parent, DayState(given.day, given.fingerprint, len(events), key.name, dict(decided), {}, on))
    return LinkedReport(given.day, len(events), dict(decided), target.stat().st_size)


def _table(workspace: Workspace, pseudonymiser: Pseudonymiser, day: date, events: Sequence[LinkedEvent]) -> pa.Table:
    declared = workspace.policy.dataset(DERIVED).fields
    accounts = [f"member:{event.account_key}" for event in events]
    columns = {
        "event_day": [day] * len(events),
        "occurred_at": [event.occurred_at.replace(tzinfo=None) for event in events],
        "service": [event.service for event in events],
        "event": [event.event for event in events],
        "partner_id": [event.partner_id for event in events],
        "linked_member_pseudonym": pseudonymiser.pseudonyms(Purpose.LINKED_MEMBER, accounts),
    }
    require_declared(list(columns), list(declared))
    return pa.table({name: pa.array(columns[name], _TYPES[field.type]) for name, field in declared.items()})


def _partners(workspace: Workspace, day: date) -> set[str]:
    return {str(row["partner_id"]) for row in _rows_of(workspace, "partners", day)}


def _rows_of(workspace: Workspace, table: str, day: date) -> list[dict[str, object]]:
    if workspace.registry.pointer(table) is None:
        return []
    rows: list[dict[str, object]] = workspace.registry.load_at(table, day).to_pylist()
    return rows
