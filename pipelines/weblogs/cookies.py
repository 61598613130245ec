"""Cookie headers: every pair in order, and the one cookie that is read.

A header is split as a browser joins it (RFC 6265, 5.4): at `;`, then at the first `=`, spaces and tabs around both
removed, values opaque. Servers differ beyond that; what is chosen and why: docs/decisions/0037-where-cookie-parsers-differ.md.
"""

from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

_BLANK = b" \t"


class CookieState(StrEnum):
    """What a request's cookies say about who sent it."""

    NONE = "none"
    MEMBER = "member"
    CONFLICTING = "conflicting"
    OTHER_ONLY = "other_only"


class MemberCookie(NamedTuple):
    """The member cookie's reading: the login id if there is exactly one, and how much else was sent."""

    state: CookieState
    login: str | None
    others: int


def parse_cookie_header(value: bytes) -> list[tuple[bytes, bytes]]:
    """Return all name/value pairs in order; a part without `=` is a value without a name (RFC 6265bis, 5.8.3). Never raises."""
    pairs = []
    for part in value.split(b";"):
        if not (part := part.strip(_BLANK)):
            continue
        name, equals, content = part.partition(b"=")
        pairs.append((name.rstrip(_BLANK), content.lstrip(_BLANK)) if equals else (b"", part))
    return pairs


def login_of(value: bytes) -> str | None:
    """Return the login id a member cookie's value carries, or None if it cannot be one.

    One pair of double quotes is removed and percent-encoding undone once. Not UTF-8, or characters that cannot be printed: None.
    """
    if len(value) >= 2 and value.startswith(b'"') and value.endswith(b'"'):
        value = value[1:-1]
    try:
        text = (unquote_to_bytes(value) if b"%" in value else value).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None


def read_member_cookie(header: bytes | None, name: bytes | None) -> MemberCookie:
    """Read a Cookie header for the member cookie `name`; None: there is none, every name is another.

    `others` counts the distinct other names, and the member cookie itself where its content cannot be a login id: both are
    dropped and counted (the policy allows one cookie, with the member id and nothing else). An empty member cookie is one that
    was cleared. Two different contents: conflicting, and nobody is named.
    """
    if header is None or header == b"-":
        return MemberCookie(CookieState.NONE, None, 0)
    pairs = parse_cookie_header(header)
    contents = {content for found, content in pairs if found == name and content not in {b"", b'""'}}
    others = {found for found, _ in pairs if found != name}
    return _judge(contents, len(others))


def read_member_value(value: bytes | None) -> MemberCookie:
    """Read the member cookie's value where the log holds it alone (`$cookie_NAME`, `%{NAME}C`)."""
    return _judge({value} if value else set(), 0)


def _judge(contents: set[bytes], others: int) -> MemberCookie:
    logins = {login_of(content) for content in contents}
    others += None in logins
    if len(logins) > 1:
        return MemberCookie(CookieState.CONFLICTING, None, others)
    login = next(iter(logins), None)
    if login is not None:
        return MemberCookie(CookieState.MEMBER, login, others)
    return MemberCookie(CookieState.OTHER_ONLY if others else CookieState.NONE, None, others)
