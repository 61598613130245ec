"""The register of destructions: append-only, chained, under a Merkle root whose head is kept in two places.

`<home>/ledger/destructions.jsonl` holds the entries, `.head` beside it is the ledger's own, `.root` the head with the Merkle
root; its copy lies outside the home, so that a home restored from an older backup, or cut back with its heads, is noticed.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import DamagedError, UsageError
from pipelines.retention.entries import Body, Restored, Words, parse_body
from pipelines.retention.examination import Examined, FindingKind, Stored, Verification, examine
from pipelines.retention.heads import Head, home_head, write_head
from pipelines.retention.merkle import Frontier, Tree, leaf_hash
from pipelines.storage.ledger import Entry, Ledger
from pipelines.storage.locks import locked

FILE_NAME = "destructions.jsonl"


@dataclass(frozen=True)
class Recorded:
    """An entry as it was read: its number from 1, its instant, its typed body, and the bytes that are its leaf."""

    seq: int
    at: datetime
    body: Body
    line: bytes

    @property
    def leaf(self) -> bytes:
        """The hash of the entry as a leaf of the tree."""
        return leaf_hash(self.line)


_Fingerprint = tuple[int, bytes | None, bytes | None, bytes | None]
"""Bytes of the entries' file, and what the three heads hold."""


@dataclass(frozen=True)
class _Known:
    """The state after the last examination or append; valid as long as the files are as `stored` says."""

    stored: _Fingerprint
    frontier: Frontier
    is_sound: bool
    """Nothing is wrong, and all heads are of all entries."""


class Register:
    """The register in the folder `folder`, with the copy of its head in the file `copy`. Safe between processes."""

    def __init__(self, folder: Path, copy: Path, words: Words) -> None:
        """Name the places; nothing is touched. `words` are those of the policy that entries may use."""
        self.path, self.copy_path = folder / FILE_NAME, copy
        self._words = words
        self._chain_head_path = self.path.with_name(FILE_NAME + ".head")
        self._head_path = self.path.with_name(FILE_NAME + ".root")
        self._ledger = Ledger(self.path)
        self._known: _Known | None = None

    def append(self, body: Body, at: datetime) -> Entry:
        """Add an entry; entry, head and copy are on the disk when this returns.

        Raises UsageError for a word that is not the policy's, DamagedError when the register is not what was written or older
        than its copy; see `restore` for the latter.
        """
        if isinstance(body, Restored):
            raise UsageError("`restored` is entered by restoring the register only")
        self._words.require(body)
        with self._lock():
            self._require_sound()
            return self._append(body, at)

    def restore(self, policy_version: str, approved_by: str, at: datetime) -> Entry:
        """Go on with a register that is older than its copy: enter `restored`, which names the head of what was lost.

        Raises UsageError when it is not older, DamagedError when anything else is wrong with it.
        """
        with self._lock():
            examined = self._examine()
            if examined.copy is None or not examined.verification.is_only_older:
                _refuse(examined.verification)
                raise UsageError("the register is not older than its copy: there is nothing to restore")
            lost = examined.copy
            body = Restored(
                policy_version=policy_version,
                lost_size=lost.size,
                lost_root=lost.root,
                lost_digest=lost.digest,
                approved_by=approved_by,
            )
            self._words.require(body)
            if examined.verification.is_behind:
                self._ledger.bring_head_up()
                write_head(self._head_path, home_head(_head_of(examined, self._torn_lines_cut()), is_copied=False))
            return self._append(body, at)

    def verify(self) -> Verification:
        """Examine every byte of the register, its heads and the copy. Never raises for what it finds."""
        with self._lock_if_there():
            return self._examine().verification

    def entries(self) -> list[Recorded]:
        """Return all entries in order. Raises DamagedError when the register is not what was written or older than its copy."""
        with self._lock_if_there():
            examined = self._examine()
        _refuse(examined.verification)
        return [
            Recorded(entry.seq, entry.at, parse_body(entry.kind, entry.body), line)
            for entry, line in zip(examined.entries, examined.lines, strict=True)
        ]

    def _append(self, body: Body, at: datetime) -> Entry:
        known = self._known
        frontier = known.frontier if known else Frontier()
        offset = known.stored[0] if known else 0
        entry = self._ledger.append(body.kind, body.model_dump(mode="json"), at)
        with self.path.open("rb") as file:
            file.seek(offset)
            line = file.read().removesuffix(b"\n")
        frontier = frontier.grown(leaf_hash(line))
        root = frontier.root().hex()
        head = Head(entry.seq, root, entry.digest, entry.at.isoformat(), self._torn_lines_cut())
        self._write_heads(head)
        self._known = _Known(self._fingerprint(), frontier, is_sound=True)
        return entry

    def _write_heads(self, head: Head) -> None:
        write_head(self._head_path, home_head(head, is_copied=False))
        write_head(self.copy_path, head)
        write_head(self._head_path, home_head(head, is_copied=True))

    def _require_sound(self) -> None:
        if self._known and self._known.is_sound and self._known.stored == self._fingerprint():
            return
        examined = self._examine()
        _refuse(examined.verification)
        if examined.verification.is_behind:
            self._ledger.bring_head_up()
            self._write_heads(_head_of(examined, self._torn_lines_cut()))
            self._examine()

    def _examine(self) -> Examined:
        self._known, self._ledger = None, Ledger(self.path)
        fingerprint = self._fingerprint()
        lines = self.path.read_bytes() if self.path.exists() else None
        examined = examine(Stored(lines, *fingerprint[1:]))
        found = examined.verification
        intact = sum(len(line) + 1 for line in examined.lines)
        is_sound = found.holds and not found.is_behind
        self._known = _Known((intact, *fingerprint[1:]), examined.frontier, is_sound)
        return examined

    def _fingerprint(self) -> _Fingerprint:
        size = self.path.stat().st_size if self.path.exists() else 0
        return size, _read(self._chain_head_path), _read(self._head_path), _read(self.copy_path)

    def _torn_lines_cut(self) -> int:
        return self._ledger.torn_lines_cut

    def _lock(self) -> AbstractContextManager[int]:
        return locked(self.path.with_name(".destructions.register.lock"))

    def _lock_if_there(self) -> AbstractContextManager[object]:
        return self._lock() if self.path.parent.is_dir() else nullcontext()


def tree_of(entries: Sequence[Recorded]) -> Tree:
    """Return the Merkle tree over `entries`, which are all from the first on."""
    return Tree(entry.leaf for entry in entries)


def root_after(entries: Sequence[Recorded], size: int) -> str | None:
    """Return the root over the first `size` entries, in hex; None when there are fewer."""
    return tree_of(entries).root(size).hex() if size <= len(entries) else None


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _refuse(verification: Verification) -> None:
    for finding in verification.findings:
        what = "is older than its copy" if finding.kind is FindingKind.OLDER else "is not what was written"
        raise DamagedError(f"the register of destructions {what}: {finding.sentence}")


def _head_of(examined: Examined, torn_lines_cut: int) -> Head:
    found, last = examined.verification, examined.entries[-1]
    return Head(found.size, found.root, found.digest, last.at.astimezone(UTC).isoformat(), torn_lines_cut)
