"""What was done at the linked services, worked out slowly from delivered records and links, by the rules and with other code.

Imports nothing of the project.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support.plain_people import PlainPeople, seoul

WORDS = {"stream", "like", "share", "comment", "sent", "reached", "opened", "reacted"}


def partner_linked_daily(people: PlainPeople, files: Iterable[Path]) -> list[tuple[Any, ...]]:
    """partner, service, event, day, events, unique_members, contributing_people."""
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
            cells[row["partner_id"], row["service"], word if word in WORDS else "other", at.date()].append(account)
    return sorted((*cell, len(accounts), len(set(accounts)), len(set(accounts))) for cell, accounts in cells.items())
