"""What was done at the linked services, worked out slowly from delivered records and links, by the rules and with other code.

Imports nothing of the project.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from support.plain_people import PlainPeople, seoul

WORDS = {"stream", "like", "share", "comment", "sent", "reached", "opened", "reacted"}


def partner_linked_daily(people: PlainPeople, files: Iterable[Path]) -> list[tuple[Any, ...]]:
    """partner, service, event, day, events, unique_members, contributing_people, the largest two of the events of one member."""
    return _counted(people, files, lambda day: day)


def partner_linked_weekly(people: PlainPeople, files: Iterable[Path]) -> list[tuple[Any, ...]]:
    """Return the same by week, named by its Monday."""
    return _counted(people, files, lambda day: day - timedelta(days=day.weekday()))


def partner_linked_monthly(people: PlainPeople, files: Iterable[Path]) -> list[tuple[Any, ...]]:
    """Return the same by month, named by its first day."""
    return _counted(people, files, lambda day: day.replace(day=1))


def _counted(people: PlainPeople, files: Iterable[Path], period_of: Callable[[date], date]) -> list[tuple[Any, ...]]:
    cells = defaultdict(list)
    for path in files:
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            at = seoul(row["time"])
            exports = people.exports_of(at.date())
            account = exports.linked_account(row["service"], row["melon_member_id"], at)
            member = exports.members.get(account or "")
            if account is None or member is None or exports.member(member["login_id"], at.date()) is None:
                continue
            if people.has_left_since(member["login_id"], at) or row["partner_id"] not in exports.partners:
                continue
            word = row["event"].strip().lower()
            cells[row["partner_id"], row["service"], word if word in WORDS else "other", period_of(at.date())].append(
                account
            )
    rows = []
    for cell, accounts in cells.items():
        most = [*sorted((accounts.count(one) for one in set(accounts)), reverse=True), 0]
        rows.append((*cell, len(accounts), len(set(accounts)), len(set(accounts)), *most[:2]))
    return sorted(rows)
