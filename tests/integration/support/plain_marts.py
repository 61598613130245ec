"""The marts worked out slowly from plain log lines, exports and `routes.yml`, by their definitions and with other code.

Imports nothing of the project, and reads none of its SQL.
"""

import gzip
import json
import re
import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import ua_parser
import yaml
from support.plain_people import PlainPeople

LINE = re.compile(
    r'(?P<address>\S+) - \S+ \[(?P<time>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<sent>\d+|-) '
    r'"(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)" "(?P<cookie>(?:[^"\\]|\\.)*)"'
)
GAP = timedelta(minutes=30)


@dataclass
class Hit:
    """A line that is no broken and no filtered one; `at` is Seoul's clock."""

    at: datetime
    status: int
    sent: int | None
    is_bot: bool
    is_view: bool
    visitor: tuple[str, ...] | None
    person: tuple[str, ...] | None
    member: str | None
    content: str | None
    partner: str | None

    @property
    def day(self) -> date:
        """Seoul's day."""
        return self.at.date()


@dataclass
class Counted:
    """Lines of a day: all, broken, filtered, bots'."""

    lines: int = 0
    broken: int = 0
    filtered: int = 0
    bots: int = 0


class PlainHouse:
    """Reads a demo's logs, with the routes of `policy` and the people there are."""

    def __init__(self, people: PlainPeople, policy: Path) -> None:
        """Read the routes."""
        self._people = people
        routes = yaml.safe_load((policy / "routes.yml").read_text(encoding="utf-8"))
        self._rules = routes["routes"]
        self._assets = tuple(f".{extension}" for extension in routes["asset_extensions"])
        self.hits: list[Hit] = []
        self.days: dict[date, Counted] = defaultdict(Counted)

    def read(self, log: Path) -> None:
        """Read a log: a broken line goes with the one before it, else with the day the file's name begins with."""
        day = date.fromisoformat(log.name.removeprefix("access-")[:10])
        for line in gzip.decompress(log.read_bytes()).decode("latin-1").split("\n")[:-1]:
            match = LINE.fullmatch(line)
            at = _time(match["time"]) if match else None
            if match is None or at is None:
                self.days[day].broken += 1
                self.days[day].lines += 1
                continue
            day = at.date()
            self.days[day].lines += 1
            method, target = _asked(match["request"])
            if (target or "").partition("?")[0] == "/healthz" or match["agent"].startswith("UptimeMonitor/"):
                self.days[day].filtered += 1
                continue
            self._hit(match, at, method, target)

    def _hit(self, match: re.Match[str], at: datetime, method: str | None, target: str | None) -> None:
        address = ip_address(match["address"])
        address = getattr(address, "ipv4_mapped", None) or address
        network = str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
        login = _login(match["cookie"])
        is_nobodys = login is not None and self._people.has_left_since(login, at)
        found = self._people.member(login, at) if login and not is_nobodys else None
        member = found["account_key"] if found else None
        partners = self._people.exports_of(at.date()).content_partners
        status, is_bot = int(match["status"]), _is_bot(match["agent"])
        is_page, content = self._page(target)
        content = content if content in partners else None
        self.days[at.date()].bots += is_bot
        self.hits.append(
            Hit(
                at,
                status,
                None if match["sent"] == "-" else int(match["sent"]),
                is_bot,
                method == "GET" and is_page and (200 <= status < 300 or status == 304),
                None if is_nobodys else ("member", member) if member else (str(address), match["agent"]),
                None if is_nobodys else ("member", member) if member else (network,),
                member,
                content,
                partners.get(content or ""),
            )
        )

    def _page(self, target: str | None) -> tuple[bool, str | None]:
        """Return whether a target is a page, and the content it shows."""
        if not target or not target.startswith("/"):
            return False, None
        path, _, query = target.partition("?")
        if "%2f" not in path.lower():
            for rule in self._rules:
                if (found := _matches(rule["path"], unquote(path))) is not None:
                    return rule["is_page"], _content(rule.get("content_from") or {}, found, query)
        return not path.rpartition("/")[2].lower().endswith(self._assets), None


def _login(cookie: str) -> str | None:
    """Return the login that the cookie carries, if it is one."""
    pairs = [pair.strip().partition("=") for pair in cookie.split(";")]
    logins = {unquote(value) for name, _, value in pairs if name == "pc_member" and value}
    return logins.pop() if len(logins) == 1 else None


def _content(source: dict[str, str], segments: dict[str, str], query: str) -> str | None:
    if "segment" in source:
        return segments[source["segment"]]
    return next((value for name, value in parse_qsl(query) if name == source.get("parameter")), None)


