"""A format of literals and variables as one regular expression over bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.errors import UsageError
from pipelines.weblogs.escapes import UNESCAPED, Escaping
from pipelines.weblogs.reasons import Reason, UnreadableLineError
from pipelines.weblogs.templates import Part, Template, Variable

_QUOTED = rb'[^"\\]*+(?:\\[\s\S][^"\\]*+)*+'
_UNESCAPED_QUOTED = rb'[^"]*+'
_PATHS = {"target"}


@dataclass(frozen=True)
class TextFormat:
    """A compiled nginx or Apache format. `fields` are the canonical names in the order of the pattern's groups."""

    fields: tuple[str, ...]
    pattern: re.Pattern[bytes]
    pieces: tuple[tuple[bytes, re.Pattern[bytes] | None], ...]
    escaping: Escaping
    time_pattern: str | None

    def capture_all(
        self, lines: Sequence[bytes]
    ) -> tuple[list[tuple[bytes | None, ...] | None], list[tuple[int, Reason]]]:
        """Return, line by line, the values as written (None for a line that cannot be read), and why for each of those."""
        rows = [found.groups() if found else None for found in map(self.pattern.fullmatch, lines)]
        if None not in rows:
            return rows, []
        return rows, [(at, self._explain(lines[at])) for at, row in enumerate(rows) if row is None]

    def clean(self, value: bytes | None) -> bytes | None:
        """Return a value as the client sent it: escaping undone once, None where the server wrote that there is none."""
        return None if value is None or value == self.escaping.missing else self.escaping.undo(value)

    def split(self, raw: bytes) -> dict[str, bytes | None]:
        """Return the line's fields, escaping undone once. Raises UnreadableLineError."""
        found = self.pattern.fullmatch(raw)
        if found is None:
            raise UnreadableLineError(self._explain(raw))
        return dict(zip(self.fields, map(self.clean, found.groups()), strict=True))

    def _explain(self, raw: bytes) -> Reason:
        raw = raw.removesuffix(b"\r")
        if not raw:
            return Reason.EMPTY
        at = 0
        for literal, value in self.pieces:
            there = raw[at : at + len(literal)]
            if there != literal:
                return Reason.CUT_OFF if literal.startswith(there) or raw[at:] == b"\\" else Reason.SHAPE
            at += len(literal)
            found = value.match(raw, at) if value else None
            at = found.end() if found else at
        return Reason.SHAPE


def compile_template(template: Template, *, open_ended: bool = False) -> TextFormat:
    """Compile a template; `open_ended` lets a quoted forwarded-for and further quoted fields follow. Raises UsageError."""
    fields: list[str] = []
    pattern = b""
    pieces: list[tuple[bytes, re.Pattern[bytes] | None]] = []
    time_pattern = None
    literal = b""
    for at, part in enumerate(template.parts):
        if isinstance(part, str):
            literal = part.encode()
            continue
        value = _value_pattern(part, template.parts[at + 1 :], template.escaping)
        wanted = part.field is not None and part.field not in fields
        pattern += re.escape(literal) + (b"(%b)" if wanted else b"(?:%b)") % value
        pieces.append((literal, re.compile(value)))
        literal = b""
        if wanted and part.field:
            fields.append(part.field)
            time_pattern = part.time_pattern if part.field == "time" else time_pattern
    if "time" not in fields:
        raise UsageError("log format: no variable gives the time of the request")
    pattern += re.escape(literal)
    pieces.append((literal, None))
    if open_ended and "forwarded_for" not in fields:
        fields.append("forwarded_for")
        pattern += rb'(?: "(%b)"(?: "%b")*+)?+' % (_QUOTED, _QUOTED)
    return TextFormat(tuple(fields), re.compile(pattern + rb"\r?"), tuple(pieces), template.escaping, time_pattern)


def _value_pattern(variable: Variable, following: Sequence[Part], escaping: Escaping) -> bytes:
    """Return what may stand in the variable's place, which depends on what follows it. Raises UsageError."""
    if not following:
        return rb"[^\r]*+"
    after = following[0]
    if isinstance(after, str):
        return _up_to(variable, after, escaping)
    if after.field in _PATHS:
        return rb'[^/ "]*+'
    raise UsageError(f"log format: nothing between {variable.name} and {after.name} says where one ends")


def _up_to(variable: Variable, after: str, escaping: Escaping) -> bytes:
    """Return what may stand before the literal `after`; all possessive but a user name, so that time is linear in the line."""
    if after.startswith('"'):
        return _UNESCAPED_QUOTED if escaping is UNESCAPED else _QUOTED
    if variable.spaced and after.startswith(" ") and len(after) > 1:
        return rb'[^ "]++(?: [^ "]*+)*?'
    if variable.time_pattern and after.startswith(" "):
        return rb'[^ "]++(?: ++[^ "]++){%d}' % variable.time_pattern.count(" ")
    if variable.listed and after.startswith(" "):
        return rb'[^ "]*+(?:(?:(?<=,) | : )[^ "]*+)*+'
    if variable.field == "time" and after.startswith("]"):
        return rb"[^\[\]]*+"
    return rb"[^%b]*+" % re.escape(after[0].encode()[:1])
