"""Keys rotated: everything that stands under a key of a list is written anew under the key that takes its place.

The list is entered in the ledger first, with what is counted before. From then on each step asks what still stands under one
of these keys, so that a crashed rotation is finished by doing the same again; the night does it before anything else. The
former keys are destroyed last, all at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.errors import CheckFailedError, UsageError
from pipelines.records.ledgered import RecordFile
from pipelines.retention.entries import Rotated
from pipelines.steps.backfill import lines_of
from pipelines.steps.day_files import LINKED, DayState, read_day_states
from pipelines.steps.derivation import day_inputs
from pipelines.steps.events import derive_days, derive_stale_days
from pipelines.steps.linked import derive_linked, derive_linked_days, linked_folder, linked_inputs
from pipelines.steps.record_imports import record_files
from pipelines.steps.records import import_records, quarantined_files
from pipelines.steps.retention.distinct_counts import ALL_DAYS, Counts, distinct_counts
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.rewriting import Store, rewrite_segments, sweep_rewritten
from pipelines.steps.workspace import Workspace
from pipelines.storage.ledger import Entry
from pipelines.storage.rewritten import KIND as REWRITTEN
from pipelines.storage.vault import Segment
from pipelines.weblogs.records import ImportRecord

BEGUN, DONE = "rotation-begun", "rotation-done"
PSEUDONYMS, DATA_KEYS = "pseudonyms", "data-keys"
CLAUSE = "secure.encryption"
ACCESS_RECORDS = "access_records"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class RotationReport:
    """How a rotation ended. `what` was rotated; of `days` retained days of events `moved` stand under the new keys.

    `is_equal` says whether the distinct counts are those of before; None when something else was taken in between a crash and
    the end, so that they cannot be compared. `was_interrupted` says that this finished what another process had begun.
    """

    what: tuple[str, ...]
    moved: int
    days: int
    before: Counts
    after: Counts
    is_equal: bool | None
    keys_destroyed: int
    was_interrupted: bool


def rotate(
    workspace: Workspace,
    what: tuple[str, ...],
    progress: Progress = lambda _what, _done, _total: None,
) -> list[RotationReport]:
    """Rotate PSEUDONYMS, DATA_KEYS or both, while holding the home; first finish what was interrupted.

    Raises UsageError, before anything is changed, when the lines of a retained day are gone; CheckFailedError, after all is
    done, when the distinct counts are not those of before.
    """
    finished = finish_rotation(workspace, progress)
    if finished is not None and set(what) <= set(finished.what):
        return [finished]
    _require_lines(workspace)
    derive_stale_days(workspace, progress)
    derive_linked_days(workspace)
    begun = workspace.ledger.append(BEGUN, _plan(workspace, what), workspace.clock.now())
    report = _finish(workspace, begun, progress, was_interrupted=False)
    return [report] if finished is None else [finished, report]


def finish_rotation(
    workspace: Workspace, progress: Progress = lambda _what, _done, _total: None
) -> RotationReport | None:
    """Finish the rotation that a crash cut short and return how it ended; None when there is none. Raises as `rotate`."""
    entries = [entry for entry in workspace.ledger.entries() if entry.kind in (BEGUN, DONE)]
    if not entries or entries[-1].kind == DONE:
        return None
    return _finish(workspace, entries[-1], progress, was_interrupted=True)


def _require_lines(workspace: Workspace) -> None:
    """Refuse to begin when a retained day could not be derived again."""
    gone = lines_of(workspace).gone
    known = {given.day for given in day_inputs(workspace)} - gone
    linked = {
        given.day
        for given in linked_inputs(workspace)
        if all((workspace.vault.folder / segment.path).is_file() for segment in given.segments)
    }
    lost = (read_day_states(workspace.home.events).keys() - known) | (
        read_day_states(linked_folder(workspace)).keys() - linked
    )
    if lost:
        raise UsageError(f"the lines of {', '.join(map(str, sorted(lost)))} are gone: destroy their events first")


def _plan(workspace: Workspace, what: tuple[str, ...]) -> dict[str, Any]:
    keys = {state.key for state in _day_states(workspace).values()}
    if PSEUDONYMS in what:
        keys.add(workspace.keyring.pseudonym_key().name)
    if DATA_KEYS in what:
        keys |= {segment.key for _, segment in stored_segments(workspace)} | _registry_keys(workspace)
        keys |= {info.name for info in workspace.keyring.list() if info.dataset == ACCESS_RECORDS}
    return {
        "what": list(what),
        "keys": sorted(keys),
        "days": sorted(_day_states(workspace)),
        "counts": distinct_counts(workspace),
        "register": len(open_register(workspace).entries()),
    }


def _finish(workspace: Workspace, begun: Entry, progress: Progress, *, was_interrupted: bool) -> RotationReport:
    former, what = set(begun.body["keys"]), tuple(begun.body["what"])
    sweep_rewritten(workspace)
    for name in sorted(former):
        if name.startswith("pseudonyms."):
            workspace.keyring.next_pseudonym_key(name)
    _move_segments(workspace, former, progress)
    _move_tables(workspace, former, progress)
    _move_days(workspace, former, progress)
    _move_access_records(workspace, former)
    report = _compared(workspace, begun, what, former, was_interrupted=was_interrupted)
    if report.moved < report.days:
        raise CheckFailedError(f"{report.days - report.moved} days cannot be derived again: destroy their events first")
    workspace.keyring.destroy_many(former)
    _register(workspace, begun, report)
    body = {"begun": begun.seq, "moved": report.moved, "days": report.days, "counts_equal": report.is_equal}
    workspace.ledger.append(DONE, body, workspace.clock.now())
    if report.is_equal is False:
        raise CheckFailedError("the distinct counts after the rotation are not those of before")
    return report


def _move_segments(workspace: Workspace, former: set[str], progress: Progress) -> None:
    """Write the sealed segments anew, a key's at once."""
    by_key: dict[tuple[Store, str], list[Segment]] = defaultdict(list)
    for store, segment in stored_segments(workspace):
        if segment.key in former:
            by_key[store, segment.key].append(segment)
    for number, ((store, _), segments) in enumerate(by_key.items()):
        progress("sealed days", number, len(by_key))
        rewrite_segments(workspace, store, segments)
    progress("sealed days", len(by_key), len(by_key))


