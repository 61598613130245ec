"""Linked events as delivered go when the link ends: each night the rows of every ID without a live link are taken out.

The registry's row of a link goes at once when the link ends, so that nothing remembers it. What no link record names is
therefore taken for a link that ended, as soon as an export of some days later does not know it either: late deliveries and
restored backups of ended links go in the same way.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipelines.clock import seoul_day
from pipelines.registry.carried import has_left
from pipelines.registry.tables import MEMBERS, VALID_TO
from pipelines.retention.entries import NIGHTLY, Begun, Destroyed, Method
from pipelines.retention.items import Item, Kind
from pipelines.steps.day_files import read_day_states, write_day_state
from pipelines.steps.linked import (
    NOTHING,
    LinkedInput,
    derive_linked,
    derive_linked_days,
    linked_folder,
    linked_inputs,
    stale_linked_days,
)
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.keeping_out import ACCOUNT, members_there
from pipelines.steps.subjects.lines import name_in
from pipelines.steps.subjects.linked_rows import DATASET, FIELD, LINKS, segments_by_day, take_linked_rows_out
from pipelines.steps.workspace import Workspace

CLAUSE = "collect.linked"
PLACE = f"vault/{DATASET}"
WAITS_DAYS = 3
"""An export that describes so many days after an event, and knows no link of its ID, says that there is none."""


@dataclass(frozen=True)
class TakenOut:
    """What went with links that ended: rows as delivered, of which days, and how many pseudonymised ones."""

    rows: int = 0
    days: tuple[date, ...] = ()
    derived_rows: int = 0


@dataclass(frozen=True)
class _Known:
    """The IDs of the link records: with a live link, and the day on which each of the others ended."""

    live: frozenset[str]
    ended: Mapping[str, date]
    as_of_day: date


def take_ended_links_out(workspace: Workspace) -> TakenOut:
    """Take out the rows whose link ended, derive their days again and enter it in the register; hold the home meanwhile.

    Call it before what is due is destroyed: the records of ended links go then. What is held is taken aside first. The
    warehouse's figures of these days stand as they are. After a crash the next night takes out what is left, and the days are
    derived with the next linked events. Raises DamagedError or KeyMissingError when a part cannot be read.
    """
    known = _known(workspace)
    going = {} if known is None else _going(workspace, known)
    if not going:
        return TakenOut()
    days = tuple(sorted({day for found in going.values() for day in found}))
    stale = {given.day for given in stale_linked_days(workspace)}
    former = {day: state for day, state in read_day_states(linked_folder(workspace)).items() if day in days}
    rows = _taken_out(workspace, going, days)
    derive_linked_days(workspace)
    left = {given.day for given in linked_inputs(workspace)}
    derive_linked(workspace, [LinkedInput(day, (), NOTHING) for day in former.keys() - left])
    now = {day: state for day, state in read_day_states(linked_folder(workspace)).items() if day in former}
    for day, state in now.items():
        if day not in stale:
            before = former[day]
            stands = replace(state, figures_of=before.figures, figures_rows=before.counted_rows)
            write_day_state(linked_folder(workspace), stands)
    return TakenOut(rows, days, sum(former[day].rows - state.rows for day, state in now.items()))


def _taken_out(workspace: Workspace, going: Collection[str], days: tuple[date, ...]) -> int:
    """Take the rows of `going` out, between the register's two entries; return how many went."""
    register, now = open_register(workspace), workspace.clock.now()
    version = workspace.policy.version
    plan = hashlib.sha256(f"links that ended, {now.isoformat()}".encode()).hexdigest()
    register.append(Begun(policy_version=version, plan=plan, approved_by=NIGHTLY, items=len(days)), now)
    rows = take_linked_rows_out(workspace, going)
    entry = Destroyed(
        policy_version=version,
        plan=plan,
        approved_by=NIGHTLY,
        dataset=DATASET,
        stored_as=Kind.ROWS,
        days=days,
        rows=rows,
        keys=len(days),
        clause=CLAUSE,
        method=Method.REWRITE,
    )
    register.append(entry, now)
    return rows


