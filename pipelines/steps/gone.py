"""What is gone for good: the one place that says which stored parts the ledger still names can be read no more.

A key goes before the files it opens, and its name stays in the keyring's register: what was sealed under it is gone from then on,
whether its file is still there or not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from pipelines.policy import Policy
from pipelines.privacy.key_names import KeyName
from pipelines.privacy.keyring import KeyInfo


class KeysThereAndGone(Protocol):
    """A keyring that tells which keys it has, and which it had."""

    def list(self) -> Sequence[KeyInfo]:
        """Return what may be told of each data key that is there."""
        ...

    def destroyed(self) -> frozenset[str]:
        """Return the names of the keys that were destroyed."""
        ...


@dataclass(frozen=True)
class Gone:
    """The keys that were destroyed, and the days of datasets that had a key and have none any more.

    A day whose key another one took the place of, by rotation, is there.
    """

    keys: frozenset[str]
    days: frozenset[tuple[str, date]]

    @classmethod
    def of(cls, keyring: KeysThereAndGone) -> "Gone":
        """Ask the keyring."""
        keys = keyring.destroyed()
        names = [KeyName.parse(name) for name in keys if name.count(".") > 1]
        there = {(key.dataset, key.day) for key in keyring.list() if key.generation is None}
        days = {(name.dataset, name.day) for name in names if name.generation is None}
        return cls(keys, frozenset(days - there))

    def has(self, segment: Mapping[str, Any]) -> bool:
        """Say whether a segment, as the ledger names it, is gone: its day, or its key alone where another one took its place.

        The latter comes with a backup from before rows were taken out of a day: what was left of the day is under a newer key.
        """
        return segment.get("key") in self.keys or (segment["dataset"], date.fromisoformat(segment["day"])) in self.days

    def has_day(self, dataset: str, day: date) -> bool:
        """Say whether the data of a dataset that is kept by day is gone."""
        return (dataset, day) in self.days

    def still(self, segments: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the segments that are not gone."""
        return [dict(segment) for segment in segments if not self.has(segment)]


def past_period(policy: Policy, gone: Gone, dataset: str, today: date) -> Callable[[date], bool]:
    """Return what says whether data of a day comes too late for `dataset`: its ceiling is past, or the day was destroyed."""
    period = policy.dataset(dataset).period

    def is_past(day: date) -> bool:
        ends = None if period is None else period.ends(day)
        return gone.has_day(dataset, day) or (ends is not None and ends < today)

    return is_past
