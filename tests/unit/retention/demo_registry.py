"""The registry of sample members over years: delivered every night, taken in by the import itself, and kept in memory.

What stands on a disk otherwise (the sealed table, sealed objects, tombstones) are plain values here; all that judges rows is the
house's own: the import of exports, the door that keeps out who left, the clocks of rows as the inventory reads them.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa

from pipelines.clock import seoul_day
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import make_registry
from pipelines.demo.registry_files import registry_files
from pipelines.policy import Policy
from pipelines.registry.carried import has_left
from pipelines.registry.importing import import_exports
from pipelines.registry.store import Change, Pointer
from pipelines.registry.tables import MEMBERS
from pipelines.retention.auditing import NothingHeld, standing_of
from pipelines.retention.items import Item, Kind
from pipelines.retention.rows import RowTerm
from pipelines.retention.states import Standing
from pipelines.rights.tombstones import Gone, Tombstone
from pipelines.steps.registry import MISUSE, TABLES
from pipelines.steps.retention.inventory.known import Known
from pipelines.steps.retention.inventory.tables import Tables
from pipelines.steps.retention.inventory.view import View
from pipelines.steps.subjects.keeping_out import ACCOUNT, end_of, keep_out, members_there, tables_of_membership
from pipelines.steps.workspace import Workspace

ONE_DAY = timedelta(days=1)
ALL_AGAIN = 10
"""An export that says what it said the night before is only confirmed, but every so many days taken in again."""
Judged = tuple[Item, Standing]
Destroys = Callable[[Item, Standing], bool]


class Memory:
    """A registry's store that keeps its tables in memory."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._tables: dict[str, tuple[Pointer, pa.Table]] = {}
        self._plain: dict[str, list[dict[str, Any]]] = {}

    def tables(self) -> list[str]:
        """Return the tables that were taken in."""
        return sorted(self._tables)

    def pointer(self, table: str) -> Pointer | None:
        """Return what is known of a table, None before its first export."""
        return self._tables[table][0] if table in self._tables else None

    def load(self, table: str) -> pa.Table:
        """Return the rows of a table."""
        return self._tables[table][1]

    def plain(self, table: str) -> list[dict[str, Any]]:
        """Return the rows as dictionaries."""
        if table not in self._plain:
            self._plain[table] = self.load(table).to_pylist()
        return self._plain[table]

    def save(self, table: str, rows: pa.Table, *, as_of_day: date, source_sha256: str, changed_from: date) -> None:
        """Keep what an export made of a table."""
        before = self.pointer(table)
        change = Change.of(table, as_of_day, changed_from, source_sha256)
        # The first change alone counts here: it says since when the table is known.
        changes = before.changes if before else (change,)
        pointer = Pointer(f"{table}/{'0' * 16}.age", "key", len(rows), "", as_of_day, source_sha256, changes)
        self._put(table, pointer, rows)

    def rewrite(self, table: str, rows: pa.Table, *, changed_from: date | None) -> None:
        """Keep a table that lost rows."""
        self._put(table, self._tables[table][0], rows)

    def confirm(self, table: str, *, as_of_day: date, source_sha256: str) -> None:
        """Note that an export says what the one before said."""
        pointer, rows = self._tables[table]
        self._tables[table] = replace(pointer, as_of_day=as_of_day, source_sha256=source_sha256), rows

    def _put(self, table: str, pointer: Pointer, rows: pa.Table) -> None:
        self._tables[table] = pointer, rows
        self._plain.pop(table, None)


