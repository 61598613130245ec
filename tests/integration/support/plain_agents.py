"""What a user agent is, worked out slowly: a bot or not, and on which kind of device.

Imports nothing of the project. Whether it is a bot is decided with the same two public lists, read by other code; the kind of
device by the words of the header alone.
"""

import json
import re
from functools import cache
from importlib.resources import files

import ua_parser

TELEVISIONS = ("SmartTV", "SMART-TV", "HbbTV", "AppleTV", "GoogleTV", "NetCast", "Web0S", "BRAVIA", "CrKey", "Roku")
DESKS = ("windows", "macintosh", "x11", "cros ", "linux", "x86_64")
TABLETS = ("iPad", "Silk/", "Kindle")
TELEPHONES = ("Mobi", "iPhone", "Darwin")
"""Apps of Apple's say Darwin and no more, those on a desk its processor too."""
CAPTURED = {"CFNetwork": ("Safari",), "NetBSD": ("Firefox", "ELinks"), "OpenBSD": ("Konqueror",)}
"""Words beside which a name was taken out of the header, with the names that the list knows of its own."""


@cache
def _crawlers() -> list[re.Pattern[str]]:
    text = files("crawleruseragents").joinpath("crawler-user-agents.json").read_text("utf-8")
    return [re.compile(crawler["pattern"]) for crawler in json.loads(text)]


@cache
def is_bot(agent: str) -> bool:
    """Say whether a crawler, a feed reader or a tool asked."""
    device = ua_parser.parse_device(agent)
    return agent != "-" and (
        any(pattern.search(agent) for pattern in _crawlers()) or (device is not None and device.family == "Spider")
    )


@cache
def device_of(agent: str) -> str:
    """Return desktop, mobile, tablet, bot or other: Android without `Mobile` is a tablet, an iPad too."""
    if is_bot(agent):
        return "bot"
    if any(word in agent for word in TELEVISIONS):
        return "other"
    if any(word in agent for word in TABLETS) or "Tablet" in agent.replace("Tablet PC", ""):
        return "tablet"
    if any(word in agent for word in TELEPHONES) and "x86_64" not in agent:
        return "mobile"
    if "Android" in agent:
        return "tablet"
    # The public list knows no NetBSD: nothing says what its X11 stands on.
    return "desktop" if any(word in agent.lower() for word in DESKS) and "NetBSD" not in agent else "other"


@cache
def browser_of(agent: str) -> str:
    """Return the browser's family."""
    found = ua_parser.parse_user_agent(agent) if agent != "-" else None
    known = [names for word, names in CAPTURED.items() if word in agent]
    return found.family if found and all(found.family in names for names in known) else "Other"


@cache
def system_of(agent: str) -> str:
    """Return the operating system's family."""
    found = ua_parser.parse_os(agent) if agent != "-" else None
    return found.family if found and found.family not in CAPTURED else "Other"
