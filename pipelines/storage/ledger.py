"""An append-only file of JSON lines, each chained to the one before by SHA-256.

A line is `{"seq":..,"at":..,"kind":..,"body":..,"previous":..,"digest":".."}`; `digest` is the SHA-256 of the line's
bytes before `,"digest"`, so that it covers the exact bytes. A head file beside it (`<name>.head`) remembers the last
entry, so that a cut tail is found. A chain cannot show a rewrite of both files: that takes a head kept elsewhere.
"""

import hashlib
import json
import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.errors import DamagedError
from pipelines.storage.atomic import OWNER_ONLY, make_folder, sync_folder, write_json
from pipelines.storage.locks import locked

GENESIS = "0" * 64
_TAIL = ',"digest":"'
_TAIL_BYTES = len(_TAIL) + 64 + len('"}')


@dataclass(frozen=True)
class Entry:
    """One entry; `seq` counts from 1, `previous` is the digest of the entry before (64 zeros for the first)."""

    seq: int
    at: datetime
    kind: str
    body: dict[str, Any]
    previous: str
    digest: str


@dataclass(frozen=True)
class _Head:
    seq: int = 0
    digest: str = GENESIS
    torn_lines_cut: int = 0


@dataclass(frozen=True)
class Chain:
    """What the bytes of a ledger hold: the entries in order, the line of each without its newline, and what follows.

    `torn` is an unfinished line at the end; `bad_at` the number of the first entry that is not what was written, with
    nothing read from there on.
    """

    entries: list[Entry]
    lines: list[bytes]
    torn: bytes
    bad_at: int | None = None


@dataclass(frozen=True)
class _State:
    """What was read: the entries, the bytes they take, the bytes of a torn line after them, and the head."""

    entries: list[Entry] = field(default_factory=list)
    intact_bytes: int = 0
    torn_bytes: int = 0
    head: _Head = field(default_factory=_Head)

    @property
    def last_digest(self) -> str:
        return self.entries[-1].digest if self.entries else GENESIS


class Ledger:
    """The ledger in the file `path`; nothing is touched before the first call. Safe between processes."""

    def __init__(self, path: Path) -> None:
        """Name the file; its folder is made by the first append."""
        self.path = path
        self._head_path = path.with_name(path.name + ".head")
        self._state: _State | None = None

    def append(self, kind: str, body: dict[str, Any], at: datetime) -> Entry:
        """Add an entry, on the disk when this returns. `body` is JSON. Raises DamagedError if the ledger is damaged.

        A torn last line, left by a crash in the middle of an append, is cut off first and counted in `torn_lines_cut`.
        """
        with self._lock():
            state = self._read()
            cut = state.head.torn_lines_cut + bool(state.torn_bytes)
            self._bring_head_up(state)
            entry, line = _make(len(state.entries) + 1, at, kind, body, state.last_digest)
            self._write_line(line, state.intact_bytes)
            head = _Head(entry.seq, entry.digest, cut)
            write_json(self._head_path, head.__dict__)
            state.entries.append(entry)
            self._state = _State(state.entries, state.intact_bytes + len(line), 0, head)
        return entry

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return the entries in order, all or those of `kind`. Raises DamagedError (see `verify`)."""
        if not self.path.parent.is_dir():
            return []
        with self._lock():
            found = self._read().entries
            return [entry for entry in found if kind is None or entry.kind == kind]

    def verify(self) -> int:
        """Read everything anew and return the number of entries. Raises DamagedError with the first bad number."""
        self._state = None
        return len(self.entries())

    def bring_head_up(self) -> None:
        """Write the head anew where a crash left it one entry behind. Raises DamagedError if the ledger is damaged."""
        with self._lock():
            self._bring_head_up(self._read())

    @property
    def torn_lines_cut(self) -> int:
        """How many torn last lines were cut off in the ledger's life."""
        return _read_head(self._head_path).torn_lines_cut

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self.path.with_name(f".{self.path.name}.lock"))

    def _read(self) -> _State:
        size = self.path.stat().st_size if self.path.exists() else 0
        known = self._state
        if known is None or known.torn_bytes or known.intact_bytes != size:
            data = self.path.read_bytes() if size else b""
            self._state = known = _load(self.path.name, data, _read_head(self._head_path))
        return known

    def _bring_head_up(self, state: _State) -> None:
        """Never leave a head behind that a second crash would put two behind, as tampering does."""
        if state.head.seq < len(state.entries):
            head = _Head(len(state.entries), state.last_digest, state.head.torn_lines_cut)
            write_json(self._head_path, head.__dict__)
            self._state = _State(state.entries, state.intact_bytes, state.torn_bytes, head)

    def _write_line(self, line: bytes, offset: int) -> None:
        make_folder(self.path.parent)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.truncate(offset)
            file.seek(offset)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            sync_folder(self.path.parent)