class DemoRegistry:
    """The registry of a made-up house, its nights, and the members who left it."""

    def __init__(self, policy: Policy, folder: Path, plan: DemoPlan) -> None:
        """Name the folder in which exports arrive."""
        self.policy, self.store, self.folder = policy, Memory(), folder / "registry"
        self.folder.mkdir(parents=True)
        self._plan, self._people = plan, make_registry(plan)
        self._before: dict[str, bytes] = {}
        self.departed: dict[str, date] = {}
        self.stones: list[Tombstone] = []
        self.left_tonight: list[date] = []
        self.has_news = False
        """Whether an export of tonight says something else than that of the night before."""
        self.absent: list[Item] = []
        """What went and may still be owed."""
        self.destroyed: Counter[str] = Counter()

    def workspace(self, today: date) -> Workspace:
        """Return what is asked of a workspace to judge rows."""
        fake = SimpleNamespace(
            policy=self.policy,
            registry=self.store,
            sealed=SimpleNamespace(departed=lambda: dict(self.departed)),
            tombstones=SimpleNamespace(all=lambda: tuple(self.stones)),
            subjects=SimpleNamespace(subject_digest=str, tombstone_of_account=str),
            keyring=SimpleNamespace(subject_key=lambda: bytes(32)),
            today=today,
            yesterday=today - ONE_DAY,
        )
        return cast(Workspace, fake)

    def arrive(self, today: date, first_visits: date | None) -> None:
        """Take in the exports of the day before `today`, and move to the sealed store who left."""
        self.left_tonight, self.has_news = [], False
        day = today - ONE_DAY
        exports = registry_files(self._plan, self._people.on(day), day)
        by_table = {Path(name).name.partition(".")[0]: (Path(name).name, content) for name, content in exports.items()}
        for table in TABLES:
            name, content = by_table[table]
            (self.folder / name).write_bytes(content)
            if self._before.get(table) == content and today.toordinal() % ALL_AGAIN:
                self.store.confirm(table, as_of_day=day, source_sha256="")
            else:
                self._take_in(table, self.folder / name, today)
            self.has_news |= self._before.get(table) != content
            self._before[table] = content
            if table == MISUSE:
                self._settle(today, first_visits)

    def _take_in(self, table: str, path: Path, today: date) -> None:
        import_exports(
            [path],
            store=cast(Any, self.store),
            policy=self.policy,
            as_of_day=today - ONE_DAY,
            chunks=_chunks,
            confirmed=tuple("0123456789abcdef"),
            keep_out=keep_out(self.workspace(today), table),
        )

    def _settle(self, today: date, first_visits: date | None) -> None:
        """Take out of the registry who left, as the house does when it has sealed what is kept of them."""
        until = end_of(today - ONE_DAY)
        left = {
            row[ACCOUNT]: row["withdrawn_at"] or until
            for row in members_there(self.store.load(MEMBERS)).to_pylist()
            if has_left(row, until)
        }
        if not left:
            return
        workspace = self.workspace(today)
        visits = self.policy.dataset("access_logs").period
        for account, at in left.items():
            day = seoul_day(at)
            self.departed[account] = max(day, self.departed.get(account, date.min))
            self.left_tonight.append(day)
            goes_after = visits.ends(day) if visits else None
            if goes_after is not None and goes_after >= today:
                self.stones.append(Tombstone(account, (), Gone.WITHDRAWN, at, goes_after))
        for table in tables_of_membership(workspace):
            if self.store.pointer(table) is not None:
                terms = self.tables(today, first_visits).terms(table, self.store.load(table))
                going = [account in left for account in self.store.load(table)[ACCOUNT].to_pylist()]
                self._remove(table, terms, going)

    def tables(self, today: date, first_visits: date | None) -> Tables:
        """Return the tables as the inventory reads them; `first_visits` is the first day of visits that is there."""
        view = View(self.workspace(today), today, Known(), (), None, {})
        return Tables(view, self.policy, first_visits)

    def night(self, today: date, first_visits: date | None, destroys: Destroys) -> list[Judged]:
        """Destroy rows, and return where all others stand at the day's end."""
        found: list[Judged] = []
        tables = self.tables(today, first_visits)
        for table in (*(name for name in TABLES if name != MEMBERS), MEMBERS):
            terms, judged = self._judged(table, tables, today)
            doomed = {_clock(item) for item, standing in judged if destroys(item, standing)}
            if doomed:
                self._remove(table, terms, [term[:3] in doomed for term in terms])
                tables = self.tables(today, first_visits) if table == MEMBERS else tables
                _, judged = self._judged(table, tables, today)
            found += judged
        return found

    def _judged(self, table: str, tables: Tables, today: date) -> tuple[list[RowTerm], list[Judged]]:
        terms = tables.terms(table, self.store.load(table))
        items = [_item(table, RowTerm(*clock), count) for clock, count in Counter(term[:3] for term in terms).items()]
        members = tables.members
        return terms, [(item, standing_of(item, self.policy, today, NothingHeld(), members=members)) for item in items]

    def _remove(self, table: str, terms: list[RowTerm], going: list[bool]) -> None:
        """Write a table without rows; what they would have been is looked at from now on as missing."""
        rows = self.store.load(table)
        gone = Counter(term for term, goes in zip(terms, going, strict=True) if goes)
        self.absent += [replace(_item(table, term, count), is_present=False) for term, count in gone.items()]
        self.destroyed[table] += gone.total()
        if gone:
            self.store.rewrite(table, rows.filter(pa.array([not goes for goes in going])), changed_from=None)


def _item(table: str, term: RowTerm, count: int) -> Item:
    """Return rows of equal clocks as the inventory does."""
    return Item(
        table, Kind.ROWS, f"registry/{table}", term.anchor, count, ends_on=term.ends_on, ended_early=term.ended_early
    )


def _clock(item: Item) -> tuple[date | None, date | None, date | None]:
    return item.anchor, item.ends_on, item.ended_early


def _chunks(path: Path) -> Iterator[bytes]:
    yield gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
