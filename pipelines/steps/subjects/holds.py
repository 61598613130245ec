"""Holds carried out: what they are on is looked up, and lines and rows about to go are taken aside for them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.errors import UsageError
from pipelines.registry.tables import MEMBERS
from pipelines.retention.entries import Begun, Destroyed, Method
from pipelines.retention.items import Kind
from pipelines.rights.holds import LINES, Hold, On
from pipelines.rights.row_holds import RowHolds
from pipelines.steps.access import record_access
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.lines import QUARANTINE, Lines, names_in, segments_by_place, unread_lines
from pipelines.steps.subjects.person import Person
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import write_bytes
from pipelines.storage.sealing import seal
from pipelines.storage.vault import Segment

CLAUSE = "keep.dispute"


class Going(Protocol):
    """What is about to be destroyed: an item of retention is one."""

    @property
    def dataset(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class Order:
    """Why something is held, by whose authority, and when it is looked at again."""

    reason: str
    authority: str
    review_on: date


def hold_member(workspace: Workspace, person: Person, order: Order) -> Hold:
    """Hold what there is of a member. Raises UsageError for an order that cannot stand."""
    subjects = workspace.subjects
    hold = replace(
        _begun(workspace, On.MEMBER, order),
        subject=person.subject,
        logins=tuple(sorted(subjects.tombstones_of_logins(sorted(person.logins)))),
        linked_ids=tuple(sorted(subjects.linked_id_digest(value) for value in person.linked_ids)),
    )
    record_access(workspace, "hold on a member added", subjects=(person.subject,))
    return workspace.holds.add(hold)


def hold_partner(workspace: Workspace, partner_id: str, order: Order) -> Hold:
    """Hold what there is of a partner and of its members, those who leave later included.

    Raises UsageError when the registry has no such partner.
    """
    known = _column(workspace, "partners", "partner_id")
    if partner_id not in known:
        raise UsageError("the registry has no partner with this id")
    record_access(workspace, "hold on a partner added")
    hold = replace(_begun(workspace, On.PARTNER, order), partner_id=partner_id)
    return workspace.holds.add(_with_present_names(workspace, hold))


def hold_dataset(workspace: Workspace, dataset: str, first_day: date, last_day: date, order: Order) -> Hold:
    """Hold the days of a dataset. Raises UsageError for one the policy does not have, and for a range without a day."""
    if dataset not in workspace.policy.datasets or workspace.policy.dataset(dataset).period is None:
        raise UsageError(f"the policy has no dataset {dataset!r} with a period")
    if last_day < first_day:
        raise UsageError(f"there is no day from {first_day} to {last_day}")
    record_access(workspace, f"hold on {dataset} added")
    begun = _begun(workspace, On.DATASET, order)
    return workspace.holds.add(replace(begun, dataset=dataset, first_day=first_day, last_day=last_day))


def release_hold(workspace: Workspace, hold_id: str) -> Hold:
    """Release a hold: what was taken aside is destroyed and entered in the register; the rest is back under its period."""
    record_access(workspace, f"hold {hold_id} released")
    folder = workspace.holds.lines / hold_id
    files = list(folder.rglob("*.age"))
    days = tuple(sorted({date.fromisoformat(path.parent.name) for path in files}))
    size = sum(path.stat().st_size for path in files)
    register, now = open_register(workspace), workspace.clock.now()
    version, role = workspace.policy.version, workspace.settings.role
    plan = hashlib.sha256(f"release of {hold_id}".encode()).hexdigest()
    if files:
        register.append(Begun(policy_version=version, plan=plan, approved_by=role, items=len(files)), now)
    hold = workspace.holds.release(hold_id, now)
    if files:
        gone = Destroyed(
            policy_version=version,
            plan=plan,
            approved_by=role,
            dataset=LINES,
            stored_as=Kind.FILE,
            days=days,
            files=len(files),
            bytes=size,
            keys=1,
            clause=CLAUSE,
            method=Method.KEY_THEN_FILE,
        )
        register.append(gone, now)
    return hold


def review_hold(workspace: Workspace, hold_id: str, review_on: date) -> Hold:
    """Let a hold stand that was looked at, until `review_on`. Raises UsageError for a day that is past, or no such hold."""
    if review_on < workspace.today:
        raise UsageError(f"{review_on} is past: a hold is looked at again on a day to come")
    record_access(workspace, f"hold {hold_id} reviewed")
    return workspace.holds.review(hold_id, review_on, workspace.clock.now())


def overdue_reviews(workspace: Workspace) -> int:
    """Count the holds whose review date is past."""
    return sum(hold.review_on < workspace.today for hold in workspace.holds.active())


def take_aside(workspace: Workspace, going: Iterable[Going]) -> list[str]:
    """Copy the lines of held members out of segments that are about to go; return the places of what was copied.

    Call it before the first key goes. The same items again write the same files. Raises DamagedError when a segment cannot be
    read: what cannot be looked through is not destroyed.
    """
    holds = _line_holds(workspace)
    if not holds.holds:
        return []
    segments = segments_by_place(workspace)
    return [
        place
        for item in going
        if item.place in segments
        for place in _segment_aside(workspace, segments[item.place], holds)
    ]


def take_rows_aside(
    workspace: Workspace, table: str, rows: pa.Table, days: Sequence[date | None] | None = None
) -> list[str]:
    """Copy those of `rows`, which are about to leave a registry table, that are held; return the places of the copies.

    `days` has the day on which each row ended, for rows that go before a plan: a hold on days of the table keeps them out of
    plans, and here those that ended on one of its days; one without a day lies in every range.
    """
    holds, on_days = _line_holds(workspace), [] if days is None else workspace.holds.of_dataset(table)
    if not (holds.holds or on_days) or not len(rows):
        return []
    names = [name for name in ("account_key", "partner_id") if name in rows.column_names]
    by_hold: dict[str, tuple[Hold, list[int]]] = {}
    ended = days or [None] * len(rows)
    for number, (row, day) in enumerate(zip(rows.select(names).to_pylist(), ended, strict=True)):
        for hold in [*holds.of_row(row), *(hold for hold in on_days if hold.has_day(day))]:
            by_hold.setdefault(hold.hold_id, (hold, []))[1].append(number)
    return [_rows_file(workspace, hold, table, rows.take(numbers)) for hold, numbers in by_hold.values()]


def take_lines_aside(workspace: Workspace, segment: Segment, lines: Sequence[bytes]) -> list[str]:
    """Copy `lines` that are about to leave a segment for the holds on its day; return the places of the copies."""
    holds = [hold for hold in workspace.holds.of_dataset(segment.dataset) if hold.has_day(segment.day)]
    return [_lines_file(workspace, hold, segment, lines) for hold in holds if lines]


def _begun(workspace: Workspace, on: On, order: Order) -> Hold:
    if not order.reason.strip() or not order.authority.strip():
        raise UsageError("a hold needs a reason and the authority that orders it")
    if order.review_on < workspace.today:
        raise UsageError(f"{order.review_on} is past: a hold is looked at again on a day to come")
    return Hold(
        hold_id="",
        on=on,
        reason=order.reason.strip(),
        authority=order.authority.strip(),
        role=workspace.settings.role,
        review_on=order.review_on,
        added_at=workspace.clock.now(),
    )


def _line_holds(workspace: Workspace) -> RowHolds:
    """Return the holds with the members, logins and linked IDs that they are on by now; they stay on them from then on."""
    holds = []
    for hold in workspace.holds.active():
        wider = _with_present_names(workspace, hold)
        if wider != hold:
            workspace.holds.widen(wider, workspace.clock.now())
        holds.append(wider)
    return RowHolds(holds, workspace.subjects)


def _with_present_names(workspace: Workspace, hold: Hold) -> Hold:
    if hold.on is On.DATASET:
        return hold
    subjects = workspace.subjects
    logins, ids, members = set(hold.logins), set(hold.linked_ids), set(hold.members)
    accounts = set()
    if workspace.registry.pointer(MEMBERS) is not None:
        rows = workspace.registry.load(MEMBERS).select(["account_key", "login_id", "partner_id"]).to_pylist()
        mine = [row for row in rows if _is_of(workspace, hold, row)]
        accounts = {row["account_key"] for row in mine}
        logins.update(subjects.tombstones_of_logins([row["login_id"] for row in mine]))
        if hold.on is On.PARTNER:
            members.update(map(subjects.subject_digest, sorted(accounts)))
    if accounts and workspace.registry.pointer("linked_accounts") is not None:
        links = workspace.registry.load("linked_accounts")
        links = links.filter(pc.is_in(links["account_key"], pa.array(sorted(accounts))))
        ids.update(subjects.linked_id_digest(value) for value in links["melon_member_id"].to_pylist() if value)
    return replace(hold, logins=tuple(sorted(logins)), linked_ids=tuple(sorted(ids)), members=tuple(sorted(members)))


def _is_of(workspace: Workspace, hold: Hold, row: Mapping[str, str | None]) -> bool:
    if hold.on is On.PARTNER:
        return row["partner_id"] == hold.partner_id
    return workspace.subjects.subject_digest(str(row["account_key"])) == hold.subject


def _segment_aside(workspace: Workspace, segment: Segment, holds: RowHolds) -> list[str]:
    owners: dict[str, list[Hold]]
    if segment.dataset == QUARANTINE:
        unread = unread_lines(workspace, segment)
        raw, named = [kept for kept, _ in unread], [names_in(delivered) for _, delivered in unread]
        owners = holds.of_names(sorted(frozenset().union(*named)))
    else:
        lines = Lines.of(workspace, segment)
        raw, named = list(lines.raw), list(lines.names)
        owners = {**holds.of_logins(lines.logins()), **holds.of_linked_ids(lines.linked_ids())}
    chosen: dict[str, tuple[Hold, list[int]]] = {}
    for number, names in enumerate(named):
        for hold in {hold.hold_id: hold for name in names for hold in owners.get(name, ())}.values():
            chosen.setdefault(hold.hold_id, (hold, []))[1].append(number)
    return [
        _lines_file(workspace, hold, segment, [raw[number] for number in numbers]) for hold, numbers in chosen.values()
    ]


def _lines_file(workspace: Workspace, hold: Hold, segment: Segment, lines: Sequence[bytes]) -> str:
    name = segment.path.rsplit("/", 1)[1].removesuffix(".age")
    raw = b"\n".join(lines) + b"\n"
    return _put(workspace, hold, segment.dataset, segment.day, f"{segment.source}-{name}", raw)


def _rows_file(workspace: Workspace, hold: Hold, table: str, rows: pa.Table) -> str:
    sink = BytesIO()
    pq.write_table(rows, sink, compression="none")
    name = hashlib.sha256(sink.getvalue() + hold.hold_id.encode()).hexdigest()[:16]
    return _put(workspace, hold, table, workspace.today, name, sink.getvalue())


def _put(workspace: Workspace, hold: Hold, dataset: str, day: date, name: str, payload: bytes) -> str:
    path = workspace.holds.lines / hold.hold_id / dataset / day.isoformat() / f"{name}.age"
    write_bytes(path, seal(payload, workspace.holds.lines_key(hold)))
    place = path.relative_to(workspace.home.root).as_posix()
    workspace.holds.took(hold.hold_id, place, workspace.clock.now())
    return place


def _column(workspace: Workspace, table: str, column: str) -> Sequence[str]:
    if workspace.registry.pointer(table) is None:
        return []
    values: list[str] = workspace.registry.load(table)[column].to_pylist()
    return values