def _matches(rule: str, path: str) -> dict[str, str] | None:
    """Return the values of a rule's `{name}` segments if `path` is one of its paths."""
    wanted, given = rule.strip("/").split("/"), path.removesuffix("/")[1:].split("/")
    if wanted[-1] == "**":
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    if len(wanted) != len(given) or (path == "/") != (rule == "/"):
        return None
    named = {want.strip("{}"): got for want, got in zip(wanted, given, strict=True) if want.startswith("{")}
    plain = all(want == got or (want.startswith("{") and got) for want, got in zip(wanted, given, strict=True))
    return named if plain else None


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z")
    except ValueError:
        return None
    return (moment.astimezone(UTC) + timedelta(hours=9)).replace(tzinfo=None)


def _asked(request: str) -> tuple[str | None, str | None]:
    request = re.sub(r"\\x([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), request)
    parts = request.split(" ")
    if not parts[0].isascii() or not parts[0].isalpha():
        return None, None
    return parts[0], " ".join(parts[1:-1] if parts[-1].startswith("HTTP/") else parts[1:]) or None


@cache
def _crawlers() -> list[re.Pattern[str]]:
    text = files("crawleruseragents").joinpath("crawler-user-agents.json").read_text("utf-8")
    return [re.compile(crawler["pattern"]) for crawler in json.loads(text)]


@cache
def _is_bot(agent: str) -> bool:
    device = ua_parser.parse_device(agent)
    return agent != "-" and (
        any(pattern.search(agent) for pattern in _crawlers()) or (device is not None and device.family == "Spider")
    )


def visits_of(hits: Iterable[Hit]) -> list[tuple[date, list[Hit]]]:
    """Return each visit with the day it began, followed to the end of the day after."""
    by_visitor = defaultdict(list)
    for hit in hits:
        if not hit.is_bot and hit.visitor:
            by_visitor[hit.visitor].append(hit)
    visits: list[tuple[date, list[Hit]]] = []
    for theirs in by_visitor.values():
        last = None
        for hit in sorted(theirs, key=lambda hit: hit.at):
            if last is None or hit.at - last > GAP:
                visits.append((hit.day, []))
            if hit.day <= visits[-1][0] + timedelta(days=1):
                visits[-1][1].append(hit)
            last = hit.at
    return visits


def _distinct(values: Iterable[Any]) -> int:
    return len(set(values) - {None})


def service_daily_usage(hits: list[Hit]) -> list[tuple[Any, ...]]:
    """day, requests, page_views, bot_requests, visits, unique_members, unique_visitors, bytes_sent, client and server errors."""
    visits = visits_of(hits)
    rows = []
    for day in sorted({hit.day for hit in hits}):
        every = [hit for hit in hits if hit.day == day]
        people = [hit for hit in every if not hit.is_bot]
        rows.append(
            (
                day,
                len(every),
                sum(hit.is_view for hit in people),
                len(every) - len(people),
                sum(began == day for began, _ in visits),
                _distinct(hit.member for hit in people),
                _distinct(hit.visitor for hit in people),
                sum(hit.sent or 0 for hit in every),
                sum(hit.status // 100 == 4 for hit in every),
                sum(hit.status // 100 == 5 for hit in every),
            )
        )
    return rows


def service_daily_status(hits: list[Hit]) -> list[tuple[Any, ...]]:
    """day, status, requests, bytes_sent."""
    cells = defaultdict(list)
    for hit in hits:
        cells[hit.day, hit.status].append(hit.sent or 0)
    return sorted((*cell, len(sent), sum(sent)) for cell, sent in cells.items())


def partner_daily_usage(hits: list[Hit]) -> list[tuple[Any, ...]]:
    """partner, day, page_views, visits, members, visitors, median_visit_seconds, bounces, contributing_people."""
    views, times = defaultdict(list), defaultdict(list)
    for hit in hits:
        if hit.partner and hit.is_view and not hit.is_bot:
            views[hit.partner, hit.day].append(hit)
    for began, visit in visits_of(hits):
        seen = defaultdict(list)
        for hit in visit:
            if hit.partner and hit.is_view:
                seen[hit.partner].append(hit.at)
        for partner, instants in seen.items():
            times[partner, began].append(instants)
    rows = []
    for cell in sorted(views.keys() | times.keys()):
        seconds = [(max(each) - min(each)).total_seconds() for each in times[cell]]
        rows.append(
            (
                *cell,
                len(views[cell]),
                len(seconds),
                _distinct(hit.member for hit in views[cell]),
                _distinct(hit.visitor for hit in views[cell]),
                statistics.median(seconds) if seconds else None,
                sum(len(each) == 1 for each in times[cell]),
                _distinct(hit.person for hit in views[cell]),
            )
        )
    return rows


def partner_content_daily(hits: list[Hit]) -> list[tuple[Any, ...]]:
    """partner, content, day, page_views, members, contributing_people."""
    cells = defaultdict(list)
    for hit in hits:
        if hit.content and hit.is_view and not hit.is_bot:
            cells[hit.partner, hit.content, hit.day].append(hit)
    return sorted(
        (*cell, len(found), _distinct(hit.member for hit in found), _distinct(hit.person for hit in found))
        for cell, found in cells.items()
    )
