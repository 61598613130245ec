"""What comes before anything else in a run that writes: a home restored from a backup is brought up to what was destroyed since.

The keyring lies outside the home and knows every key it destroyed. What a backup brought back under such a key cannot be read
any more; its files are removed and entered in the register of destructions again, and so are files that were put there by hand.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pipelines.errors import DamagedError
from pipelines.privacy.access_records import DATASET as ACCESS_RECORDS
from pipelines.privacy.key_names import KeyName
from pipelines.retention.entries import NIGHTLY, Destroyed, Method, Replayed
from pipelines.retention.items import Kind
from pipelines.retention.register import Register
from pipelines.rights.sealed import ONE_YEAR
from pipelines.steps.day_files import LINKED, read_day_states
from pipelines.steps.gone import Gone
from pipelines.steps.linked import derive_linked_days
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.executing import Executed, finish_begun
from pipelines.steps.retention.inventory.places import KEY_DATASET, SIGN_UPS, Found, Store, place_of
from pipelines.steps.retention.lost_rows import note_lost_rows
from pipelines.steps.retention.planning import NO_WIRING, Wiring
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.rotation import stored_segments
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove

RESTORED = (
    "If it was restored, the privacy officer says so with `partnerstats retention register restore --role privacy_officer "
    "--reason ...`; if not, bring back the home's `ledger` from its latest backup"
)


Cause = Literal["restored-backup", "key-destroyed"]
_Left = tuple[str, date | None]
"""A dataset and a day, None for a table: what a key opened."""


@dataclass(frozen=True)
class Begun:
    """What had to be done first: whether the register went on from an older backup, what came back, plans finished."""

    was_restored: bool
    replayed: tuple[Replayed, ...]
    finished: tuple[Executed, ...]


@dataclass(frozen=True)
class _Back:
    """A file under a destroyed key."""

    path: Path
    dataset: str
    day: date | None


def begin_writing(workspace: Workspace, wiring: Wiring = NO_WIRING) -> Begun:
    """Do what comes first; call it only while holding the home, before anything is read of it.

    A register that is older than its copy is gone on with only when the home itself shows that it was restored: something in
    it stands under a key that was destroyed. Else entries were cut off, or nobody can tell, and a person decides: raises
    DamagedError, as for a register that was changed.
    """
    register = open_register(workspace)
    found = register.verify()
    if not (found.holds or found.is_only_older):
        raise DamagedError(f"the register of destructions is not what was written: {found.findings[0].sentence}")
    workspace.holds.recall(workspace.clock.now())
    finished: list[Executed] = []
    if found.holds:
        # A plan cut short left files under destroyed keys too: they are its own, and did not come back.
        finished = finish_begun(workspace, wiring)
    back = list(_came_back(workspace))
    if found.is_only_older:
        if not back:
            raise DamagedError(f"nothing runs before someone looked: {found.findings[0].sentence}. {RESTORED}")
        register.restore(workspace.policy.version, NIGHTLY, workspace.clock.now())
    left = set[_Left]() if found.is_only_older else _left_by_keys(register)
    lost = note_lost_rows(workspace, {file.path.relative_to(workspace.home.root).as_posix() for file in back})
    entries = tuple(_replayed(workspace, back, left))
    for entry in entries:
        register.append(entry, workspace.clock.now())
    if lost:
        derive_linked_days(workspace)
    if found.is_only_older:
        entries += tuple(_lost_access_records(workspace, register))
        finished = finish_begun(workspace, wiring)
    return Begun(found.is_only_older, entries, tuple(finished))


def _lost_access_records(workspace: Workspace, register: Register) -> Iterator[Replayed]:
    """Take out access records that only a key from before a rotation opened, enter and yield what that was, by month."""
    former = {KeyName.parse(name) for name in workspace.keyring.destroyed() if name.startswith(f"{ACCESS_RECORDS}.")}
    for month in sorted({name.day for name in former} & set(workspace.access_records.known_months())):
        if workspace.keyring.find(ACCESS_RECORDS, month) is None:
            continue
        if lost := workspace.access_records.lose_unreadable(month, workspace.clock.now()):
            entry = Replayed(
                policy_version=workspace.policy.version,
                dataset=ACCESS_RECORDS,
                stored_as=Kind.FILE,
                days=(month,),
                rows=lost,
                clause=workspace.policy.dataset(ACCESS_RECORDS).clause,
                method=Method.REWRITE,
                cause="restored-backup",
            )
            register.append(entry, workspace.clock.now())
            yield entry


def _came_back(workspace: Workspace) -> Iterator[_Back]:
    """Yield the files that only destroyed keys opened."""
    gone = Gone.of(workspace.keyring)
    sealed = {f"sealed/{found.path}": found.key for found in workspace.sealed.objects()}
    pointers = {table: workspace.registry.pointer(table) for table in workspace.registry.tables()}
    tables = {f"registry/{pointer.file}": pointer.key for pointer in pointers.values() if pointer is not None}
    keys = sealed | tables | _keys_of_days(workspace)
    for file in files_below({"": workspace.home.root}):
        found = None if file.link is not None else place_of(file.place)
        if found is not None and _is_gone(gone, found, keys.get(file.place)):
            yield _Back(file.path, found.dataset, None if found.store is Store.TABLE else found.day)


def _keys_of_days(workspace: Workspace) -> dict[str, str]:
    """Return the keys of sealed segments and of days of events by place: rows taken out of a day leave it under another key."""
    home = workspace.home
    keys = {f"{store}/{segment.path}": segment.key for store, segment in stored_segments(workspace)}
    for folder in (home.events, home.events / LINKED):
        for state in read_day_states(folder).values():
            keys[(folder / state.file_name).relative_to(home.root).as_posix()] = state.key
    return keys


def _is_gone(gone: Gone, found: Found, key: str | None) -> bool:
    if key in gone.keys:
        return True
    if found.store in (Store.TABLE, Store.SEALED) and key is not None:
        return False
    match found.store:
        case Store.SEGMENT | Store.EVENTS | Store.ACCESS:
            return gone.has_day(found.dataset, found.day)
        case Store.SEALED if found.dataset == SIGN_UPS:
            return gone.has_day(ONE_YEAR, found.day)
    return False


def _left_by_keys(register: Register) -> set[_Left]:
    """Return what keys that were destroyed by name left and nobody removed yet; a night's own opened nothing any more."""
    left = set[_Left]()
    for body in (entry.body for entry in register.entries()):
        if isinstance(body, Destroyed) and body.stored_as is Kind.KEY and body.dataset != KEY_DATASET:
            datasets = (body.dataset, SIGN_UPS) if body.dataset == ONE_YEAR else (body.dataset,)
            left |= {(dataset, day) for dataset in datasets for day in (*body.days, None)}
        elif isinstance(body, Replayed):
            left -= {(body.dataset, day) for day in body.days or (None,)}
    return left


