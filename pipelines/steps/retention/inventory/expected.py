"""What should be on disk: what the ledger says was stored, minus what the register of destructions says was destroyed."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from pipelines.clock import seoul_day
from pipelines.policy import Policy
from pipelines.retention.entries import Destroyed, Replayed
from pipelines.retention.items import Item, Kind
from pipelines.rights.double_sign_ups import FILE_NAME
from pipelines.rights.holds import LINES
from pipelines.rights.sealed import FOLDERS, ONE_YEAR
from pipelines.steps.retention.inventory.known import Known, known_to
from pipelines.steps.retention.inventory.places import SIGN_UPS
from pipelines.steps.retention.inventory.recorded import RECORDED, answered_requests, of_destructions
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace
from pipelines.storage.ledger import Ledger

_ACCESS = "access_records"


def watched(policy: Policy) -> set[str]:
    """Return the datasets with a floor of which the ledger says what should be there: only these can be found missing."""
    stages = {"vault", "quarantine", "registry", "sealed", "held"}
    return {
        name
        for name, dataset in policy.datasets.items()
        if dataset.period is not None
        and dataset.period.at_least is not None
        and (dataset.stage in stages or name in (_ACCESS, *RECORDED))
    }


def expected(workspace: Workspace, known: Known | None = None) -> list[Item]:
    """Return what should be there, each with `is_present` as it is: what is stored by days, sealed, in tables, or held aside.

    Of events nothing is expected: no floor orders them kept. Raises DamagedError when ledger or register is not what was
    written, since nobody could say then what is missing.
    """
    gone = _destroyed(workspace)
    known = known or known_to(workspace)
    items = [*_segments(known), *_sealed(known), *_aside(workspace), *_months(workspace), *of_destructions(workspace)]
    there = [item for item in items if (item.dataset, _key_day(item)) not in gone]
    home = workspace.home.root
    found = [replace(item, is_present=(home / item.place).is_file()) for item in there]
    missing = [*answered_requests(workspace), *_lost_records(workspace)]
    return sorted([*found, *missing, *_tables(workspace, known)], key=lambda item: item.place)


def _destroyed(workspace: Workspace) -> set[tuple[str, date]]:
    """Return the datasets and days that were destroyed in their time: what was entered before its floor ended is missing."""
    return {
        (body.dataset, day)
        for entry in open_register(workspace).entries()
        if isinstance(body := entry.body, (Destroyed, Replayed))
        for day in body.days
        if not _was_owed(workspace.policy, body, day, seoul_day(entry.at))
    }


def _was_owed(policy: Policy, body: Destroyed | Replayed, day: date, on: date) -> bool:
    """Say whether the floor still ordered a day kept; that of another version of the policy was judged in its time."""
    period = policy.dataset(body.dataset).period if body.dataset in policy.datasets else None
    if period is None or period.at_least is None or body.policy_version != policy.version:
        return False
    return on <= (period.kept_through(day) or date.max)


def _key_day(item: Item) -> date:
    """Return the day a destruction names: a month of access records stands under its first day."""
    anchor = item.anchor or date.max
    return anchor.replace(day=1) if item.dataset == _ACCESS else anchor


def _segments(known: Known) -> Iterator[Item]:
    for place, segment in known.segments.items():
        yield Item(segment.dataset, Kind.FILE, place, segment.day, segment.lines, segment.bytes, key=segment.key)


def _sealed(known: Known) -> Iterator[Item]:
    """Yield the objects, and for each day with one of a year the digests that tell a double sign-up."""
    days = {found.day for found in known.sealed.values() if found.dataset == ONE_YEAR}
    for day in sorted(days):
        yield Item(SIGN_UPS, Kind.FILE, f"sealed/{FOLDERS[ONE_YEAR]}/{day}/{FILE_NAME}", date.fromisoformat(day))
    for place, found in known.sealed.items():
        day_left = date.fromisoformat(found.day)
        yield Item(found.dataset, Kind.FILE, place, day_left, 1, found.bytes, found.stored_sha256, found.key)


def _aside(workspace: Workspace) -> Iterator[Item]:
    """Yield what was taken aside for the holds in force: it is owed until the release, which nobody can foresee."""
    for place in workspace.holds.taken_aside():
        yield Item(LINES, Kind.FILE, place, None)


def _months(workspace: Workspace) -> Iterator[Item]:
    """Yield the months of which the chain has records; what was recorded last in one is owed the whole floor."""
    folder = workspace.home.ledger / "access"
    months = {entry.body["month"] for entry in Ledger(folder / "access.jsonl").entries("access")}
    for month in sorted(months):
        first = date.fromisoformat(month)
        last = first.replace(day=monthrange(first.year, first.month)[1])
        yield Item(_ACCESS, Kind.FILE, f"ledger/access/{month}.sealed", last)


def _lost_records(workspace: Workspace) -> Iterator[Item]:
    """Yield the months of which records were lost with a backup: others of the month may still be there."""
    for month, count in workspace.access_records.lost().items():
        last = month.replace(day=monthrange(month.year, month.month)[1])
        yield Item(_ACCESS, Kind.FILE, f"ledger/access/{month}.sealed", last, count, is_present=False)


def _tables(workspace: Workspace, known: Known) -> Iterator[Item]:
    """Yield the tables ever taken in; of one that is gone nobody can say whose clocks have started."""
    for table in sorted(known.tables & workspace.policy.datasets.keys()):
        pointer = workspace.registry.pointer(table)
        is_there = pointer is not None and (workspace.registry.folder / pointer.file).is_file()
        rows, key = (pointer.rows, pointer.key) if pointer else (0, None)
        yield Item(table, Kind.ROWS, f"registry/{table}", None, rows, key=key, is_present=is_there)
