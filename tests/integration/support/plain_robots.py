"""Which visitors behave like robots on a day, worked out slowly from plain lines.

Imports nothing of the project. The limits are those of the policy's words: 20 page views within 60 seconds; 20 different pages
with fewer than one file for 5 page views; 10 page views and no file. The last two where half of a log's visitors fetch files.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import timedelta
from typing import Protocol

RATE, SECONDS, BREADTH, VIEWS_PER_FILE, NO_FILES = 20, timedelta(seconds=60), 20, 5, 10
KINDS = ("rate", "breadth", "no_files")


class Asked(Protocol):
    """What is looked at of a line."""

    at: object
    is_view: bool
    is_file: bool
    path: str | None
    source: str


def robots_of_day(lines: Iterable[tuple[Hashable, Asked]]) -> dict[Hashable, str]:
    """Return who of the visitors of a day behaves like a robot, and how; `lines` leave out known bots and members."""
    by_log: dict[str, dict[Hashable, list[Asked]]] = defaultdict(lambda: defaultdict(list))
    for visitor, line in lines:
        by_log[line.source][visitor].append(line)
    found: dict[Hashable, set[str]] = defaultdict(set)
    for visitors in by_log.values():
        looking = [theirs for theirs in visitors.values() if any(line.is_view for line in theirs)]
        tells = 2 * sum(any(line.is_file for line in theirs) for theirs in looking) >= len(looking)
        for visitor, theirs in visitors.items():
            kind = _kind(theirs, tells_of_files=tells)
            if kind:
                found[visitor].add(kind)
    return {visitor: min(kinds, key=KINDS.index) for visitor, kinds in found.items()}


def _kind(theirs: list[Asked], *, tells_of_files: bool) -> str | None:
    views = sorted((line for line in theirs if line.is_view), key=lambda line: line.at)
    files = sum(line.is_file for line in theirs)
    if any(last.at - first.at <= SECONDS for first, last in zip(views, views[RATE - 1 :], strict=False)):
        return "rate"
    if not tells_of_files:
        return None
    if len({line.path for line in views}) >= BREADTH and files * VIEWS_PER_FILE < len(views):
        return "breadth"
    return "no_files" if len(views) >= NO_FILES and not files else None
