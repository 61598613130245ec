"""A request line's method, target and protocol."""

import re

# RFC 9110, 5.6.2: a method is a token. The target may hold spaces: what a client sent is not always three tokens.
_REQUEST = re.compile(rb"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?: +(\S[\s\S]*?))??(?: +(HTTP/\d(?:\.\d)?))?[ \t]*")


def split_request(line: bytes) -> tuple[str | None, bytes | None, str | None]:
    """Return method, target and protocol; all None where the line does not begin with a method (a TLS handshake, noise)."""
    found = _REQUEST.fullmatch(line)
    if found is None:
        return None, None, None
    method, target, protocol = found.groups()
    return method.decode("ascii"), target, protocol.decode("ascii") if protocol else None