def _replayed(workspace: Workspace, back: list[_Back], left: set[_Left]) -> Iterator[Replayed]:
    """Remove what came back, or was `left`, a dataset at a time, and yield what is entered for it."""
    groups: dict[tuple[str, Cause], list[_Back]] = defaultdict(list)
    for file in back:
        cause: Cause = "key-destroyed" if (file.dataset, file.day) in left else "restored-backup"
        groups[file.dataset, cause].append(file)
    for (dataset, cause), files in sorted(groups.items()):
        size = sum(file.path.stat().st_size for file in files if file.path.exists())
        for file in files:
            _remove(workspace, file)
        declared = workspace.policy.dataset(dataset)
        yield Replayed(
            policy_version=workspace.policy.version,
            dataset=dataset,
            stored_as=Kind.FILE,
            days=tuple(sorted({file.day for file in files if file.day})),
            files=len(files),
            bytes=size,
            clause=declared.period.clause if declared.period else declared.clause,
            method=Method.KEY_THEN_FILE,
            cause=cause,
        )


def _remove(workspace: Workspace, file: _Back) -> None:
    """Remove a file, and what says of it that it is there: a table's pointer, a day's state."""
    home = workspace.home
    if file.day is None:
        # Nobody can read the table any more: the next export is taken in as the first one.
        remove(home.registry / f"{file.dataset}.json")
    if file.path.suffix == ".parquet" and file.path.parent in (home.events, home.events / LINKED):
        remove(file.path.with_suffix(".json"))
    if file.path.exists():
        remove(file.path)
