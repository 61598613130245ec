"""Whom the rules on behaviour take for robots in a log, and what else speaks for it. Run: python bench/robots.py LOG."""

import argparse
import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from pipelines.policy import load_policy, load_routes
from pipelines.privacy.targets import TargetReducer
from pipelines.privacy.user_agents import user_agent_reducer
from pipelines.steps.events import DAY_TEXT, day_variables
from pipelines.warehouse.templates import render_sql

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(
    r'(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d{3}) (?:\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"'
)
NAMES_ITSELF = re.compile(r"(?i)bot|crawl|spider|feed|fetch|ezooms|https?://|@")
NULLS = (
    "member_pseudonym", "member_partner_id", "member_type", "person_pseudonym", "client_address_pseudonym", "route", "feature",
    "route_parameters", "content_id", "content_type", "partner_id", "referrer_host", "browser", "os", "device_class",
)  # fmt: skip

COLUMNS = (
    "visitor-days", "requests", "page views", "asked for robots.txt", "never with a referrer", "names itself"
)  # fmt: skip


class Visitor(NamedTuple):
    """An address and user agent on a day."""

    day: date
    address: str
    agent: str


class Asked(NamedTuple):
    """A line: what the rules look at, and the path and referrer beside it."""

    visitor: Visitor
    path: str
    referrer: str
    row: dict[str, Any]


def asked_in(log: Path) -> Iterator[Asked]:
    """Yield the readable lines of a log in combined format."""
    targets, agents = TargetReducer(load_routes(ROOT / "policy" / "routes.yml")), user_agent_reducer()
    text = gzip.decompress(log.read_bytes()) if log.suffix == ".gz" else log.read_bytes()
    for match in map(LINE.match, text.decode("latin-1").splitlines()):
        if match is None:
            continue
        address, time, method, target, status, referrer, agent = match.groups()
        at = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
        visitor = Visitor((at + timedelta(hours=9)).date(), address, agent)
        path, is_page = target.partition("?")[0], targets.reduce(target.encode("latin-1")).is_page
        is_answered = method == "GET" and (200 <= int(status) < 300 or status == "304")
        row = {
            "event_day": visitor.day, "occurred_at": at.replace(tzinfo=None), "source": "log", "visitor_pseudonym": str(visitor),
            "method": method, "status": int(status), "bytes_sent": 0, "is_page_view": is_answered and is_page,
            "is_bot": agents.reduce(agent.encode("latin-1")).is_bot, "page_hash": hash(path) if is_page else None,
        }  # fmt: skip
        yield Asked(visitor, path, referrer, row)


def robots_in(lines: list[Asked], *, by_behaviour_alone: bool) -> dict[str, str]:
    """Return how each robot was told, day by day; `by_behaviour_alone` forgets what user agents say."""
    policy = load_policy(ROOT / "policy", date(2026, 11, 22))
    text = render_sql(ROOT / "sql", DAY_TEXT, variables=day_variables(policy.robots))
    days: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        is_bot = line.row["is_bot"] and not by_behaviour_alone
        days[line.visitor.day].append({**line.row, "is_bot": is_bot, "bot_evidence": "user_agent" if is_bot else ""})
    found: dict[str, str] = {}
    for rows in days.values():
        table = pa.Table.from_pylist(rows)
        for name in NULLS:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
        with duckdb.connect() as connection:
            connection.register("read_rows", table)
            connection.execute(
                "CREATE VIEW day_events AS SELECT * REPLACE (nullif(bot_evidence, '') AS bot_evidence) FROM read_rows"
            )
            query = f"SELECT DISTINCT visitor_pseudonym, bot_evidence FROM ({text}) WHERE is_bot"  # noqa: S608 -- own text
            found |= dict(connection.execute(query).fetchall())
    return found


def main() -> None:
    """Print a row for each kind of evidence and for people, then how many known bots the rules find by themselves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    lines = list(asked_in(parser.parse_args().log))
    by_visitor: dict[Visitor, list[Asked]] = defaultdict(list)
    for line in lines:
        by_visitor[line.visitor].append(line)
    found = robots_in(lines, by_behaviour_alone=False)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for visitor, theirs in by_visitor.items():
        counts[found.get(str(visitor), "(people)")] += Counter(
            {
                "visitor-days": 1,
                "requests": len(theirs),
                "page views": sum(line.row["is_page_view"] for line in theirs),
                "asked for robots.txt": any(line.path == "/robots.txt" for line in theirs),
                "never with a referrer": all(line.referrer == "-" for line in theirs),
                "names itself": bool(NAMES_ITSELF.search(visitor.agent)),
            }
        )
    print(f"| evidence | {' | '.join(COLUMNS)} |")
    for evidence, each in sorted(counts.items()):
        print(f"| {evidence} | {' | '.join(str(each[column]) for column in COLUMNS)} |")
    alone = robots_in(lines, by_behaviour_alone=True)
    known = {visitor: theirs for visitor, theirs in by_visitor.items() if theirs[0].row["is_bot"]}
    busy = [visitor for visitor, theirs in known.items() if sum(line.row["is_page_view"] for line in theirs) >= 10]
    print(
        f"Told by behaviour alone: {len(alone)} visitor-days, {sum(str(one) in alone for one in known)} of them known bots; "
        f"of {len(busy)} known bots with 10 page views or more on a day, {sum(str(one) in alone for one in busy)}."
    )


if __name__ == "__main__":
    main()
