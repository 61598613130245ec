"""What retention speaks of: one thing on disk, or one that the ledger says should be there."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipelines.policy import Period
from pipelines.retention.states import Standing, standing


class Kind(StrEnum):
    """How an item is stored, and so how it is destroyed."""

    FILE = "file"
    """A file of a store, opened by a data key: the key goes first, then the file."""
    ROWS = "rows"
    """Rows of a table that is written anew without them, under a new key."""
    KEY = "key"
    """A wrapped data key of the keyring without a file it opens."""
    COPY = "copy"
    """A plain file that belongs to no store any more: an old landing copy, a staged or unknown file, a former snapshot."""
    RUN = "run"
    """Records of a run in the orchestrator's own storage."""


@dataclass(frozen=True)
class Item:
    """One thing that has a period. It never names a person: `place` is a path, a key's name, or a table with a row count.

    `anchor` starts the clock, None while it has not started; `ends_on` is an end that stands in the row itself; `ended_early`
    the day of an event that ends the period before its ceiling.
    """

    dataset: str
    """A dataset of the policy."""
    kind: Kind
    place: str
    """A file: its path relative to the home, with `/`. Rows: `registry/<table>`. A key: `keys/<name>`. A run: its id."""
    anchor: date | None
    count: int = 0
    """Rows or lines in it, where known."""
    bytes: int = 0
    digest: str = ""
    """SHA-256 that changes when what would be destroyed changes: of the stored file, or of the keyed digests of the rows."""
    key: str | None = None
    """Name of the data key that opens it."""
    ends_on: date | None = None
    ended_early: date | None = None
    held_until: date | None = None
    """The day the last hold on it was released."""
    is_present: bool = True
    """False for what only the ledger knows."""
    is_known: bool = True
    """False for what is on disk although nothing recorded it: put there by hand, or left by a crash."""

    def standing(self, period: Period, today: date, *, is_held: bool = False, members: int = 0) -> Standing:
        """Return where it stands on `today` under the period of its dataset."""
        return standing(
            period,
            self.anchor,
            today,
            is_present=self.is_present,
            is_held=is_held,
            ends_on=self.ends_on,
            ended_early=self.ended_early,
            held_until=self.held_until,
            members=members,
        )
