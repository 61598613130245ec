"""What cookie records mean: at which instants a login counts as its member, and which records the policy does not know.

Pure functions. The member cookie's records of one login, in order of time, leave it in a standing (clauses `cookie.refusal`,
`cookie.session`):

- `issued`: the cookie is there, and so it is before anything is known;
- `refused`: from the refusal on, until it is issued again; an end does not take a refusal back;
- `ended`: after a logout or the browser's end the cookie should be gone; whoever shows it still is not known to be the member.

Of records with one instant the stricter holds: refused before ended before issued.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

EVENTS = ("issued", "ended", "refused")
"""Every event of a cookie record, by strictness."""

Instants = npt.NDArray[np.int64]
"""Microseconds since 1970 in UTC."""


class Standing(IntEnum):
    """Where a login stands with its cookie; only ISSUED counts as a member."""

    ISSUED = 0
    ENDED = 1
    REFUSED = 2


@dataclass(frozen=True)
class CookieHistory:
    """The turns of each login's cookie: rows in order of login, then instant, with the standing from there on.

    `logins` are the distinct logins, sorted; `owners` are positions in it. `owners`, `instants` and `standings` have the shape
    (turns,). Logins whose cookie was never refused nor ended are not in it.
    """

    logins: tuple[str, ...]
    owners: npt.NDArray[np.int64]
    instants: Instants
    standings: npt.NDArray[np.int8]

    def standing_at(self, logins: pa.ChunkedArray, instants: Instants) -> npt.NDArray[np.int8]:
        """Return the standing of each login (text, may be null) at its instant, that instant included. Shape (len(logins),).

        Null, and a login without turns, stands as ISSUED.
        """
        if not self.logins:
            return np.full(len(logins), Standing.ISSUED, dtype=np.int8)
        places = {login: place for place, login in enumerate(self.logins)}
        column = logins.cast(pa.string()).combine_chunks().dictionary_encode()
        distinct = np.array([*(places.get(login, -1) for login in column.dictionary.to_pylist()), -1], dtype=np.int64)
        asked = distinct[column.indices.fill_null(len(distinct) - 1).to_numpy()]
        standings = np.full(len(asked), Standing.ISSUED, dtype=np.int8)
        (known,) = np.nonzero(asked >= 0)
        if not len(known):
            return standings
        # Turns and questions in one order; at one instant a turn comes before the question it answers.
        owners = np.concatenate([self.owners, asked[known]])
        moments = np.concatenate([self.instants, instants[known]])
        is_question = np.concatenate([np.zeros(len(self.owners), np.int8), np.ones(len(known), np.int8)])
        order = np.lexsort((is_question, moments, owners))
        is_turn = order < len(self.owners)
        latest = np.maximum.accumulate(np.where(is_turn, np.arange(len(order)), -1))
        answers = order[np.maximum(latest, 0)]
        own = (latest >= 0) & (owners[answers] == owners[order])
        found = np.where(own, self.standings[np.minimum(answers, len(self.owners) - 1)], Standing.ISSUED)
        standings[known[order[~is_turn] - len(self.owners)]] = found[~is_turn]
        return standings


NO_HISTORY = CookieHistory((), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int8))
"""No cookie record was delivered: every login stands as ISSUED."""


def history(records: pa.Table, member_cookies: Collection[str]) -> CookieHistory:
    """Return the turns that `records` (`time, event, cookie_name, member_id`, in any order) make of the `member_cookies`."""
    ours = pc.is_in(records["cookie_name"], value_set=pa.array(sorted(member_cookies), pa.string()))
    chosen = records.filter(pc.and_(ours, pc.is_valid(records["member_id"])))
    strictness = pa.array([EVENTS.index(event) for event in chosen["event"].to_pylist()], pa.int8())
    turns = pa.table(
        {"login": chosen["member_id"].cast(pa.string()), "at": chosen["time"].cast(pa.int64()), "event": strictness}
    )
    # Whose cookie was only ever issued has no turn: most logins, and no line of theirs needs looking up.
    turning = pc.unique(turns.filter(pc.greater(turns["event"], 0))["login"])
    turns = turns.filter(pc.is_in(turns["login"], value_set=turning)).sort_by(
        [(n, "ascending") for n in turns.column_names]
    )
    if not len(turns):
        return NO_HISTORY
    logins = turns["login"].combine_chunks().dictionary_encode()
    owners = logins.indices.to_numpy().astype(np.int64)
    events = turns["event"].to_numpy().astype(np.int8)
    return CookieHistory(
        tuple(logins.dictionary.to_pylist()), owners, turns["at"].to_numpy(), _standings(owners, events)
    )


def _standings(owners: npt.NDArray[np.int64], events: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Return the standing after each event: its own, but an end after a refusal that nothing took back stays refused."""
    places = np.arange(len(events))
    # The latest event of the same login that is no end; an end stands as it does when that is a refusal.
    decisive = np.maximum.accumulate(np.where(events != Standing.ENDED, places, -1))
    before = np.maximum(decisive, 0)
    stays_refused = (decisive >= 0) & (owners[before] == owners) & (events[before] == Standing.REFUSED)
    standings: npt.NDArray[np.int8] = np.where(stays_refused, Standing.REFUSED, events).astype(np.int8)
    return standings


@dataclass(frozen=True)
class CookieFindings:
    """What cookie records show that the policy does not allow: cookies issued with an expiry, and cookies of other names."""

    persistent: int
    others: int


def findings(records: pa.Table, member_cookies: Collection[str]) -> CookieFindings:
    """Count issued cookies that outlive the browser's session (cookie.session) or are not the member's (cookie.only-id)."""
    is_issued = pc.equal(records["event"], "issued")
    is_other = pc.invert(pc.is_in(records["cookie_name"], value_set=pa.array(sorted(member_cookies), pa.string())))
    expires = pc.is_valid(records["expires"])
    return CookieFindings(_count(pc.and_(is_issued, expires)), _count(pc.and_(is_issued, is_other)))


def _count(mask: pa.ChunkedArray) -> int:
    return int(pc.sum(mask).as_py() or 0)