def _move_tables(workspace: Workspace, former: set[str], progress: Progress) -> None:
    tables = workspace.registry.tables()
    for number, table in enumerate(tables):
        progress("registry", number, len(tables))
        pointer = workspace.registry.pointer(table)
        if pointer is not None and pointer.key in former:
            workspace.registry.rewrite(table, workspace.registry.load(table), changed_from=None)
    progress("registry", len(tables), len(tables))


def _move_days(workspace: Workspace, former: set[str], progress: Progress) -> None:
    """Derive the days of events again whose file is under a former key, each under the key that takes its place."""
    events = _renewed(workspace, read_day_states(workspace.home.events).values(), former)
    derive_days(workspace, [given for given in day_inputs(workspace) if given.day in events], progress)
    linked = _renewed(workspace, read_day_states(linked_folder(workspace)).values(), former)
    derive_linked(workspace, [given for given in linked_inputs(workspace) if given.day in linked])


def _renewed(workspace: Workspace, states: Iterable[DayState], former: set[str]) -> set[date]:
    under = {state.day: state.key for state in states if state.key in former}
    for key in under.values():
        workspace.keyring.renew(key)
    return set(under)


def _move_access_records(workspace: Workspace, former: set[str]) -> None:
    for month in workspace.access_records.months():
        for key in workspace.keyring.keys_of_day(ACCESS_RECORDS, month):
            if key.name in former:
                workspace.keyring.renew(key.name)
                workspace.access_records.seal_anew(month)


def _compared(
    workspace: Workspace, begun: Entry, what: tuple[str, ...], former: set[str], *, was_interrupted: bool
) -> RotationReport:
    states, before, after = _day_states(workspace), begun.body["counts"], distinct_counts(workspace)
    there = [day for day in begun.body["days"] if day in states]
    return RotationReport(
        what=what,
        moved=sum(states[day].key not in former for day in there),
        days=len(there),
        before=before,
        after=after,
        is_equal=None if _came_between(workspace, begun) else _agree(before, after),
        keys_destroyed=len(former),
        was_interrupted=was_interrupted,
    )


def _came_between(workspace: Workspace, begun: Entry) -> bool:
    """Say whether anything but the rotation itself changed what events rest on since it began."""
    later = (entry for entry in workspace.ledger.entries() if entry.seq > begun.seq)
    return any(entry.kind != REWRITTEN for entry in later)


def _agree(before: Counts, after: Counts) -> bool:
    """Compare the days that are still there, and all of them together when none has gone meanwhile."""
    if before.keys() == after.keys():
        return before == after
    return all(before.get(day) == counts for day, counts in after.items() if not day.endswith(ALL_DAYS))


def _register(workspace: Workspace, begun: Entry, report: RotationReport) -> None:
    """Enter what was rotated in the register of destructions, once."""
    register, settings = open_register(workspace), workspace.settings
    entered = {
        entry.body.what for entry in register.entries()[begun.body["register"] :] if isinstance(entry.body, Rotated)
    }
    for what in report.what:
        if what not in entered:
            amounts = (report.moved, report.days) if what == PSEUDONYMS else (report.keys_destroyed,) * 2
            told = {"what": what, "moved": amounts[0], "of": amounts[1], "clause": CLAUSE, "approved_by": settings.role}
            body = Rotated.model_validate({"policy_version": workspace.policy.version, **told})
            register.append(body, workspace.clock.now())


def _day_states(workspace: Workspace) -> dict[str, DayState]:
    """Return the state of each day of events, by its place below the events."""
    web = {str(day): state for day, state in read_day_states(workspace.home.events).items()}
    linked = read_day_states(linked_folder(workspace))
    return web | {f"{LINKED} {day}": state for day, state in linked.items()}


def stored_segments(workspace: Workspace) -> list[tuple[Store, Segment]]:
    """Return every sealed segment whose file is there."""
    imports: list[ImportRecord | RecordFile] = [*import_records(workspace.ledger), *record_files(workspace)]
    bodies: list[tuple[Store, dict[str, Any]]] = []
    for record in imports:
        bodies += [("vault", body) for body in record.segments]
        bodies += [("quarantine", body) for body in record.quarantine]
    for file in quarantined_files(workspace.ledger):
        bodies += [("quarantine", body) for body in file.pieces]
    folders = {"vault": workspace.home.vault, "quarantine": workspace.home.quarantine}
    unique = {(store, body["path"]): body for store, body in bodies}
    return [
        (store, Segment.from_json(body)) for (store, path), body in unique.items() if (folders[store] / path).is_file()
    ]


def _registry_keys(workspace: Workspace) -> set[str]:
    pointers = [workspace.registry.pointer(table) for table in workspace.registry.tables()]
    in_use = {pointer.key for pointer in pointers if pointer is not None}
    return in_use | {key.name for key in workspace.registry.superseded_keys()}
