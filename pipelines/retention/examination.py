"""Whether the register of destructions is what was written: a pure function from the bytes of its four files.

An append writes the entry, the ledger's head, the head in the home (not copied yet), the copy, and the head in the home again
(copied). A crash leaves one of the states between; every other state is a finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipelines.retention.entries import Restored, parse_body
from pipelines.retention.heads import AnyHead, ChainHead, Head, HomeHead, parse_head
from pipelines.retention.merkle import Frontier, leaf_hash
from pipelines.storage.ledger import GENESIS, Chain, Entry, read_chain

_SHORTEST_LINE_BYTES = 150
_NEVER = Head(0, "", GENESIS, "", 0)


@dataclass(frozen=True)
class Stored:
    """The bytes of the files; None where there is no file."""

    lines: bytes | None
    chain_head: bytes | None
    head: bytes | None
    copy: bytes | None


class FindingKind(StrEnum):
    """What is wrong with a register."""

    ENTRY = "entry"
    """An entry is not what was written."""
    CUT = "cut"
    """Entries at the end are gone."""
    HEAD = "head"
    """A head in the home is not what was written."""
    COPY = "copy"
    """The copy is not what was written, or the entries are not those it was made over."""
    OLDER = "older"
    """The register is older than its copy: the home was restored from an older backup, or home and heads were cut back."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, at which entry (None where it is no entry's), in a sentence."""

    kind: FindingKind
    entry: int | None
    sentence: str


@dataclass(frozen=True)
class Verification:
    """What an examination found; `root` and `digest` are those of the entries that were read."""

    size: int
    root: str
    digest: str
    findings: tuple[Finding, ...]
    is_behind: bool
    """A crash left a head or the copy one entry behind; the next append brings them up."""

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return not self.findings

    @property
    def is_only_older(self) -> bool:
        """Nothing is wrong but that the copy is of a longer register."""
        return bool(self.findings) and all(finding.kind is FindingKind.OLDER for finding in self.findings)


@dataclass(frozen=True)
class Examined:
    """A verification with what was read for it."""

    verification: Verification
    entries: Sequence[Entry]
    lines: Sequence[bytes]
    frontier: Frontier
    copy: Head | None


def examine(stored: Stored) -> Examined:
    """Examine the register's files."""
    chain = read_chain(stored.lines or b"")
    frontiers = [Frontier()]
    for line in chain.lines:
        frontiers.append(frontiers[-1].grown(leaf_hash(line)))
    examination = _Examination(chain, frontiers, stored)
    findings = tuple(examination.run())
    last = chain.entries[-1].digest if chain.entries else GENESIS
    root = frontiers[-1].root().hex()
    verification = Verification(len(chain.entries), root, last, findings, examination.is_behind())
    return Examined(verification, chain.entries, chain.lines, frontiers[-1], examination.copy)


