"""Segments written anew: the ledger's entries of imports stand, and a later entry says what took a segment's place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.storage.ledger import Ledger

KIND = "segments-rewritten"
Body = dict[str, Any]
"""A segment as `Segment.to_json` gives it."""


@dataclass(frozen=True)
class Rewrite:
    """A segment at the path `was` of a store (`vault` or `quarantine`), and what took its place; None: no line was left."""

    was: str
    now: Body | None
    removed: int = 0
    """Lines that are in the former alone."""


class Rewritten:
    """What took the place of each segment, by store and path."""

    def __init__(self, successors: Mapping[tuple[str, str], Body | None]) -> None:
        """Take what took the place of each; see `of`."""
        self._successors = successors

    @classmethod
    def of(cls, ledger: Ledger) -> "Rewritten":
        """Read the ledger. Raises DamagedError when it is."""
        return cls(
            {
                (entry.body["store"], rewrite["was"]): rewrite["now"]
                for entry in ledger.entries(KIND)
                for rewrite in entry.body["segments"]
            }
        )

    def current(self, store: str, segments: Iterable[Body]) -> list[Body]:
        """Return the segments as they are now, in order, without those of which no line was left."""
        if not self._successors:
            return list(segments)
        found = (self._latest(store, body) for body in segments)
        return [body for body in found if body is not None]

    def _latest(self, store: str, body: Body | None) -> Body | None:
        while body is not None and (store, body["path"]) in self._successors:
            body = self._successors[store, body["path"]]
        return body


def entry_body(store: str, rewrites: Sequence[Rewrite]) -> dict[str, Any]:
    """Return the body of a ledger entry of kind KIND."""
    return {"store": store, "segments": [dict(rewrite.__dict__) for rewrite in rewrites]}
