"""Who is a member on a day, worked out slowly from the exports and cookie records of a demo, by the rules and with other code.

Imports nothing of the project.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

SEOUL_AHEAD = timedelta(hours=9)
STRICTNESS = ("issued", "ended", "refused")


def seoul(text: str) -> datetime:
    """Return an instant as Seoul's clock."""
    return (datetime.fromisoformat(text).astimezone(UTC) + SEOUL_AHEAD).replace(tzinfo=None)


class PlainExports:
    """The exports of one night in `folder`, which describe the end of `day`."""

    def __init__(self, folder: Path, day: date) -> None:
        """Name the folder; its files are read when they are asked for."""
        self._folder, self._day = folder, day

    @cached_property
    def content_partners(self) -> dict[str, str]:
        """Content -> its partner."""
        lines = (self._folder / "contents.jsonl").read_text(encoding="utf-8").splitlines()
        return {row["content_id"]: row["partner_id"] for row in map(json.loads, lines)}

    @cached_property
    def content_types(self) -> dict[str, str]:
        """Content -> its kind."""
        lines = (self._folder / "contents.jsonl").read_text(encoding="utf-8").splitlines()
        return {row["content_id"]: row["content_type"] for row in map(json.loads, lines)}

    @cached_property
    def members(self) -> dict[str, dict[str, str]]:
        """Account -> row of every member who is of age."""
        with (self._folder / "members.csv").open(encoding="utf-8") as file:
            rows = {row["account_key"]: row for row in csv.DictReader(file)}
        return {key: row for key, row in rows.items() if not self._is_child(date.fromisoformat(row["birth_date"]))}

    def _is_child(self, born: date) -> bool:
        turned = date(born.year + 14, born.month, min(born.day, 28))
        return self._day < turned

    @cached_property
    def _consents(self) -> dict[str, list[dict[str, str]]]:
        found = defaultdict(list)
        with gzip.open(self._folder / "consents.csv.gz", "rt", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["consent"] == "sign_up":
                    found[row["account_key"]].append(row)
        return found

    def partner_of(self, account: str) -> str:
        """Return the partner an account acts for."""
        return self.members[account]["partner_id"]

    def member(self, login: str, day: date) -> dict[str, str] | None:
        """Return the row of who shows `login`, if that is one approved member who joined and consented by the end of `day`."""
        end = datetime.combine(day + timedelta(days=1), datetime.min.time())
        found = [row for row in self._by_login.get(login, []) if seoul(row["joined_at"]) < end]
        if len(found) != 1 or found[0]["status"] != "approved":
            return None
        lives = [
            row
            for row in self._consents.get(found[0]["account_key"], [])
            if seoul(row["given_at"]) < end and not (row["withdrawn_at"] and seoul(row["withdrawn_at"]) < end)
        ]
        return found[0] if lives else None

    @cached_property
    def partners(self) -> set[str]:
        """Partners there are."""
        with (self._folder / "partners.csv").open(encoding="utf-8") as file:
            return {row["partner_id"] for row in csv.DictReader(file)}

    def linked_account(self, service: str, linked_member: str, at: datetime) -> str | None:
        """Return the one account whose link to `linked_member` of a service lives at `at`."""
        links = self._links.get((service, linked_member), [])
        found = {account for account, began, ended in links if began <= at and (ended is None or at < ended)}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def _links(self) -> dict[tuple[str, str], list[tuple[str, datetime, datetime | None]]]:
        found = defaultdict(list)
        for row in pq.read_table(self._folder / "linked_accounts.parquet").to_pylist():
            link = (row["account_key"], seoul(row["linked_at"]), row["ended_at"] and seoul(row["ended_at"]))
            found[row["service"], row["melon_member_id"]].append(link)
        return found

    @cached_property
    def _by_login(self) -> dict[str, list[dict[str, str]]]:
        found = defaultdict(list)
        for row in self.members.values():
            found[row["login_id"]].append(row)
        return found


class PlainCookies:
    """The records of the member cookie: whether a login counted at an instant."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Read the records."""
        self._turns: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
        for path in files:
            for row in map(json.loads, gzip.decompress(path.read_bytes()).splitlines()):
                if row["cookie_name"] == "pc_member" and row["member_id"]:
                    self._turns[row["member_id"]].append((seoul(row["time"]), STRICTNESS.index(row["event"])))

    def counts(self, login: str, at: datetime) -> bool:
        """Say whether the cookie was neither refused nor ended at `at`; an end does not take a refusal back."""
        standing = 0
        for when, event in sorted(self._turns.get(login, [])):
            if when > at:
                break
            standing = standing if event == 1 and standing == 2 else event
        return standing == 0


class PlainPeople:
    """Exports by the day they describe, and cookie records."""

    def __init__(self, exports: dict[date, Path], cookies: Iterable[Path]) -> None:
        """Take the folders of exports by day, and the files of cookie records."""
        self._exports = {day: PlainExports(folder, day) for day, folder in sorted(exports.items())}
        self._cookies = PlainCookies(cookies)
        self._left = defaultdict(set)
        for each in self._exports.values():
            for row in each.members.values():
                if row["withdrawn_at"]:
                    self._left[row["login_id"]].add(seoul(row["withdrawn_at"]))

    def exports_of(self, day: date) -> PlainExports:
        """Return what describes `day`: its own exports, else the nearest earlier ones, else the first."""
        known = list(self._exports)
        return self._exports[max((each for each in known if each <= day), default=known[0])]

    def has_left_since(self, login: str, at: datetime) -> bool:
        """Say whether who showed `login` at `at` has left since: such a line is nobody's."""
        return any(at <= left for left in self._left.get(login, ()))

    def member(self, login: str, at: datetime) -> dict[str, str] | None:
        """Return the row of the member who counts when `login` is shown at `at`."""
        if not self._cookies.counts(login, at):
            return None
        return self.exports_of(at.date()).member(login, at.date())