def rows_past_their_link(workspace: Workspace) -> int:
    """Count the rows as delivered whose link ended longer ago than the days of grace allow.

    A row of an ID that no link record names counts from its own day. Raises as `take_ended_links_out`.
    """
    known, period = _known(workspace), workspace.policy.dataset(DATASET).period
    if known is None or period is None:
        return 0
    return sum(
        member_id not in known.live and period.grace_after(known.ended.get(member_id, day)) < workspace.today
        for day, member_id in _rows(workspace)
    )


def ended_link_items(workspace: Workspace) -> list[Item]:
    """Return the rows past their link as items of an audit, by event day and by the day on which they ended.

    Those of an ID that no link record names ended with their own day; they are told of once they are to go, or past the days of
    grace. Raises as `take_ended_links_out`.
    """
    known, period = _known(workspace), workspace.policy.dataset(DATASET).period
    if known is None or period is None:
        return []
    rows, going = Counter(_rows(workspace)), _going(workspace, known)
    counts = Counter[tuple[date, date]]()
    for (day, member_id), count in rows.items():
        ended = known.ended.get(member_id, day)
        if member_id not in known.live and (member_id in going or period.grace_after(ended) < workspace.today):
            counts[day, ended] += count
    return [
        Item(DATASET, Kind.ROWS, PLACE, day, count, ended_early=ended) for (day, ended), count in sorted(counts.items())
    ]


def _known(workspace: Workspace) -> _Known | None:
    """Read the link records; None before the first export of them, which says nothing of anybody."""
    pointer = workspace.registry.pointer(LINKS)
    if pointer is None:
        return None
    gone, now = _left(workspace), workspace.clock.now()
    live, ended = set[str](), dict[str, date]()
    for row in workspace.registry.load(LINKS).to_pylist():
        member_id, account = row[FIELD], row[ACCOUNT]
        if member_id is None:
            continue
        ends = [day for day in (row[VALID_TO], gone.get(account) if gone is not None else None) if day is not None]
        if gone is not None and account not in gone:
            ends.append(pointer.as_of_day)
        if row["ended_at"] is not None and row["ended_at"] <= now:
            ends.append(seoul_day(row["ended_at"]))
        if ends:
            ended[member_id] = max(min(ends), ended.get(member_id, date.min))
        else:
            live.add(member_id)
    return _Known(frozenset(live), ended, pointer.as_of_day)


def _left(workspace: Workspace) -> dict[str, date | None] | None:
    """Return of each account of the registry the day on which its member left, None for who is there; None without members."""
    pointer = workspace.registry.pointer(MEMBERS)
    if pointer is None:
        return None
    now = workspace.clock.now()
    found: dict[str, date | None] = {}
    for row in members_there(workspace.registry.load(MEMBERS)).to_pylist():
        left = row["status"] == "rejected" or has_left(row, now)
        at = row["withdrawn_at"]
        found[row[ACCOUNT]] = None if not left else pointer.as_of_day if at is None else seoul_day(at)
    return found


def _going(workspace: Workspace, known: _Known) -> dict[str, set[date]]:
    """Return the IDs whose rows go, with the days on which they have any."""
    found: dict[str, set[date]] = {}
    for day, member_id in _rows(workspace):
        if member_id not in known.live:
            found.setdefault(member_id, set()).add(day)
    waited = known.as_of_day - timedelta(days=WAITS_DAYS)
    return {value: days for value, days in found.items() if value in known.ended or min(days) <= waited}


def _rows(workspace: Workspace) -> Iterator[tuple[date, str]]:
    """Yield the day and the ID of each row that is on disk and names one."""
    for day, segments in segments_by_day(workspace).items():
        for segment in segments:
            for line in workspace.vault.read_segment(segment).raw.splitlines():
                if (member_id := name_in(line, FIELD)) is not None:
                    yield day, member_id