class _Examination:
    def __init__(self, chain: Chain, frontiers: Sequence[Frontier], stored: Stored) -> None:
        self.entries, self.size = chain.entries, len(chain.entries)
        self._chain, self._frontiers = chain, frontiers
        self._findings: list[Finding] = []
        self.chain_head = self._parsed(ChainHead, stored.chain_head, FindingKind.HEAD, "the chain's head in the home")
        self.head = self._parsed(HomeHead, stored.head, FindingKind.HEAD, "the head in the home")
        self.copy = self._parsed(Head, stored.copy, FindingKind.COPY, "the copy of the head")

    def run(self) -> list[Finding]:
        """Return everything that is wrong; what rests on a damaged part is not judged."""
        if self._chain.bad_at is not None:
            told = (
                f"entry {self._chain.bad_at} is not what was written, or one before it was dropped, inserted or moved"
            )
            self._found(FindingKind.ENTRY, self._chain.bad_at, told)
            return self._findings
        if self._findings:
            return self._findings
        self._check_bodies()
        self._check_torn()
        self._check_chain_head()
        self._check_head()
        if not self._is_being_restored():
            self._check_copy()
        return self._findings

    def is_behind(self) -> bool:
        """Say whether a head is of fewer entries than there are, or not known to be copied."""
        return self.size > 0 and (self.head is None or self.head.size < self.size or not self.head.is_copied)

    def _found(self, kind: FindingKind, entry: int | None, sentence: str) -> None:
        self._findings.append(Finding(kind, entry, sentence))

    def _parsed(self, kind: type[AnyHead], data: bytes | None, finding: FindingKind, name: str) -> AnyHead | None:
        try:
            return parse_head(kind, data)
        except ValueError:
            self._found(finding, None, f"{name} is not what was written")
            return None

    def _check_bodies(self) -> None:
        for entry in self.entries:
            try:
                parse_body(entry.kind, entry.body)
            except ValueError:
                self._found(FindingKind.ENTRY, entry.seq, f"entry {entry.seq} is of no kind that the register holds")

    def _check_torn(self) -> None:
        """An unfinished line is the beginning of the next entry, or the zeros of a power cut; else someone wrote there."""
        torn, seq = self._chain.torn, self.size + 1
        start = f'{{"seq":{seq},"at":"'.encode()
        is_beginning = torn.startswith(start) or start.startswith(torn)
        if not is_beginning and (len(torn) < _SHORTEST_LINE_BYTES or any(torn)):
            self._found(FindingKind.ENTRY, seq, f"after entry {self.size} stand bytes that no append wrote")

    def _check_chain_head(self) -> None:
        seq = self.chain_head.seq if self.chain_head else 0
        if seq > self.size:
            self._found(
                FindingKind.CUT,
                self.size + 1,
                f"entries {self.size + 1} to {seq} are gone: the chain's head names them",
            )
        elif seq < self.size - 1:
            self._found(FindingKind.HEAD, seq + 1, f"the chain's head is of {seq} entries, but there are {self.size}")
        elif self.chain_head and self.chain_head.digest != self.entries[seq - 1].digest:
            self._found(FindingKind.HEAD, seq, f"entry {seq} is not the one the chain's head names")

    def _check_head(self) -> None:
        head, chain = self.head or _NEVER, self.chain_head or ChainHead(0, GENESIS, 0)
        if head.size > self.size:
            told = f"entries {self.size + 1} to {head.size} are gone: the head in the home names them"
            self._found(FindingKind.CUT, self.size + 1, told)
        elif head.size < self.size - 1 or not head.size <= chain.seq:
            self._found(
                FindingKind.HEAD,
                head.size + 1,
                f"the heads in the home disagree: {head.size} and {chain.seq} entries, where there are {self.size}",
            )
        elif self.head and not self._is_made_over_the_entries(self.head):
            self._found(
                FindingKind.HEAD,
                head.size,
                f"the first {head.size} entries are not those the head in the home was made over",
            )
        elif chain.torn_lines_cut - head.torn_lines_cut not in range(chain.seq - head.size + 1):
            self._found(FindingKind.HEAD, None, "the heads in the home disagree on how many torn lines were cut off")

    def _check_copy(self) -> None:
        head, copy = self.head or _NEVER, self.copy or _NEVER
        if copy.size > self.size:
            told = (
                f"the register is older than its copy: it has {self.size} entries, the copy was made over {copy.size}. "
                "The home was restored from an older backup, or entries and heads were cut back"
            )
            self._found(FindingKind.OLDER, self.size + 1, told)
        elif copy.size > head.size:
            told = f"the head in the home is of {head.size} entries, its copy of {copy.size}"
            self._found(FindingKind.HEAD, copy.size, told)
        elif copy.size < head.size - self._copy_may_lag():
            told = (
                "is missing" if self.copy is None else f"is of {copy.size} entries, the head in the home of {head.size}"
            )
            self._found(FindingKind.COPY, copy.size + 1, f"the copy of the head {told}: it was removed or put back")
        elif self.copy and not self._is_made_over_the_entries(copy):
            told = f"the first {copy.size} entries are not those the copy of the head was made over"
            self._found(FindingKind.COPY, copy.size, told)
        elif head.torn_lines_cut - copy.torn_lines_cut not in range(head.size - copy.size + 1):
            self._found(FindingKind.COPY, None, "head and copy disagree on how many torn lines were cut off")

    def _copy_may_lag(self) -> int:
        return int(self.head is not None and not self.head.is_copied)

    def _is_made_over_the_entries(self, head: Head) -> bool:
        last = self.entries[head.size - 1]
        expected = (self._frontiers[head.size].root().hex(), last.digest, last.at.isoformat())
        return (head.root, head.digest, head.at) == expected

    def _is_being_restored(self) -> bool:
        """Say whether the last entry goes on from an older backup and a crash left the longer register's copy in place."""
        is_open = self.size > 0 and (self.head is None or self.head.size < self.size or not self.head.is_copied)
        if not is_open or self.copy is None or self.entries[-1].kind != Restored.kind:
            return False
        body: dict[str, Any] = self.entries[-1].body
        lost = (body.get("lost_size"), body.get("lost_root"), body.get("lost_digest"))
        return lost == (self.copy.size, self.copy.root, self.copy.digest)
