"""A member leaves: what is kept is sealed, the profile goes, and the events of the member become nobody's.

The order survives a crash at any point: objects are sealed and entered in the ledger, the tombstone is put up, and only then
the registry is written without the member, `members` last. Until then the next run finds the member there and goes on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import seoul_day
from pipelines.registry.carried import WITHDRAWN, has_left
from pipelines.registry.tables import MEMBERS, VALID_FROM, VALID_TO
from pipelines.rights.double_sign_ups import Former
from pipelines.rights.sealed import ONE_YEAR, PERMANENT, fields_of
from pipelines.rights.sealing_box import SealingBox, open_box
from pipelines.rights.tombstones import Departure, Gone
from pipelines.steps.subjects.holds import take_rows_aside
from pipelines.steps.subjects.keeping_out import ACCOUNT, end_of, members_there, rows_of_erased, tables_of_membership
from pipelines.steps.workspace import Workspace

KIND = "departures"
"""Kind of the ledger's entries, one for each time that members were found to have left."""
DOUBLE_SIGN_UPS = "double-sign-ups"
MISUSE = "misuse_records"


@dataclass(frozen=True)
class Leaver:
    """A member who left at `at`: the last state, and each login with the last instant at which it was the member's."""

    account_key: str
    subject: str
    at: datetime
    profile: Mapping[str, Any]
    logins: Mapping[str, datetime]

    @property
    def day(self) -> date:
        """The Asia/Seoul day of leaving."""
        return seoul_day(self.at)


@dataclass
class LeavingReport:
    """What became of members who left: how many, objects sealed, tombstones put up, and rows removed by table."""

    left: int = 0
    sealed: int = 0
    tombstones: int = 0
    removed: dict[str, int] = field(default_factory=dict)


def leaver_of(workspace: Workspace, account_key: str, at: datetime) -> Leaver | None:
    """Return the member of the registry with this account as one who leaves at `at`, None when there is none."""
    if workspace.registry.pointer(MEMBERS) is None:
        return None
    rows = workspace.registry.load(MEMBERS)
    last = {row[ACCOUNT]: row for row in members_there(rows).to_pylist() if row[ACCOUNT] == account_key}
    return next(iter(_as_leavers(workspace, rows, last, at)), None)


def seal_leavers(workspace: Workspace, leavers: Sequence[Leaver]) -> LeavingReport:
    """Seal what is kept of `leavers`; what is sealed already stays. Raises UsageError when there is nobody to seal for."""
    report = LeavingReport()
    if leavers:
        _seal(workspace, leavers, report)
    return report


def settle_departures(workspace: Workspace) -> LeavingReport:
    """Move every member of the registry who left to `sealed/`, put up the tombstone, and write the registry without them.

    A second run does nothing more. Raises UsageError, before anything is changed, when there is nobody to seal for.
    """
    leavers = _leavers(workspace)
    report = seal_leavers(workspace, leavers)
    if leavers:
        report.tombstones = workspace.tombstones.add_all(_departures(workspace, leavers))
    gone = {leaver.account_key: leaver.at for leaver in leavers}
    for table in tables_of_membership(workspace):
        removed = remove_accounts(workspace, table, gone)
        if removed:
            report.removed[table] = removed
    if leavers:
        body = {"left": report.left, "sealed": report.sealed, "rows_removed": report.removed}
        workspace.ledger.append(KIND, body, workspace.clock.now())
    return report


def remove_accounts(workspace: Workspace, table: str, gone: Mapping[str, datetime]) -> int:
    """Write a registry table without the rows of accounts that are `gone`, and of erased ones; return how many went.

    `gone` has the instant of leaving. Days on which a row that goes still held after that instant are derived again.
    """
    if workspace.registry.pointer(table) is None:
        return 0
    rows = workspace.registry.load(table)
    erased = rows_of_erased(workspace, rows, table)
    going = [key in gone or is_erased for key, is_erased in zip(rows[ACCOUNT].to_pylist(), erased, strict=True)]
    if not any(going):
        return 0
    leaving = rows.filter(pa.array(going))
    take_rows_aside(workspace, table, leaving, _ended_on(workspace, leaving, gone))
    changed_from = _changed_from(leaving, gone)
    workspace.registry.rewrite(table, rows.filter(pc.invert(pa.array(going))), changed_from=changed_from)
    return sum(going)


def double_sign_ups(workspace: Workspace) -> int:
    """Count the members of the registry who signed up with what a former member had given."""
    if workspace.registry.pointer(MEMBERS) is None:
        return 0
    period = workspace.policy.dataset(ONE_YEAR).period
    rows = members_there(workspace.registry.load(MEMBERS)).to_pylist()
    return 0 if period is None else workspace.sign_ups.double(rows, period.ends)


def record_double_sign_ups(workspace: Workspace) -> None:
    """Append to the ledger how many double sign-ups there are, when that is another number than the one known."""
    found = double_sign_ups(workspace)
    known = [entry.body["found"] for entry in workspace.ledger.entries(DOUBLE_SIGN_UPS)]
    if found != (known[-1] if known else 0):
        workspace.ledger.append(DOUBLE_SIGN_UPS, {"found": found}, workspace.clock.now())


