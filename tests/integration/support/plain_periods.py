"""Which rows of the registry stand where, worked out slowly and by the words of the policy.

Imports nothing of the project: rows are plain dictionaries, days are datetime's.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

GRACE = timedelta(days=5)
VISITS_MONTHS = 3
SEOUL_AHEAD = timedelta(hours=9)
ONE_DAY = timedelta(days=1)
KEYS = {
    "ad_records": ("ad_id", "account_key", "displayed_at"),
    "complaints": ("complaint_id",),
    "consents": ("account_key", "consent", "given_at"),
    "contents": ("content_id",),
    "contracts": ("contract_id",),
    "disputes": ("dispute_id",),
    "inquiries": ("inquiry_id",),
    "linked_accounts": ("account_key", "service", "linked_at"),
    "members": ("account_key",),
    "misuse_records": ("account_key", "recorded_at"),
    "partners": ("partner_id",),
    "social_accounts": ("account_key", "network", "address"),
}
"""What makes two rows of a table one thing."""
FLOORS = {
    "ad_records": ("displayed_at", 6),
    "complaints": ("settled_at", 36),
    "contracts": ("ended_on", 60),
    "disputes": ("settled_at", 0),
}
"""What the law orders kept, exactly as long: the day that counts, and months from it."""

ENDED = {"inquiries": "answered_at", "linked_accounts": "ended_at"}
"""Columns that end what is kept no longer than it is of use; who leaves and what vanishes ends it, too."""

Row = dict[str, Any]
Standings = Counter[tuple[str, date | None, str]]
"""How many things of a dataset end on a day and stand in a state."""


def months_after(day: date, months: int) -> date:
    """Return the last day of a period of months, which is counted from the day after `day`.

    It is the day before the one that corresponds to the first counted, or the month's last where there is none.
    """
    first = day + ONE_DAY
    years, month = divmod(first.month - 1 + months, 12)
    year, last = first.year + years, monthrange(first.year + years, month + 1)[1]
    return date(year, month + 1, first.day) - ONE_DAY if first.day <= last else date(year, month + 1, last)


def seoul_day(value: datetime | date | None) -> date | None:
    """Return the Seoul day of a stored instant, or of a day."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) + SEOUL_AHEAD).date()
    return value


def state(end: date | None, today: date) -> str:
    """Say how something that is there stands to the last day it may be."""
    if end is None or today <= end:
        return "kept"
    return "due" if today <= end + GRACE else "over-retained"


def rows_standing(
    table: str, rows: list[Row], today: date, left: Mapping[str, date], first_vault_day: date | None
) -> Standings:
    """Count the rows of `table` by the day they end on and where they stand."""
    found: Standings = Counter()
    for versions in _things(table, rows):
        last_end = _end(table, versions[-1], left)
        for row in versions:
            end = last_end
            if row is not versions[-1] and table not in FLOORS and table != "contents":
                end = _earlier(last_end, _no_longer_needed(row["valid_to"], first_vault_day, today))
            found[table, end, state(end, today)] += 1
    return found


def _things(table: str, rows: Iterable[Row]) -> list[list[Row]]:
    """Return the rows of each thing, its latest version last."""
    things: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        things[tuple(row[name] for name in KEYS[table])].append(row)
    return [sorted(each, key=lambda row: (row["valid_from"], row["valid_to"] or date.max)) for each in things.values()]


def _end(table: str, row: Row, left: Mapping[str, date]) -> date | None:
    """Return the last day on which the latest version of a thing may be there."""
    vanished = row["valid_to"]
    if table in FLOORS:
        column, months = FLOORS[table]
        began = seoul_day(row[column]) or vanished
        return began and months_after(began, months)
    if table == "contents":
        return None
    member_left = left.get(row.get("account_key", ""))
    if table == "members":
        return member_left
    if table == "consents":
        return _earlier(row["until"] or member_left, seoul_day(row["withdrawn_at"]), vanished)
    return _earlier(seoul_day(row[ENDED[table]]) if table in ENDED else None, member_left, vanished)


def _no_longer_needed(replaced: date, first_vault_day: date | None, today: date) -> date | None:
    """Return the last day a former version was needed to derive a day of the vault again; None while it is."""
    if first_vault_day is not None and first_vault_day < replaced:
        return None
    return max(replaced, min(months_after(replaced - ONE_DAY, VISITS_MONTHS), today - ONE_DAY))


def _earlier(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
