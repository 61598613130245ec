"""The words a user-agent family may be: those ua-parser's patterns spell out, never what they capture freely."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._!+()/'-]{0,62}[A-Za-z0-9!+).])?")
_REGEX_SIGNS = frozenset("[](){}*+?.^$\\")


class FamilyMatcher(Protocol):
    """One pattern of ua-parser: its `regex`, and the family it gives, which may quote the first group as `$1`."""

    @property
    def regex(self) -> str:
        """The pattern."""
        ...

    @property
    def family(self) -> str:
        """The family, for instance `Chrome Mobile`, `$1` or `Firefox ($1)`."""
        ...


def family_vocabulary(matchers: Iterable[FamilyMatcher]) -> frozenset[str]:
    """Return every family that `matchers` can give without free text of the header.

    A family without `$` is such a word; `$1` stands for the alternatives of the pattern's first group that are spelled
    out (`(Chromium|Chrome)`), and for nothing where the group is free (`(.{0,200})`, `([A-z]+[Bb]ot)`).
    """
    return frozenset(family for matcher in matchers for family in _families(matcher) if _WORD.fullmatch(family))


def _families(matcher: FamilyMatcher) -> Iterator[str]:
    if "$" not in matcher.family:
        yield matcher.family
        return
    for word in _spelled_out(_first_group(matcher.regex)):
        family = matcher.family.replace("$1", word)
        if "$" not in family:
            yield family


def _first_group(regex: str) -> str:
    """Return the text between the parentheses of the first capturing group, empty if there is none."""
    depth_at_start, start, depth, in_class = 0, None, 0, False
    signs = re.finditer(r"\\.|[\[\]()]", regex)
    for sign in signs:
        match sign.group():
            case "[":
                in_class = True
            case "]":
                in_class = False
            case "(" if not in_class:
                if start is None and not regex.startswith("(?", sign.start()):
                    start, depth_at_start = sign.end(), depth
                depth += 1
            case ")" if not in_class:
                depth -= 1
                if start is not None and depth == depth_at_start:
                    return regex[start : sign.start()]
    return ""


def _spelled_out(group: str) -> Iterator[str]:
    """Yield the alternatives of `group` that are plain words; one that holds any regex sign is left out."""
    if "(" in group.replace("\\(", ""):
        group = re.sub(r"[^|]*\((?:[^()]|\([^()]*\))*\)[^|]*", "", group)
    for alternative in group.split("|"):
        word = re.sub(r"\\([^A-Za-z0-9])", "\x00\\1", alternative)
        plain = word.replace("\x00", "")
        if plain and not _has_regex_sign(word):
            yield plain


def _has_regex_sign(word: str) -> bool:
    unescaped = re.sub("\x00.", "", word)
    return any(sign in unescaped for sign in _REGEX_SIGNS)
