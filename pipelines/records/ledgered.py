"""What the ledger keeps of an imported record file: its identity, the state of every row, and where its rows lie."""

from dataclasses import dataclass
from typing import Any

KIND = "record-import"


@dataclass(frozen=True)
class RecordFile:
    """One import. `bytes` and `total_rows` speak of the whole file, the counts of the rows read now.

    `extends` is the digest of the file it grew from; `can_grow` says that its content ends with a whole row.
    `accepted_by_day` counts by ISO day; `segments` and `quarantine` are the bodies of stored segments. Undeclared columns
    were not read; `sensitive_columns` are those of them whose name speaks of a category never collected.
    """

    dataset: str
    name: str
    sha256: str
    bytes: int
    rows: int
    accepted: int
    quarantined: dict[str, int]
    total_rows: int
    extends: str | None
    can_grow: bool
    accepted_by_day: dict[str, int]
    undeclared_columns: list[str]
    sensitive_columns: list[str]
    segments: list[dict[str, Any]]
    quarantine: list[dict[str, Any]]
    past_period: int = 0
    """Rows of days whose period was over: counted, and never stored."""

    @property
    def is_balanced(self) -> bool:
        """Whether every row read has exactly one state."""
        return self.rows == self.accepted + self.past_period + sum(self.quarantined.values())

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return dict(self.__dict__)

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> "RecordFile":
        """Read `to_body`'s mapping."""
        return cls(**body)
