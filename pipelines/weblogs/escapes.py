r"""Undo, once, the escaping a server applied when it wrote a value into its log.

nginx writes a quote, a backslash and every byte outside 0x20-0x7E as `\xHH` (ngx_http_log_module, `escape=default`). Apache
writes `\"`, `\\`, `\b \n \r \t \v` and `\xhh` (ap_escape_logitem). The two never contradict each other, so one function
undoes both. Undone once means: what a client sent as the four characters `\x22` is logged as `\x5Cx22` and comes back as sent.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

_ESCAPE = re.compile(rb'\\(?:x([0-9A-Fa-f]{2})|([bnrtv"\\]))')
_LETTERS = {b"b": b"\b", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v", b'"': b'"', b"\\": b"\\"}


def _unescape_one(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes((int(found[1], 16),))
    return _LETTERS[found[2]]


def unescape_text(value: bytes) -> bytes:
    """Undo nginx's default and Apache's escaping once; a backslash that begins no known escape stays as it is."""
    return _ESCAPE.sub(_unescape_one, value) if b"\\" in value else value


def bytes_of(text: str) -> bytes:
    """Return the bytes of a text decoded as UTF-8 with `surrogateescape`; a lone surrogate a client wrote stays three bytes."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return b"".join(_bytes_of_character(character) for character in text)


def _bytes_of_character(character: str) -> bytes:
    handler = "surrogateescape" if "\udc80" <= character <= "\udcff" else "surrogatepass"
    return character.encode("utf-8", handler)


def unescape_json(value: bytes) -> bytes:
    """Undo JSON string escaping once (nginx `escape=json`); bytes that are not UTF-8 pass through; a wrong escape stays."""
    if b"\\" not in value:
        return value
    try:
        return bytes_of(json.loads('"' + value.decode("utf-8", "surrogateescape") + '"', strict=False))
    except ValueError:
        return value


def _as_written(value: bytes) -> bytes:
    return value


@dataclass(frozen=True)
class Escaping:
    """How a server writes values: what stands where there is none, and what undoes the escaping of one value, once."""

    missing: bytes
    undo: Callable[[bytes], bytes]


ESCAPED_TEXT = Escaping(b"-", unescape_text)
ESCAPED_JSON = Escaping(b"", unescape_json)
UNESCAPED = Escaping(b"", _as_written)