def _leavers(workspace: Workspace) -> list[Leaver]:
    pointer = workspace.registry.pointer(MEMBERS)
    if pointer is None:
        return []
    rows = workspace.registry.load(MEMBERS)
    until = end_of(pointer.as_of_day)
    may_have_left = pc.or_(pc.equal(rows["status"], WITHDRAWN), pc.is_valid(rows["withdrawn_at"]))
    last = {row[ACCOUNT]: row for row in members_there(rows.filter(may_have_left)).to_pylist() if has_left(row, until)}
    return _as_leavers(workspace, rows, last, until)


def _as_leavers(
    workspace: Workspace, rows: pa.Table, last: Mapping[str, Mapping[str, Any]], until: datetime
) -> list[Leaver]:
    if not last:
        return []
    logins = _logins(rows, last)
    return [
        Leaver(
            account,
            workspace.subjects.subject_digest(account),
            at := min(row["withdrawn_at"] or until, until),
            {**row, "withdrawn_at": at},
            {login: min(end, at) for login, end in logins[account].items()},
        )
        for account, row in sorted(last.items())
    ]


def _logins(rows: pa.Table, accounts: Mapping[str, object]) -> dict[str, dict[str, datetime]]:
    """Return each account's logins with the last instant at which each was the account's."""
    logins: dict[str, dict[str, datetime]] = defaultdict(dict)
    for account, login, ends in zip(*(rows[name].to_pylist() for name in (ACCOUNT, "login_id", VALID_TO)), strict=True):
        if account in accounts:
            until = end_of(ends - timedelta(days=1)) if ends else datetime.max.replace(tzinfo=UTC)
            logins[account][login] = max(until, logins[account].get(login, until))
    return logins


def _seal(workspace: Workspace, leavers: Sequence[Leaver], report: LeavingReport) -> None:
    is_demo = workspace.home.state().kind == "demo"
    box = open_box(workspace.settings.sealed_recipient, workspace.settings.key_folder, is_demo=is_demo)
    workspace.sealed.sweep()
    misuse = _misuse(workspace)
    formers: dict[date, list[Former]] = defaultdict(list)
    for leaver in leavers:
        report.left += 1
        if _still_runs(workspace, ONE_YEAR, leaver.day):
            report.sealed += _put(workspace, box, ONE_YEAR, leaver, misuse[leaver.account_key])
            formers[leaver.day].append(workspace.sign_ups.former(leaver.subject, leaver.at, leaver.profile))
        report.sealed += _put(workspace, box, PERMANENT, leaver, [])
    for day, found in formers.items():
        workspace.sign_ups.add(day, found)


def _put(
    workspace: Workspace, box: SealingBox, dataset: str, leaver: Leaver, misuse: Sequence[Mapping[str, Any]]
) -> bool:
    """Seal one object and say whether it was not there yet."""
    if workspace.sealed.holds(dataset, leaver.subject, leaver.day):
        return False
    fields = fields_of(workspace.policy, dataset, leaver.profile, misuse)
    workspace.sealed.put(box, dataset, leaver.subject, leaver.day, fields, workspace.clock.now())
    return True


def _still_runs(workspace: Workspace, dataset: str, day: date) -> bool:
    """Say whether the period of what is kept of who left on `day` has not ended: else it is not sealed any more."""
    period = workspace.policy.dataset(dataset).period
    ends = None if period is None else period.ends(day)
    return ends is None or workspace.today <= ends


def _departures(workspace: Workspace, leavers: Sequence[Leaver]) -> list[Departure]:
    """Return the tombstones to put up: one for each instant at which a login was the member's last, where lines may remain."""
    found = []
    for leaver in leavers:
        by_instant: dict[datetime, list[str]] = defaultdict(list, {leaver.at: []})
        for login, until in leaver.logins.items():
            by_instant[until].append(login)
        found += [
            Departure(leaver.account_key, logins, Gone.WITHDRAWN, at)
            for at, logins in by_instant.items()
            if workspace.tombstones.goes_after(seoul_day(at)) >= workspace.today
        ]
    return found


def _misuse(workspace: Workspace) -> dict[str, list[Mapping[str, Any]]]:
    """Return the records of misuse as they stand, by account."""
    records: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    if workspace.registry.pointer(MISUSE) is not None:
        for row in members_there(workspace.registry.load(MISUSE)).to_pylist():
            records[row[ACCOUNT]].append(row)
    return records


def _ended_on(workspace: Workspace, rows: pa.Table, gone: Mapping[str, datetime]) -> list[date | None]:
    """Return the day on which each of `rows` ended: that of leaving, or that of the erasure which a backup knew nothing of."""
    stones = {stone.account: stone.at for stone in workspace.tombstones.all() if stone.kind is Gone.ERASED}
    digest = workspace.subjects.tombstone_of_account
    ended = (gone[key] if key in gone else stones.get(digest(key)) for key in rows[ACCOUNT].to_pylist())
    return [None if at is None else seoul_day(at) for at in ended]


def _changed_from(rows: pa.Table, gone: Mapping[str, datetime]) -> date | None:
    """Return the earliest day after leaving of which one of `rows` said something."""
    days = []
    for account, begins, ends in zip(
        *(rows[name].to_pylist() for name in (ACCOUNT, VALID_FROM, VALID_TO)), strict=True
    ):
        first = max(begins, seoul_day(gone[account])) if account in gone else begins
        if ends is None or first < ends:
            days.append(first)
    return min(days, default=None)
