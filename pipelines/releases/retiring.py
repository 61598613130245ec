"""Former releases go by the policy's period of `former_releases`; the current one never does, and cells stay with the gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from pipelines.clock import seoul_day
from pipelines.policy.periods import Period
from pipelines.releases.published import RELEASE, Published
from pipelines.storage.ledger import Ledger

DATASET, RETIRED = "former_releases", "release-retired"


@dataclass(frozen=True)
class Former:
    """A release that a later one replaced on the Asia/Seoul day `replaced_on`."""

    release: str
    replaced_on: date


def entered(ledger: Ledger) -> list[tuple[str, datetime]]:
    """Return the ids and instants of all releases in the ledger, in order."""
    return [(entry.body["release"], entry.at) for entry in ledger.entries(RELEASE)]


def former_releases(published: Published, known: Sequence[tuple[str, datetime]]) -> list[Former]:
    """Return the releases that are there and were replaced, in order.

    `known` are the ids and instants of all releases that the ledger knows, in order: each was replaced by the next one.
    """
    replaced: Mapping[str, date] = {release: seoul_day(at) for (release, _), (_, at) in pairwise(known)}
    current = published.current()
    return [Former(name, replaced[name]) for name in published.releases() if name != current and name in replaced]


def due(former: Sequence[Former], period: Period, today: date) -> list[Former]:
    """Return what is past its ceiling on `today`."""
    return [one for one in former if (ends := period.ends(one.replaced_on)) is not None and today > ends]


def retire(published: Published, ledger: Ledger, period: Period, now: datetime) -> list[str]:
    """Remove the releases that are due at `now`, enter each in the ledger, and return their ids.

    A reader that has a file open keeps it; one of which a later release holds the same bytes keeps its name there.
    """
    gone = due(former_releases(published, entered(ledger)), period, seoul_day(now))
    for one in gone:
        published.remove(one.release)
        body = {"release": one.release, "replaced_on": one.replaced_on.isoformat(), "clause": period.clause}
        ledger.append(RETIRED, body, now)
    return [one.release for one in gone]
