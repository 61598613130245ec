"""Referrers reduced to the host of a web address; path, query, port and user name of the referring page are dropped."""

import ipaddress
import re
import socket
from collections.abc import Sequence

import pyarrow as pa

IP_ADDRESS = "ip-address"
"""Stands for every host that is an address: which one could be somebody's own machine."""
LONGEST_HOST = 253
"""Characters of the longest host name, RFC 1035, section 2.3.4."""

_AUTHORITY = re.compile(rb"https?://([^/?#\\]+)", re.IGNORECASE)
_PORT = re.compile(r":[0-9]{0,5}\Z")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMERIC_LAST_LABEL = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


def reduce_referrer(referrer: bytes | None) -> str | None:
    """Return the host of an http or https `referrer`: lower case, A-labels, at most 253 characters.

    A host that is an IP address in any notation gives IP_ADDRESS; everything that is no web address, or whose host is
    no host name, gives None. Never raises.
    """
    match = _AUTHORITY.match(referrer) if referrer else None
    if match is None:
        return None
    host_and_port = match.group(1).rpartition(b"@")[2]
    if len(host_and_port) > 4 * LONGEST_HOST:
        return None
    text = host_and_port.decode("utf-8", "surrogateescape")
    if text.startswith("["):
        return _bracketed(text)
    return _named(_PORT.sub("", text).removesuffix("."))


def reduce_referrers(referrers: Sequence[bytes | None]) -> pa.Array:
    """Return the host of each of the distinct `referrers`, in order, as a nullable string array."""
    return pa.array([reduce_referrer(referrer) for referrer in referrers], pa.string())


def _bracketed(text: str) -> str | None:
    address, bracket, port = text[1:].partition("]")
    if not bracket or (port and not _PORT.fullmatch(port)):
        return None
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return None
    return IP_ADDRESS


def _named(text: str) -> str | None:
    host = _ascii(text)
    if host is None or len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        return None
    # A last label that is a number makes it an IPv4 address or nothing (WHATWG URL, "ends in a number checker").
    if not _NUMERIC_LAST_LABEL.fullmatch(host):
        return host
    try:
        socket.inet_aton(host)
    except OSError:
        return None
    return IP_ADDRESS


def _ascii(text: str) -> str | None:
    """Return `text` in lower case with its non-ASCII labels as A-labels (RFC 3490); None where that cannot be."""
    if text.isascii():
        return text.lower()
    try:
        return text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
