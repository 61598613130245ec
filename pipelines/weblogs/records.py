"""What the ledger keeps of an imported log file: its identity, the state of every line, and where its parts lie."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

State = Literal["accepted", "filtered", "quarantined"]
COMPLETED_LATER = "completed-later"
PAST_PERIOD = "past-period"
"""The rule that filters lines of a day whose period is over: they are counted, and never stored."""
KIND = "import"
QUARANTINED_FILE = "file-quarantined"


@dataclass(frozen=True)
class Tail:
    """A last line without a newline: its number, first byte, day and state (with the rule or reason), until it is completed."""

    line: int
    first_byte: int
    day: date
    state: State
    label: str

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return {**self.__dict__, "day": self.day.isoformat()}

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "Tail":
        """Read `to_body`'s mapping."""
        return cls(**{**body, "day": date.fromisoformat(body["day"])})


@dataclass(frozen=True)
class ImportRecord:
    """One import. `bytes`, `opening` and `total_lines` speak of the whole file, the counts of the lines read now.

    `completes` is the last line of the file it extends, if this import was the first to read it further. `last_day` is the day of
    an unreadable line that comes next; a last line without a newline is read again then, and does not count for it.
    `accepted_by_day` counts accepted lines by ISO day; `segments` and `quarantine` are the bodies of stored segments;
    `reading` is what is needed to read the lines again.
    """

    source: str
    name: str
    sha256: str
    delivered_sha256: str
    bytes: int
    opening: tuple[int, ...]
    lines: int
    accepted: int
    filtered: dict[str, int]
    quarantined: dict[str, int]
    first_line: int
    total_lines: int
    extends: str | None
    completes: Tail | None
    tail: Tail | None
    last_day: date | None
    accepted_by_day: dict[str, int]
    damage: str | None
    segments: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    reading: dict[str, Any]

    @property
    def resume_at(self) -> tuple[int, int]:
        """The byte and the line number at which the file goes on when it grew."""
        return (self.tail.first_byte, self.tail.line) if self.tail else (self.bytes, self.total_lines + 1)

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return {
            **self.__dict__,
            "opening": list(self.opening),
            "completes": self.completes.to_body() if self.completes else None,
            "tail": self.tail.to_body() if self.tail else None,
            "last_day": self.last_day.isoformat() if self.last_day else None,
        }

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "ImportRecord":
        """Read `to_body`'s mapping."""
        return cls(
            **{
                **body,
                "opening": tuple(body["opening"]),
                "completes": Tail.from_body(body["completes"]) if body["completes"] else None,
                "tail": Tail.from_body(body["tail"]) if body["tail"] else None,
                "last_day": date.fromisoformat(body["last_day"]) if body["last_day"] else None,
            }
        )


@dataclass
class LineCounts:
    """Lines of a file by state; `filtered` and `quarantined` by rule and reason. They sum to `lines`."""

    lines: int = 0
    accepted: int = 0
    filtered: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, int] = field(default_factory=dict)

    @property
    def is_balanced(self) -> bool:
        """Whether every line read has exactly one state."""
        return self.lines == self.accepted + sum(self.filtered.values()) + sum(self.quarantined.values())


def restated_counts(records: Iterable[ImportRecord]) -> dict[str, LineCounts]:
    """Counts by file digest, where a piece of a line that a later import completed is restated as filtered."""
    counts: dict[str, LineCounts] = {}
    for record in records:
        counts[record.sha256] = LineCounts(
            record.lines, record.accepted, dict(record.filtered), dict(record.quarantined)
        )
        if record.completes and record.extends in counts:
            restate(counts[record.extends], record.completes)
    return counts


def restate(counts: LineCounts, tail: Tail) -> None:
    """Move the line that was `tail` from its state to filtered, rule `completed-later`."""
    if tail.state == "accepted":
        counts.accepted -= 1
    else:
        labels = counts.filtered if tail.state == "filtered" else counts.quarantined
        labels[tail.label] -= 1
        if not labels[tail.label]:
            del labels[tail.label]
    counts.filtered[COMPLETED_LATER] = counts.filtered.get(COMPLETED_LATER, 0) + 1


def completed_lines(records: Iterable[ImportRecord]) -> set[tuple[str, int]]:
    """Return (file digest, line number) of each piece of a line that a later import completed."""
    return {(record.extends, record.completes.line) for record in records if record.completes and record.extends}


@dataclass(frozen=True)
class QuarantinedFile:
    """A file kept as a whole because it could not be read, or not all of it: the digest of its bytes as delivered, and why."""

    source: str
    name: str
    delivered_sha256: str
    reason: str
    pieces: list[dict[str, Any]]

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return dict(self.__dict__)
