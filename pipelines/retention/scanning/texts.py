"""What lines hide: strings with escapes, Base64, hexadecimal digits, UTF-16, and rows of delimited text."""

import base64
import binascii
import codecs
import csv
import io
import json
import re
from collections.abc import Iterator

import numpy as np

from pipelines.retention.scanning.layers import Form
from pipelines.retention.scanning.rows import row_text

SHORTEST_RUN = 32
"""Characters from which on a run of Base64 or hexadecimal digits is decoded: 24 or 16 bytes, a short line."""

Derived = tuple[str, Form, list[bytes]]
"""How, what form, and the pieces."""

_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_ALPHABET = bytes(byte in _DIGITS for byte in range(256))
_FULL = np.uint64(0x0101010101010101)
_HEX = re.compile(rb"(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+")
# What a part took it never gives back: that would end at no quote either, and cost a night a second.
_ESCAPED = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)++"')
_HEADER = re.compile(rb'"?[A-Za-z_][\w .-]*"?(?:([,;\t|])"?[A-Za-z_][\w .-]*"?)+')
# What a line begins with that is a whole sealed file of its own (access records are kept so), not a piece of a folded one.
_SEALED_LINE = base64.b64encode(b"age-encryption.org")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


class Texts:
    """Derives from one layer, block after block, in order; a new one for each layer."""

    def __init__(self) -> None:
        """Begin before the first block."""
        self._has_begun = False
        self._utf16: codecs.IncrementalDecoder | None = None
        self._carried = ""
        self._delimiter: str | None = None
        self._columns: list[str] = []

    def derived(self, block: bytes) -> Iterator[Derived]:
        """Yield what is to be read out of `block`."""
        if not self._has_begun:
            self._has_begun = True
            self._look(block)
        if self._utf16:
            yield "utf-16", Form.CONTENT, [self._decoded(block)]
        if b"\\" in block and (found := _unescaped(block)):
            yield "strings", Form.VALUES, [found]
        for how, content in _encoded(block):
            yield how, Form.CONTENT, [content]
        if self._delimiter:
            yield from self._rows(block)

    def end(self) -> Iterator[Derived]:
        """Yield what the last block left."""
        if self._carried:
            yield "utf-16", Form.CONTENT, [self._carried.encode(errors="surrogatepass")]

    def _look(self, block: bytes) -> None:
        if (encoding := _utf16(block[:4096])) is not None:
            self._utf16 = codecs.getincrementaldecoder(encoding)(errors="replace")
        first = block[:65_536].partition(b"\n")[0].rstrip(b"\r").removeprefix(codecs.BOM_UTF8)
        if match := _HEADER.fullmatch(first):
            self._delimiter = match[1].decode()
            self._columns = next(csv.reader([first.decode(errors="replace")], delimiter=self._delimiter))

    def _decoded(self, block: bytes) -> bytes:
        assert self._utf16 is not None  # noqa: S101 -- asked only when there is one
        text = self._carried + self._utf16.decode(block)
        cut = text.rfind("\n") + 1
        self._carried = text[cut:]
        return text[:cut].encode(errors="surrogatepass")

    def _rows(self, block: bytes) -> Iterator[Derived]:
        lines = io.StringIO(block.decode(errors="surrogateescape"), newline="")
        rows, values = [], set[str]()
        reader = csv.reader(lines, delimiter=self._delimiter or ",")
        try:
            for row in reader:
                rows.append(row_text(self._columns, row))
                values.update(row)
        except csv.Error:
            pass  # no table after all: its lines were looked at as lines
        yield "rows", Form.ROWS, rows
        yield "fields", Form.VALUES, ["\n".join(values).encode(errors="surrogateescape")]


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    if len(head) >= 16:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
            if zeros.count(0) > len(zeros) // 2 and head.count(0) < len(head) * 3 // 4:
                return encoding
    return None


def _unescaped(block: bytes) -> bytes:
    found = []
    for match in _ESCAPED.finditer(block):
        try:
            found.append(json.loads(match[0].decode(errors="surrogateescape"), strict=False))
        except ValueError:
            continue
    return "\n".join(found).encode(errors="surrogatepass") if found else b""


def _encoded(block: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what long runs of Base64 or hexadecimal digits hold, when it is text or a packed or sealed file."""
    for run in _runs(block):
        joined = run.replace(b"\r", b"").replace(b"\n", b"")
        if _HEX.fullmatch(joined):
            if _is_telling(content := binascii.unhexlify(joined)):
                yield "hex", content
            continue
        digits = joined.translate(_URL_SAFE)
        # What stands before it may be of the alphabet too (a path): it may begin at any of four places.
        opened = next(filter(_is_telling, (_base64(digits[start:]) for start in range(4))), None)
        if opened is not None:
            yield "base64", opened


def _base64(digits: bytes) -> bytes:
    whole = len(digits) // 4 * 4
    rest = digits[whole:]
    return base64.b64decode(digits[:whole] + (rest + b"=" * (4 - len(rest)) if len(rest) >= 2 else b""))


def _runs(block: bytes) -> Iterator[bytes]:
    """Yield the long runs; lines that are nothing but a run, and follow one another, are one, but for sealed ones."""
    start = end = -1
    for first, last in _spans(block):
        is_next = end >= 0 and block[end:first] in (b"\n", b"\r\n") and not block.startswith(_SEALED_LINE, first)
        if is_next and (start == 0 or block[start - 1 : start] == b"\n"):
            end = last
            continue
        if end >= 0:
            yield _with_tail(block, start, end)
        start, end = first, last
    if end >= 0:
        yield _with_tail(block, start, end)


def _spans(block: bytes) -> Iterator[tuple[int, int]]:
    """Yield where long runs begin and end: each has three neighbouring words of eight bytes that are all of the alphabet."""
    mask = block.translate(_ALPHABET)
    full = np.frombuffer(mask, np.uint64, len(mask) // 8) == _FULL
    end = 0
    for word in np.flatnonzero(full[:-2] & full[1:-1] & full[2:]).tolist():
        if word * 8 >= end:
            first, end = mask.rfind(b"\0", 0, word * 8) + 1, mask.find(b"\0", word * 8)
            end = len(mask) if end < 0 else end
            if end - first >= SHORTEST_RUN:
                yield first, end


def _with_tail(block: bytes, start: int, end: int) -> bytes:
    """Return the run, with the short last line of a folded one."""
    if b"\n" in block[start:end] and block[end : end + 1] in (b"\n", b"\r"):
        begin = end + (2 if block[end : end + 2] == b"\r\n" else 1)
        tail = re.match(rb"[A-Za-z0-9+/_-]*(?==*\r?(?:\n|\Z))", block[begin : begin + SHORTEST_RUN + 4])
        return block[start:end] + (tail[0] if tail else b"")
    return block[start:end]


_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_MAGICS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"age-encryption.org/", b"PAR1", b"SQLite format 3\0", b"x\x9c")


def _is_telling(content: bytes) -> bool:
    """Whether decoding made sense: it begins as a file that is opened, or most of it is text (also UTF-16, or Korean)."""
    if content.startswith(_MAGICS):
        return True
    head = content[:512]
    return len(head.translate(None, _PRINTABLE)) * 4 <= len(head) * 3 and _is_text(head)


def _is_text(head: bytes) -> bool:
    if _utf16(head):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return len(head.translate(None, _PRINTABLE)) * 4 <= len(head)
    return True
