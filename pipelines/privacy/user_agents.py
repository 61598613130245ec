"""User agents reduced to four short words: browser family, system family, kind of device, and whether it is a bot.

The header itself never goes further. Families come from a closed vocabulary (see `vocabulary.py`); whatever else the
parser captures out of the header becomes `Other`.
"""

import importlib
import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pyarrow as pa

from pipelines.errors import UsageError
from pipelines.privacy.vocabulary import family_vocabulary

OTHER = "Other"
LONGEST_READ_BYTES = 4096
"""Bytes of a header that are looked at; browsers send 100 to 300, and what lies beyond is not worth the time."""

SCHEMA = pa.schema(
    [
        pa.field("browser", pa.string(), nullable=False),
        pa.field("os", pa.string(), nullable=False),
        pa.field("device_class", pa.string(), nullable=False),
        pa.field("is_bot", pa.bool_(), nullable=False),
    ]
)

_LINUX_SYSTEMS = frozenset(
    ["Arch Linux", "BackTrack", "CentOS", "Debian", "Fedora", "Gentoo", "Kubuntu", "Linux", "Linux Mint", "Lubuntu"]
) | frozenset(["Mageia", "Mandriva", "PCLinuxOS", "Puppy", "Red Hat", "SUSE", "Slackware", "Ubuntu", "openSUSE"])
_OTHER_DESKTOPS = frozenset(["Chrome OS", "FreeBSD", "Mac OS", "Mac OS X", "SerenityOS", "Solaris", "Windows"])
_DESKTOP_SYSTEMS = _LINUX_SYSTEMS | _OTHER_DESKTOPS
_PHONE_SYSTEMS = frozenset(
    ["iOS", "Windows Phone", "Windows Mobile", "KaiOS", "BlackBerry OS", "Symbian OS", "Firefox OS"]
)
_TABLET = re.compile(r"iPad|Tablet(?! PC)|Kindle|Silk/|PlayBook")
_TELEVISION = re.compile(
    r"\bTV\b|(?i:smart-?tv|hbbtv|appletv|googletv|netcast|web0s)|\bBRAVIA|\bAFT[A-Z]{1,4}\b|CrKey|Roku"
)


class ReducedUserAgent(NamedTuple):
    """What is kept of a user agent; `device_class` is desktop, mobile, tablet, bot or other."""

    browser: str
    os: str
    device_class: str
    is_bot: bool


NO_USER_AGENT = ReducedUserAgent(OTHER, OTHER, "other", False)
"""A line without a user agent: nothing is known, and that alone makes nobody a bot."""


class UserAgentReducer:
    """The native parser of ua-parser and the patterns of crawler-user-agents, both compiled once (about 0.1 s)."""

    def __init__(self) -> None:
        """Compile. Raises UsageError when the native accelerator is missing: without it a night takes far longer."""
        try:
            native = importlib.import_module("ua_parser_rs")
            resolver = importlib.import_module("ua_parser.regex").Resolver
        except ImportError as cause:
            raise UsageError("the native user-agent parser is missing: install the package ua-parser-rs") from cause
        browsers, systems, devices = importlib.import_module("ua_parser").load_lazy_builtins()
        parsed = resolver((browsers, systems, devices))
        self._browser, self._system, self._device = parsed.ua.extract, parsed.os.extract, parsed.de.extract
        self.browsers = family_vocabulary(browsers) | {OTHER}
        self.systems = family_vocabulary(systems) | {OTHER}
        # The extractor is a regex set with a prefilter: 1,500 crawler patterns cost 4 us a header, Python's re 500.
        rules = [(pattern, "bot", None, None, None, None) for pattern in _crawler_patterns()]
        self._crawler = native.UserAgentExtractor(rules).extract

    def reduce(self, header: bytes | None) -> ReducedUserAgent:
        """Reduce one header, its escaping undone; None, `-` and the empty header give NO_USER_AGENT."""
        if not header or header == b"-":
            return NO_USER_AGENT
        text = header[:LONGEST_READ_BYTES].decode("utf-8", "replace")
        browser, system, device = self._browser(text), self._system(text), self._device(text)
        browser_family = browser.family if browser and browser.family in self.browsers else OTHER
        system_family = system.family if system and system.family in self.systems else OTHER
        # ua-parser calls crawlers, feed readers and HTTP libraries a device named "Spider".
        is_bot = self._crawler(text) is not None or (device is not None and device.family == "Spider")
        device_class = "bot" if is_bot else _device_class(text, system_family)
        return ReducedUserAgent(browser_family, system_family, device_class, is_bot)

    def reduce_all(self, headers: Sequence[bytes | None]) -> pa.Table:
        """Return a table of SCHEMA with one row for each of `headers`, in order; meant for distinct values."""
        rows = [self.reduce(header) for header in headers]
        columns = zip(*rows, strict=True) if rows else ((),) * len(SCHEMA)
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


@cache
def user_agent_reducer() -> UserAgentReducer:
    """Return the process's one reducer, compiled at the first call."""
    return UserAgentReducer()


def reduce_user_agents(headers: Sequence[bytes | None]) -> pa.Table:
    """Return `browser, os, device_class, is_bot` for each of the distinct `headers`, in order."""
    return user_agent_reducer().reduce_all(headers)


def _crawler_patterns() -> list[str]:
    """Read the patterns of the crawler-user-agents package."""
    text = files("crawleruseragents").joinpath("crawler-user-agents.json").read_text("utf-8")
    return [crawler["pattern"] for crawler in json.loads(text)]


def _device_class(text: str, system: str) -> str:
    """Tell the kind of device of somebody who is no bot.

    `Mobi` marks a phone in every current engine (MDN, "Browser detection using the user agent"), and Android without
    it is a tablet. An iPad that asks for the desktop site says it is a Mac, and counts as one.
    """
    if _TELEVISION.search(text):
        return "other"
    if _TABLET.search(text):
        return "tablet"
    if "Mobi" in text or system in _PHONE_SYSTEMS:
        return "mobile"
    if system == "Android":
        return "tablet"
    return "desktop" if system in _DESKTOP_SYSTEMS else "other"