def _make(seq: int, at: datetime, kind: str, body: dict[str, Any], previous: str) -> tuple[Entry, bytes]:
    if at.tzinfo is None:
        raise ValueError("an entry's instant must be aware")
    at = at.astimezone(UTC)
    fields = {"seq": seq, "at": at.isoformat(), "kind": kind, "body": body, "previous": previous}
    # ASCII, since the name of a delivered file may be no valid Unicode.
    start = json.dumps(fields, separators=(",", ":"), allow_nan=False)[:-1]
    digest = hashlib.sha256(start.encode()).hexdigest()
    line = f'{start}{_TAIL}{digest}"}}\n'.encode()
    return Entry(seq, at, kind, json.loads(json.dumps(body)), previous, digest), line


def read_chain(data: bytes) -> Chain:
    """Read the bytes of a ledger as far as its chain holds; damage is told, not raised."""
    *lines, torn = data.split(b"\n")
    entries: list[Entry] = []
    previous = GENESIS
    for seq, line in enumerate(lines, start=1):
        entry = _parse(line, seq, previous)
        if entry is None:
            return Chain(entries, lines[: seq - 1], torn, bad_at=seq)
        entries.append(entry)
        previous = entry.digest
    return Chain(entries, lines, torn)


def _load(name: str, data: bytes, head: _Head) -> _State:
    chain = read_chain(data)
    if chain.bad_at is not None:
        raise DamagedError(f"{name}: entry {chain.bad_at} is not what was written")
    _check_head(name, chain.entries, head)
    return _State(chain.entries, len(data) - len(chain.torn), len(chain.torn), head)


def _parse(line: bytes, seq: int, previous: str) -> Entry | None:
    start, tail = line[:-_TAIL_BYTES], line[-_TAIL_BYTES:]
    digest = hashlib.sha256(start).hexdigest()
    if tail != f'{_TAIL}{digest}"}}'.encode():
        return None
    try:
        fields = json.loads(start + b"}")
        entry = Entry(digest=digest, **{**fields, "at": datetime.fromisoformat(fields["at"])})
    except (ValueError, TypeError, KeyError):
        return None
    return entry if entry.seq == seq and entry.previous == previous else None


def _check_head(name: str, entries: list[Entry], head: _Head) -> None:
    """Refuse a head that does not fit; a log one ahead of it is only a crash between the two writes."""
    if head.seq > len(entries):
        raise DamagedError(f"{name}: entries after {len(entries)} are gone; the head says {head.seq}")
    if head.seq < len(entries) - 1:
        raise DamagedError(f"{name}: the head says {head.seq}, but there are {len(entries)} entries")
    if head.digest != (entries[head.seq - 1].digest if head.seq else GENESIS):
        raise DamagedError(f"{name}: entry {head.seq} is not the one the head names")


def _read_head(path: Path) -> _Head:
    if not path.exists():
        return _Head()
    try:
        head = _Head(**json.loads(path.read_bytes()))
    except (ValueError, TypeError):
        head = _Head(seq=-1)
    if type(head.seq) is not int or head.seq < 1 or type(head.torn_lines_cut) is not int:
        raise DamagedError(f"{path.name}: not a ledger's head")
    return head
