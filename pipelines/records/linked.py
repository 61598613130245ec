"""Whose linked events are: those of a member who had linked the service when it happened (clause collect.linked).

Pure functions. What has no live link, or belongs to nobody who is processed, is counted and goes no further.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

COUNTED, NO_LINK, SHARED_LINK = "linked", "without link", "shared link"
NOT_PROCESSED, UNKNOWN_PARTNER = "member not processed", "unknown partner"
OTHER = "other"
"""What every event is that has none of the declared words: text that somebody wrote may stand there."""


@dataclass(frozen=True)
class LinkedEvent:
    """An event that counts, and the account it is of."""

    occurred_at: datetime
    service: str
    event: str
    partner_id: str
    account_key: str


class Links:
    """The link records of one day: `service, melon_member_id, account_key, linked_at, ended_at`."""

    def __init__(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take the records; one without a MelOn member ID links nothing."""
        self._links: dict[tuple[str, str], list[tuple[datetime, datetime | None, str]]] = defaultdict(list)
        for record in records:
            if record["melon_member_id"] is not None:
                link = (record["linked_at"], record["ended_at"], record["account_key"])
                self._links[record["service"], record["melon_member_id"]].append(link)

    def accounts(self, service: str, melon_member_id: str | None, at: datetime) -> set[str]:
        """Return the accounts whose link lives at the instant `at`: from when it began, until before it ended."""
        if melon_member_id is None:
            return set()
        links = self._links.get((service, melon_member_id), [])
        return {account for began, ended, account in links if began <= at and (ended is None or at < ended)}


def counted_events(
    rows: Iterable[Mapping[str, Any]],
    links: Links,
    accounts: Collection[str],
    partners: Collection[str],
    words: Collection[str],
    gone: Callable[[str, datetime], str | None] = lambda _account, _at: None,
) -> tuple[list[LinkedEvent], Counter[str]]:
    """Return the events that count, and how many rows were decided in which way; the counts sum to the rows.

    `accounts` are those that are processed, `partners` those of the registry, `words` what an event may be. An ID that two
    accounts claim at once names neither. `gone` says of an account at an instant why it counts no longer (`withdrawn`, `erased`).
    """
    events: list[LinkedEvent] = []
    decided: Counter[str] = Counter()
    for row in rows:
        found = links.accounts(row["service"], row["melon_member_id"], row["time"])
        decision = _decision(found, row["partner_id"], accounts, partners)
        if decision == COUNTED:
            (account,) = found
            decision = gone(account, row["time"]) or COUNTED
        decided[decision] += 1
        if decision == COUNTED:
            what = declared_word(row["event"], words)
            events.append(LinkedEvent(row["time"], row["service"], what, row["partner_id"], found.pop()))
    return events, decided


def declared_word(text: str, words: Collection[str]) -> str:
    """Return which of `words` says what happened, whatever its case; any other text is `other`."""
    word = text.strip().lower()
    return word if word in words else OTHER


def _decision(found: Collection[str], partner: str, accounts: Collection[str], partners: Collection[str]) -> str:
    if not found:
        return NO_LINK
    if len(found) > 1:
        return SHARED_LINK
    if not all(account in accounts for account in found):
        return NOT_PROCESSED
    return COUNTED if partner in partners else UNKNOWN_PARTNER
