"""Log lines that are JSON objects, with a map from canonical fields to the log's keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.errors import UsageError
from pipelines.weblogs.escapes import bytes_of
from pipelines.weblogs.reasons import Reason, UnreadableLineError

FIELDS = (
    "client_address",
    "forwarded_for",
    "remote_user",
    "time",
    "request",
    "method",
    "target",
    "protocol",
    "status",
    "bytes_sent",
    "referrer",
    "user_agent",
    "cookie",
    "host",
)
_USUAL_KEYS: dict[str, tuple[str, ...]] = {
    "client_address": ("client_address", "remote_addr", "client_ip", "remote_ip", "clientip"),
    "forwarded_for": ("forwarded_for", "http_x_forwarded_for", "x_forwarded_for", "xff"),
    "remote_user": ("remote_user", "user"),
    "time": ("time", "time_iso8601", "time_local", "timestamp", "@timestamp", "ts", "msec"),
    "request": ("request",),
    "method": ("method", "request_method"),
    "target": ("target", "request_uri", "uri"),
    "protocol": ("protocol", "server_protocol"),
    "status": ("status",),
    "bytes_sent": ("bytes_sent", "body_bytes_sent", "bytes", "size"),
    "referrer": ("referrer", "http_referer", "referer"),
    "user_agent": ("user_agent", "http_user_agent", "agent"),
    "cookie": ("cookie", "http_cookie"),
    "host": ("host", "http_host", "server_name"),
}
# Numbers keep the digits of the log: an integer of any length is no work to read, and a fraction loses nothing.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True)
class JsonFormat:
    """A compiled JSON format. For each of `fields`, `keys` names the keys it may stand under; the first present is used."""

    fields: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    time_pattern: str | None = None

    def capture_all(
        self, lines: Sequence[bytes]
    ) -> tuple[list[tuple[bytes | None, ...] | None], list[tuple[int, Reason]]]:
        """Return, line by line, the values (None for a line that cannot be read), and why for each of those."""
        rows: list[tuple[bytes | None, ...] | None] = []
        failures: list[tuple[int, Reason]] = []
        for at, line in enumerate(lines):
            try:
                rows.append(self._read(line))
            except UnreadableLineError as cause:
                rows.append(None)
                failures.append((at, cause.reason))
        return rows, failures

    def clean(self, value: bytes | None) -> bytes | None:
        """Return the value: a JSON parser has undone the escaping; an empty text says that there is none."""
        return value or None

    def split(self, raw: bytes) -> dict[str, bytes | None]:
        """Return the line's fields. Raises UnreadableLineError."""
        return dict(zip(self.fields, map(self.clean, self._read(raw)), strict=True))

    def _read(self, raw: bytes) -> tuple[bytes | None, ...]:
        text = raw.decode("utf-8", "surrogateescape").strip()
        if not text:
            raise UnreadableLineError(Reason.EMPTY)
        try:
            record = _DECODER.decode(text)
        except (ValueError, RecursionError):
            cut = text.startswith("{") and not text.endswith("}")
            raise UnreadableLineError(Reason.CUT_OFF if cut else Reason.JSON) from None
        if not isinstance(record, dict):
            raise UnreadableLineError(Reason.JSON)
        return tuple([_value(record, keys) for keys in self.keys])


def _value(record: dict[str, object], keys: tuple[str, ...]) -> bytes | None:
    for key in keys:
        value = record.get(key)
        if isinstance(value, str):
            return bytes_of(value)
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if value is not None:
            raise UnreadableLineError(Reason.VALUE)
    return None


def compile_json(field_map: Mapping[str, str] | None) -> JsonFormat:
    """Compile a JSON format: `field_map` leads from canonical field to key; None takes the usual keys. Raises UsageError."""
    if field_map is None:
        return JsonFormat(tuple(_USUAL_KEYS), tuple(_USUAL_KEYS.values()))
    unknown = [field for field in field_map if field not in FIELDS and not field.startswith("cookie:")]
    if unknown:
        raise UsageError(f"log format: unknown field {unknown[0]!r} in the field map; known are {', '.join(FIELDS)}")
    if "time" not in field_map:
        raise UsageError("log format: the field map gives no key for `time`")
    return JsonFormat(tuple(field_map), tuple((key,) for key in field_map.values()))
