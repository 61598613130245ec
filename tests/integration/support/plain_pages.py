"""What a request asked for and where it came from, worked out slowly from its text and `routes.yml`.

Imports nothing of the project.
"""

import re
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

NOWHERE = "(none)"
OTHER = "other"
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


class Page(NamedTuple):
    """A target: whether it is a page, of which feature, and whose content it shows."""

    is_page: bool
    feature: str
    content: str | None


class PlainPages:
    """The routes of `policy`."""

    def __init__(self, policy: Path) -> None:
        """Read the routes."""
        routes = yaml.safe_load((policy / "routes.yml").read_text(encoding="utf-8"))
        self._rules = routes["routes"]
        self._pages: dict[str | None, Page] = {}
        self._assets = tuple(f".{extension}" for extension in routes["asset_extensions"])

    def page(self, target: str | None) -> Page:
        """Return what `target` is, by the first rule whose path matches."""
        if target not in self._pages:
            self._pages[target] = self._page(target)
        return self._pages[target]

    def _page(self, target: str | None) -> Page:
        if not target or not target.startswith("/"):
            return Page(False, OTHER, None)
        path, _, query = target.partition("?")
        if "%2f" not in path.lower():
            for rule in self._rules:
                if (found := _matches(rule["path"], unquote(path))) is not None:
                    content = _content(rule.get("content_from") or {}, found, query)
                    return Page(rule["is_page"], rule["feature"], content)
        return Page(not path.rpartition("/")[2].lower().endswith(self._assets), OTHER, None)


def asked(request: str) -> tuple[str | None, str | None]:
    """Return the method and the target of a request line as it was logged."""
    parts = unescaped(request).split(" ")
    if not parts[0].isascii() or not parts[0].isalpha():
        return None, None
    return parts[0], " ".join(parts[1:-1] if parts[-1].startswith("HTTP/") else parts[1:]) or None


@cache
def referrer_of(logged: str) -> str:
    """Return the host that a referrer names, `ip-address` for one that is an address, NOWHERE where it names none."""
    try:
        parts = urlsplit(unescaped(logged))
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        return NOWHERE
    if parts.scheme not in {"http", "https"} or not host:
        return NOWHERE
    try:
        ip_address(host)
    except ValueError:
        return host if HOST.fullmatch(host) else NOWHERE
    return "ip-address"


def unescaped(text: str) -> str:
    """Undo the server's hexadecimal escapes."""
    return re.sub(r"\\x([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), text)


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
