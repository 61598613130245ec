"""Where a member stands in what is stored: each store asked in its own way, and every other file read as text.

Only counts come out. Pseudonyms and digests are made of the account again; there is no list from person to pseudonym.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.accounts.store import DATASET as DASHBOARD_ACCOUNTS
from pipelines.clock import seoul_day
from pipelines.errors import PartnerstatsError
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.layers import Layer, UnreadableError
from pipelines.retention.scanning.traversal import traverse
from pipelines.rights.double_sign_ups import FILE_NAME as SIGN_UPS_FILE
from pipelines.rights.sealed import FOLDERS
from pipelines.steps.accounts import accounts_of
from pipelines.steps.day_files import LINKED_EVENTS, read_day_states
from pipelines.steps.linked import linked_folder
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.inventory.places import STAGED, Store, place_of
from pipelines.steps.subjects.lines import Lines, quarantined, text_pattern, vault_segments
from pipelines.steps.subjects.person import Person
from pipelines.steps.subjects.strays import BY_HAND, Stock
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.storage.sealing import unseal

_ASKED_OTHERWISE = {
    Store.SEGMENT, Store.EVENTS, Store.TABLE, Store.SEALED, Store.ACCESS, Store.TOMBSTONES
}  # fmt: skip
"""Stores that are not read as text: they are asked in their own way, or hold nothing but wrapped keys."""
_OTHERWISE = (
    "held/",
    "ledger/holds/",
    "ledger/requests/",
    "keys/data/",
    "keys/holds/",
    "accounts/",
    "dashboard/access/",
)


@dataclass(frozen=True)
class Found:
    """How often a member occurs in one store of a dataset; `days` counts by the day a period starts from, where there is one."""

    dataset: str
    place: str
    count: int
    how: str
    how_ko: str
    days: dict[date, int] = field(default_factory=dict)


BY_LOGIN = ("the member cookie's login in the line", "줄에 있는 회원 쿠키의 로그인 ID")
BY_ID = ("the member's ID in the row", "행에 있는 회원 식별자")
BY_TEXT = (
    "these lines could not be read; they were searched as bytes for login, account, linked ID and contacts",
    "해석하지 못한 줄이므로 로그인 ID·계정키·연계 ID·연락처를 바이트로 검색",
)
BY_PSEUDONYM = ("the pseudonyms, made of the account again", "계정키로 다시 만든 가명")
BY_ROW = ("account, login, linked ID or contact in the row", "행의 계정키·로그인 ID·연계 ID·연락처")
BY_DIGEST = ("the keyed digest, without opening anything", "열지 않고 키 다이제스트로 확인")
BY_LOGIN_NAME = ("the login of the account", "계정의 로그인 이름")
BY_RECORD = ("the member's digest in the record", "기록에 있는 회원의 다이제스트")
BY_FILE = ("every layer of the file, read as text", "파일의 모든 층을 글자로 읽어 검색")


class Search:
    """One person looked for in one workspace. Call it only while holding the home. `faults` says what could not be read."""

    def __init__(self, workspace: Workspace, person: Person) -> None:
        """Make the person's names, digests and pseudonyms once."""
        self._workspace, self._person = workspace, person
        self._digests = person.digests(workspace)
        self._pseudonyms = person.pseudonyms(workspace)
        names = [*person.texts, *self._digests, *self._pseudonyms.values()]
        self._pattern = text_pattern(names)
        self.faults: list[str] = []

    def all(self) -> list[Found]:
        """Look everywhere; every store that was looked at is there, also where nothing was found."""
        return list(
            chain(self.lines(), self.tables(), self.events(), self.kept_aside(), self.records(), self.elsewhere())
        )

    def lines(self) -> Iterator[Found]:
        """Count sealed lines and records of the vault, and lines nobody could read."""
        days: dict[str, Counter[date]] = {
            name: Counter() for name in ("access_logs", "cookie_records", "linked_events")
        }
        for segment in vault_segments(self._workspace):
            wanted = self._person.linked_ids if segment.dataset == "linked_events" else self._person.logins
            if wanted:
                lines = Lines.of(self._workspace, segment)
                count = sum(not wanted.isdisjoint(names) for names in lines.names)
                days[segment.dataset] += Counter({segment.day: count})
        for dataset, found in days.items():
            yield self._found(dataset, f"vault/{dataset}", found, BY_LOGIN if dataset == "access_logs" else BY_ID)
        unread: Counter[date] = Counter()
        for day, raw in quarantined(self._workspace):
            unread[day] += sum(self._is_named(line) for line in raw)
        yield self._found("quarantine", "quarantine", unread, BY_TEXT)

    def tables(self) -> Iterator[Found]:
        """Count rows of every registry table by any text in them."""
        for table in self._workspace.registry.tables():
            rows = self._workspace.registry.load(table)
            yield Found(table, f"registry/{table}", int(pc.sum(self.mask(rows)).as_py() or 0), *BY_ROW)

    def mask(self, rows: pa.Table) -> pa.ChunkedArray:
        """Say of each of `rows` whether the person's account, login, linked ID or contact stands in it."""
        wanted = pa.array(sorted(self._person.texts), pa.string())
        found = pa.chunked_array([pa.array([False] * len(rows), pa.bool_())])
        for name in rows.column_names:
            if pa.types.is_string(rows[name].type):
                found = pc.or_(found, pc.is_in(rows[name], wanted))
        return found

    def events(self) -> Iterator[Found]:
        """Count events by the pseudonyms."""
        home = self._workspace.home
        for dataset, folder in (("events", home.events), (LINKED_EVENTS, linked_folder(self._workspace))):
            days: Counter[date] = Counter()
            columns = [name for name in self._workspace.policy.dataset(dataset).fields if name in self._pseudonyms]
            where = " OR ".join(f"{name} = '{self._pseudonyms[name]}'" for name in columns)
            with self._workspace.connection() as connection:
                for state in read_day_states(folder).values():
                    add_key(connection, self._workspace.keyring.get(state.key))
                    query = f"SELECT count(*) FROM {scan(folder / state.file_name, state.key)} WHERE {where}"  # noqa: S608
                    counted = connection.execute(query).fetchone()
                    days[state.day] += counted[0] if counted else 0
            yield self._found(dataset, folder.relative_to(home.root).as_posix(), days, BY_PSEUDONYM)

    def kept_aside(self) -> Iterator[Found]:
        """Count sealed objects and sign-ups by digest, and what holds keep."""
        workspace, subject = self._workspace, self._person.subject
        for dataset, folder in FOLDERS.items():
            paths = workspace.home.sealed.glob(f"{folder}/*/{subject}.age")
            days = Counter(date.fromisoformat(path.parent.name) for path in paths)
            yield self._found(dataset, f"sealed/{folder}", days, BY_DIGEST)
        signed = Counter(
            seoul_day(former.left_at) for former in workspace.sign_ups.formers() if former.subject == subject
        )
        yield self._found("sign_up_digests", f"sealed/1y/*/{SIGN_UPS_FILE}", signed, BY_DIGEST)
        holds = workspace.holds.all()
        yield Found("holds", "ledger/holds", sum(subject in hold.subjects for hold in holds), *BY_DIGEST)
        aside = 0
        for hold in workspace.holds.active():
            for path in sorted((workspace.holds.lines / hold.hold_id).rglob("*.age")):
                payload = unseal(path.read_bytes(), workspace.holds.lines_key(hold), "lines taken aside")
                aside += sum(self._is_named(line) for line in payload.splitlines())
        yield Found("held_lines", "held", aside, *BY_TEXT)

    def records(self) -> Iterator[Found]:
        """Count tombstones, access records and requests that are being carried out."""
        workspace = self._workspace
        own = accounts_of(workspace, {self._person.account_key, *self._person.logins})
        yield Found(DASHBOARD_ACCOUNTS, "accounts", len(own), *BY_LOGIN_NAME)
        stones = [s for s in workspace.tombstones.all() if not self._digests.isdisjoint((s.account, *s.logins))]
        days = Counter(stone.goes_after for stone in stones)
        yield self._found("tombstones", "keys/tombstones.jsonl", days, BY_DIGEST)
        records: Counter[date] = Counter()
        waiting = workspace.accounts.records.waiting() if workspace.has_accounts else []
        months = (workspace.access_records.read(month) for month in workspace.access_records.known_months())
        for access in chain(waiting, *months):
            said = f"{access.handler} {access.reason} {access.action}".encode()
            if self._person.subject in access.subjects or self._is_named(said):
                records[seoul_day(access.accessed_at)] += 1
        yield self._found("access_records", "ledger/access", records, BY_RECORD)
        asked = sum(request.account_key == self._person.account_key for request in workspace.requests.open())
        yield Found("open_requests", "ledger/requests", asked, *BY_RECORD)

    def elsewhere(self) -> Iterator[Found]:
        """Count lines and rows of every other file below the home and the keys' folder, whatever it is."""
        workspace = self._workspace
        counts: Counter[tuple[str, str]] = Counter()
        keys = LiveKeys(workspace.keyring)
        for file in files_below({"": workspace.home.root, "keys": workspace.settings.key_folder}):
            found = place_of(file.place)
            if file.link is not None or file.place.startswith(_OTHERWISE):
                continue
            is_stray = found is not None and self._stock.is_stray(file.place, found.store)
            if found is not None and found.store in _ASKED_OTHERWISE and not is_stray:
                continue
            dataset = STAGED if found is None or found.store in BY_HAND else found.dataset
            counts[dataset, _store_of(file.place)] += self.in_file(file.path, file.place, keys)
        yield from (Found(dataset, place, n, *BY_FILE) for (dataset, place), n in sorted(counts.items()))

    @cached_property
    def _stock(self) -> Stock:
        return Stock(self._workspace)

    def in_file(self, path: Path, place: str, keys: LiveKeys) -> int:
        """Count the lines and rows of one file, called `place`, in the layer that has most."""
        if self._pattern is None:
            return 0
        counting = _Counting(self._pattern)
        try:
            traverse(Decoder(path, place, keys, self._workspace.connection, may_stay_closed=True), counting)
        except FileNotFoundError:
            pass  # it went meanwhile; there are no bytes of it
        except (UnreadableError, OSError, PartnerstatsError) as cause:
            self.faults.append(f"{_store_of(place)}: a file could not be read: {type(cause).__name__}")
        return max(counting.by_layer.values(), default=0)

    def _is_named(self, line: bytes) -> bool:
        return self._pattern is not None and self._pattern.search(line) is not None

    @staticmethod
    def _found(dataset: str, place: str, days: Counter[date], how: tuple[str, str]) -> Found:
        return Found(dataset, place, days.total(), *how, days=dict(sorted((+days).items())))


class _Counting:
    """A visitor that counts lines and rows with a name in them; a file's count is that of its richest layer."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self._pattern = pattern
        self.by_layer: Counter[str] = Counter()

    def block(self, layer: Layer, block: bytes) -> None:
        """Count the lines of a block."""
        if self._pattern.search(block):
            self.by_layer[layer.how] += sum(self._pattern.search(line) is not None for line in block.split(b"\n"))

    def rows(self, layer: Layer, rows: list[bytes]) -> None:
        """Count rows."""
        self.by_layer[layer.how] += sum(self._pattern.search(row) is not None for row in rows)


def _store_of(place: str) -> str:
    """Return the part of a place that may be told: its first two folders, never a file's name below them."""
    parts = place.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0] if len(parts) == 2 else place
