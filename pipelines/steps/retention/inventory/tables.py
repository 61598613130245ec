"""Registry tables: their rows, gathered by what their clocks say; and files of tables that no pointer names."""

import hashlib
from collections import defaultdict
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import seoul_day
from pipelines.errors import PartnerstatsError
from pipelines.policy import Dataset, Policy
from pipelines.registry.store import Pointer
from pipelines.registry.tables import MEMBERS
from pipelines.retention.items import Item, Kind
from pipelines.retention.rows import RowTerm, VaultDays, membership_ends, row_terms
from pipelines.retention.scanning.rows import row_texts
from pipelines.rights.tombstones import Gone
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory.known import Known
from pipelines.steps.retention.inventory.places import STAGED, Found
from pipelines.steps.retention.inventory.view import View, policy_on
from pipelines.steps.retention.sampling import digester_of
from pipelines.steps.subjects.keeping_out import ACCOUNT, members_there, rows_of_erased
from pipelines.steps.workspace import Workspace

VISITS = "access_logs"
_Group = tuple[date | None, date | None, date | None]


def superseded(file: OnDisk, found: Found, view: View) -> Item | None:
    """Return the item of a table's file that its pointer does not name; None for the live one, whose rows are items."""
    pointer = view.workspace.registry.pointer(found.dataset)
    if pointer is not None and file.place == f"registry/{pointer.file}":
        return None
    return Item(STAGED, Kind.COPY, file.place, view.made_on(file), bytes=file.stamp[0], is_known=False)


class Tables:
    """The registry as it stands on the day of a look."""

    def __init__(self, view: View, policy: Policy, first_retained: date | None) -> None:
        """Name what terms depend on; `first_retained` is the first day the vault holds."""
        visits = policy.dataset(VISITS).period
        assert visits is not None  # noqa: S101 -- identities have a period, the loader sees to it
        self._view, self._policy = view, policy
        self._store = view.workspace.registry
        self._vault = VaultDays(view.today, first_retained, visits)
        self._digester = digester_of(view.workspace)
        self._members = self._load(MEMBERS)
        self._ended = self._membership_ended()

    @classmethod
    def of(cls, workspace: Workspace, today: date) -> "Tables":
        """Look at the registry alone, for the terms of single rows."""
        segments = (workspace.home.vault / VISITS).glob("*/????-??-??")
        days = [date.fromisoformat(folder.name) for folder in segments if any(folder.iterdir())]
        view = View(workspace, today, Known(), (), None, {})
        return cls(view, policy_on(workspace, today), min(days, default=None))

    @property
    def members(self) -> int:
        """How many members there are."""
        return 0 if self._members is None else len(members_there(self._members))

    def items(self) -> list[Item]:
        """Return the rows of all tables, those of equal clocks together. A table that cannot be read is a fault."""
        found: list[Item] = []
        for table in self._store.tables():
            dataset = self._policy.datasets.get(table)
            pointer, rows = self._store.pointer(table), self._load(table)
            if dataset is None or pointer is None or rows is None:
                self._view.faults.append(f"registry/{table}: its rows cannot be judged")
                continue
            self._view.used.add(pointer.key)
            found += self._gathered(table, dataset, pointer, rows)
        return found

    def terms(self, table: str, rows: pa.Table) -> list[RowTerm]:
        """Return the term of each stored row of `table`; rows of erased members that came back ended when they were erased."""
        dataset, pointer = self._policy.dataset(table), self._store.pointer(table)
        known_from = pointer.changes[0].as_of_day if pointer and pointer.changes else date.min
        ended = self._ended | self._departed(table, rows) if dataset.period else {}
        terms = row_terms(dataset, rows, membership_ended=ended, vault=self._vault, known_from=known_from)
        erased = rows_of_erased(self._view.workspace, rows, table)
        if not any(erased):
            return terms
        days = self._erasures(rows)
        return [
            term._replace(ended_early=min(filter(None, (term.ended_early, days.get(account))), default=None))
            if is_erased
            else term
            for term, account, is_erased in zip(terms, rows[ACCOUNT].to_pylist(), erased, strict=True)
        ]

    def _gathered(self, table: str, dataset: Dataset, pointer: Pointer, rows: pa.Table) -> list[Item]:
        place, size = f"registry/{table}", (self._store.folder / pointer.file).stat().st_size
        if not len(rows):
            return []
        groups: dict[_Group, list[int]] = defaultdict(list)
        for number, term in enumerate(self.terms(table, rows)):
            groups[term.anchor, term.ended_early, term.ends_on].append(number)
        digests = [self._digester.digest(text) for text in row_texts(rows.combine_chunks())]
        return [
            Item(
                table,
                Kind.ROWS,
                place,
                anchor,
                count=len(numbers),
                bytes=size * len(numbers) // len(rows),
                digest=hashlib.sha256(b"".join(sorted(digests[number] for number in numbers))).hexdigest(),
                key=pointer.key,
                ends_on=ends_on,
                ended_early=ended_early,
            )
            for (anchor, ended_early, ends_on), numbers in sorted(groups.items(), key=_by_days)
        ]

    def _load(self, table: str) -> pa.Table | None:
        try:
            return self._store.load(table) if self._store.pointer(table) else None
        except PartnerstatsError as cause:
            self._view.faults.append(f"registry/{table}: {type(cause).__name__}")
            return None

    def _membership_ended(self) -> dict[str, date]:
        pointer = self._store.pointer(MEMBERS)
        if self._members is None or pointer is None:
            return {}
        known_from = pointer.changes[0].as_of_day if pointer.changes else date.min
        return membership_ends(self._policy.dataset(MEMBERS), self._members, known_from=known_from)

    def _departed(self, table: str, rows: pa.Table) -> dict[str, date]:
        """Return, by account, when those left who are no members any more: sealed objects and tombstones remember it."""
        period = self._policy.dataset(table).period
        if period is None or period.member_field is None or table == MEMBERS:
            return {}
        left = self._view.workspace.sealed.departed()
        stones = _stone_days(self._view)
        there = set() if self._members is None else set(members_there(self._members)[ACCOUNT].to_pylist())
        subjects = self._view.workspace.subjects
        ended: dict[str, date] = {}
        for account in set(pc.unique(rows[period.member_field]).to_pylist()) - there - {None} if left or stones else ():
            day = left.get(subjects.subject_digest(account)) or stones.get(subjects.tombstone_of_account(account))
            if day is not None:
                ended[account] = day
        return ended

    def _erasures(self, rows: pa.Table) -> dict[str, date]:
        stones = _stone_days(self._view, Gone.ERASED)
        digest = self._view.workspace.subjects.tombstone_of_account
        accounts = set(pc.unique(rows[ACCOUNT]).to_pylist()) - {None}
        return {account: day for account in accounts if (day := stones.get(digest(account))) is not None}


def _stone_days(view: View, kind: Gone | None = None) -> dict[str, date]:
    """Return the latest day of the tombstones of each account's digest."""
    days: dict[str, date] = {}
    for stone in view.workspace.tombstones.all():
        if kind in (None, stone.kind):
            days[stone.account] = max(days.get(stone.account, date.min), seoul_day(stone.at))
    return days


def _by_days(group: tuple[_Group, list[int]]) -> tuple[date, ...]:
    return tuple(day or date.max for day in group[0])
