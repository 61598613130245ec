"""The real Apache log as a service with partners: its sections are partners, what lies below them their contents."""

import gzip
import json
import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from support.figures import Deliveries
from support.plain_lines import PlainHouse

SECTIONS = {"tags": "/blog/tags", "presentations": "/presentations", "projects": "/projects", "articles": "/articles"}
"""Partners, each with the path its contents lie below."""
TYPES = {"projects": "software"}
COMBINED = re.compile(
    r'(?P<address>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<sent>\d+|-) '
    r'"(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"'
)


def policy_with_sections(policy: Path, folder: Path) -> Path:
    """Copy the policy; the routes of the copy begin with the sections: a page of a content, and whatever lies below a project."""
    copy = folder / "policy"
    shutil.copytree(policy, copy)
    rules = [_rule(name, f"{path}/{{content_id}}") for name, path in SECTIONS.items()]
    rules.append(_rule("below", "/projects/{content_id}/**"))
    routes = copy / "routes.yml"
    text = routes.read_text(encoding="utf-8")
    assert text.count("\nroutes:\n") == 1
    routes.write_text(text.replace("\nroutes:\n", "\nroutes:\n" + "".join(rules)), encoding="utf-8")
    return copy


def _rule(name: str, path: str) -> str:
    return (
        f'  - {{name: section_{name}, path: "{path}", feature: {name}, is_page: true, '
        "content_from: {segment: content_id}}\n"
    )


def contents_in(log: Path) -> list[dict[str, str]]:
    """Return a row of the registry for each content that the log names, of the partner whose section it lies in."""
    paths = re.findall(r'"GET ([^ ?"]+)', gzip.decompress(log.read_bytes()).decode("latin-1"))
    found: dict[str, str] = {}
    for partner, section in SECTIONS.items():
        pattern = re.compile(re.escape(section) + r"/([A-Za-z0-9_-]{1,64})(?:/.*)?")
        for match in filter(None, map(pattern.fullmatch, paths)):
            found.setdefault(match[1], partner)
    return [
        {"content_id": content, "partner_id": partner, "content_type": TYPES.get(partner, "text")}
        for content, partner in sorted(found.items())
    ]


def deliver_registry(landing: Path, contents: list[dict[str, str]]) -> None:
    """Write full exports of partners and contents."""
    folder = landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    partners = "".join(f"{name},{name},agency\n" for name in SECTIONS)
    (folder / "partners.csv").write_text(f"partner_id,name,type\n{partners}", encoding="utf-8")
    (folder / "contents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in contents), encoding="utf-8")


class _Contents(NamedTuple):
    """What the exports say of contents."""

    content_partners: dict[str, str]
    content_types: dict[str, str]


class _Nobody:
    """People without a member among them."""

    def __init__(self, contents: list[dict[str, str]]) -> None:
        self._contents = _Contents(
            {row["content_id"]: row["partner_id"] for row in contents},
            {row["content_id"]: row["content_type"] for row in contents},
        )

    def exports_of(self, _: date) -> _Contents:
        """Return the same on every day."""
        return self._contents

    def has_left_since(self, _login: str, _at: datetime) -> bool:
        """Say that nobody has."""
        return False

    member: Callable[..., None] = staticmethod(lambda _login, _at: None)


def plainly_read_apache(log: Path, policy: Path, contents: list[dict[str, str]]) -> Deliveries:
    """Read the log slowly."""
    house = PlainHouse(_Nobody(contents), policy)  # type: ignore[arg-type]
    lines = gzip.decompress(log.read_bytes()).decode("latin-1").split("\n")[:-1]
    house.read_lines(lines, date(2015, 5, 17), pattern=COMBINED, source="web")
    return Deliveries(house, [])
