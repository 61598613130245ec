"""A demo's log lines read slowly, by their definitions and with other code.

Imports nothing of the project.
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote

from support.plain_agents import browser_of, device_of, is_bot, system_of
from support.plain_pages import NOWHERE, PlainPages, asked, referrer_of
from support.plain_people import PlainPeople
from support.plain_robots import KINDS, robots_of_day

LINE = re.compile(
    r'(?P<address>\S+) - \S+ \[(?P<time>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<sent>\d+|-) '
    r'"(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)" "(?P<cookie>(?:[^"\\]|\\.)*)"'
)


@dataclass
class Hit:
    """A line that is no broken and no filtered one; `at` is Seoul's clock, `employer` the partner the member acts for."""

    at: datetime
    source: str
    path: str | None
    status: int
    sent: int | None
    evidence: str | None
    is_view: bool
    is_file: bool
    visitor: tuple[str, ...] | None
    person: tuple[str, ...] | None
    member: str | None
    employer: str | None
    content: str | None
    partner: str | None
    feature: str
    device: str
    kind: str
    browser: str
    system: str
    member_type: str
    referrer: str

    @cached_property
    def day(self) -> date:
        """Seoul's day."""
        return self.at.date()

    @property
    def is_bot(self) -> bool:
        """Whether something told that no person asked."""
        return self.evidence is not None

    @property
    def is_audience(self) -> bool:
        """Whether somebody, and no bot, looked at a partner's content."""
        return self.partner is not None and self.is_view and not self.is_bot


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
        self.people = people
        self._pages = PlainPages(policy)
        self._hits: list[Hit] = []
        self._is_judged = True
        self.days: dict[date, Counted] = defaultdict(Counted)

    def read(self, log: Path) -> None:
        """Read a log: a broken line goes with the one before it, else with the day the file's name begins with."""
        lines = gzip.decompress(log.read_bytes()).decode("latin-1").split("\n")[:-1]
        self.read_lines(lines, date.fromisoformat(log.name.removeprefix("access-")[:10]))

    def read_lines(
        self, lines: Iterable[str], day: date, *, pattern: re.Pattern[str] = LINE, source: str = "demo-web"
    ) -> None:
        """Read the lines of a log of a source, each of which is a match of `pattern` or broken."""
        for line in lines:
            match = pattern.fullmatch(line)
            at = _time(match["time"]) if match else None
            if match is None or at is None:
                self.days[day].broken += 1
                self.days[day].lines += 1
                continue
            day = at.date()
            self.days[day].lines += 1
            method, target = asked(match["request"])
            if (target or "").partition("?")[0] == "/healthz" or match["agent"].startswith("UptimeMonitor/"):
                self.days[day].filtered += 1
                continue
            self._hit({"cookie": "-", **match.groupdict(), "source": source}, at, method, target)

    @property
    def hits(self) -> list[Hit]:
        """Every line that counts; bots are told by all lines of their day."""
        if not self._is_judged:
            self._judge()
        return self._hits

    def _judge(self) -> None:
        days: dict[date, list[Hit]] = defaultdict(list)
        for hit in self._hits:
            hit.evidence = None if hit.evidence in KINDS else hit.evidence
            days[hit.day].append(hit)
        for hits in days.values():
            people = [hit for hit in hits if not hit.is_bot]
            robots = robots_of_day((hit.visitor, hit) for hit in people if hit.visitor and not hit.member)
            for hit in people:
                hit.evidence = robots.get(hit.visitor)
        self._is_judged = True

    def _hit(self, match: dict[str, str], at: datetime, method: str | None, target: str | None) -> None:
        address, network = _place(match["address"])
        login = _login(match["cookie"])
        is_nobodys = login is not None and self.people.has_left_since(login, at)
        found = self.people.member(login, at) if login and not is_nobodys else None
        member = found["account_key"] if found else None
        exports = self.people.exports_of(at.date())
        partners = exports.content_partners
        status, agent = int(match["status"]), match["agent"]
        page = self._pages.page(target)
        content = page.content if page.content in partners else None
        self.days[at.date()].bots += is_bot(agent)
        is_answered = method == "GET" and (200 <= status < 300 or status == 304)
        self._is_judged = False
        self._hits.append(
            Hit(
                at=at,
                source=match["source"],
                path=(target or "").partition("?")[0],
                status=status,
                sent=None if match["sent"] == "-" else int(match["sent"]),
                evidence="user_agent" if is_bot(agent) else None,
                is_view=is_answered and page.is_page,
                is_file=is_answered and not page.is_page,
                visitor=None if is_nobodys else ("member", member) if member else (address, agent),
                person=None if is_nobodys else ("member", member) if member else (network,),
                member=member,
                employer=found["partner_id"] if found else None,
                content=content,
                partner=partners.get(content or ""),
                feature=page.feature,
                device=device_of(agent),
                kind=exports.content_types.get(content or "") or NOWHERE,
                browser=browser_of(agent),
                system=system_of(agent),
                member_type=found["member_type"] if found else NOWHERE,
                referrer=referrer_of(match["referrer"]),
            )
        )


@cache
def _place(logged: str) -> tuple[str, str]:
    """Return an address as it is written and the network that stands for a person: /24, /48."""
    address = ip_address(logged)
    address = getattr(address, "ipv4_mapped", None) or address
    return str(address), str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))


def _login(cookie: str) -> str | None:
    """Return the login that the cookie carries, if it is one."""
    pairs = [pair.strip().partition("=") for pair in cookie.split(";")]
    logins = {unquote(value) for name, _, value in pairs if name == "pc_member" and value}
    return logins.pop() if len(logins) == 1 else None


def _time(text: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z")
    except ValueError:
        return None
    return (moment.astimezone(UTC) + timedelta(hours=9)).replace(tzinfo=None)
