"""Log formats, given as the server's own format string and compiled once.

Canonical fields: client_address, forwarded_for, remote_user, time, request, method, target, protocol, status, bytes_sent,
referrer, user_agent, cookie, host, and `cookie:NAME` for one cookie's value. Any other variable is matched and dropped; where
two variables give the same field, the first one counts.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipelines.errors import UsageError
from pipelines.weblogs.json_format import compile_json
from pipelines.weblogs.presets import PRESETS
from pipelines.weblogs.reasons import Reason, UnreadableLineError
from pipelines.weblogs.templates import read_apache, read_nginx
from pipelines.weblogs.text_format import compile_template

__all__ = ["CompiledFormat", "Reason", "UnreadableLineError", "compile_format", "dialect_of"]


class CompiledFormat(Protocol):
    """What reading needs of a format."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Canonical names, in the order of the captured values."""
        ...

    @property
    def time_pattern(self) -> str | None:
        """The `strptime` pattern of the time, if the format gives one of its own."""
        ...

    def capture_all(
        self, lines: Sequence[bytes]
    ) -> tuple[list[tuple[bytes | None, ...] | None], list[tuple[int, Reason]]]:
        """Return the values of each line as written, None for an unreadable one, and its reason by index."""
        ...

    def clean(self, value: bytes | None) -> bytes | None:
        """Return a captured value with the server's escaping undone once; None where there is none."""
        ...

    def split(self, raw: bytes) -> dict[str, bytes | None]:
        """Return one line's fields, cleaned. Raises UnreadableLineError."""
        ...


def compile_format(text: str, dialect: str, *, field_map: Mapping[str, str] | None = None) -> CompiledFormat:
    """Compile a format of dialect nginx, apache, json (with a map from canonical field to key) or preset (its name).

    Raises UsageError for a format that cannot be compiled or gives no time.
    """
    if dialect == "preset":
        if text not in PRESETS:
            raise UsageError(f"log format: no preset {text!r}; there are {', '.join(PRESETS)}")
        preset = PRESETS[text]
        if preset.dialect == "json":
            return compile_json(field_map)
        return compile_template(read_apache(preset.text), open_ended=preset.open_ended)
    if dialect == "nginx":
        return compile_template(read_nginx(text))
    if dialect == "apache":
        return compile_template(read_apache(text))
    if dialect == "json":
        return compile_json(field_map)
    raise UsageError(f"log format: unknown dialect {dialect!r}; known are nginx, apache, json, preset")


def dialect_of(text: str) -> str:
    """Return the dialect of what a person typed: preset, nginx or apache. Raises UsageError if it is none of them."""
    if text in PRESETS:
        return "preset"
    if "$" in text:
        return "nginx"
    if "%" in text:
        return "apache"
    raise UsageError(f"log format: {text!r} is neither a preset ({', '.join(PRESETS)}) nor a format string")
