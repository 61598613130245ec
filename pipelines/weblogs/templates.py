"""Read an nginx `log_format` or an Apache `LogFormat` into literals and variables with canonical names."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.errors import UsageError
from pipelines.weblogs.escapes import ESCAPED_JSON, ESCAPED_TEXT, UNESCAPED, Escaping

_NGINX_FIELDS = {
    "remote_addr": "client_address",
    "http_x_forwarded_for": "forwarded_for",
    "proxy_add_x_forwarded_for": "forwarded_for",
    "remote_user": "remote_user",
    "time_local": "time",
    "time_iso8601": "time",
    "msec": "time",
    "request": "request",
    "request_method": "method",
    "request_uri": "target",
    "uri": "target",
    "server_protocol": "protocol",
    "status": "status",
    "body_bytes_sent": "bytes_sent",
    "bytes_sent": "bytes_sent",
    "http_referer": "referrer",
    "http_user_agent": "user_agent",
    "http_cookie": "cookie",
    "host": "host",
    "http_host": "host",
    "server_name": "host",
}
_APACHE_FIELDS = {
    "h": "client_address",
    "a": "client_address",
    "u": "remote_user",
    "r": "request",
    "m": "method",
    "U": "target",
    "H": "protocol",
    "s": "status",
    "b": "bytes_sent",
    "B": "bytes_sent",
    "O": "bytes_sent",
    "v": "host",
    "V": "host",
}
_APACHE_HEADERS = {
    "referer": "referrer",
    "user-agent": "user_agent",
    "cookie": "cookie",
    "x-forwarded-for": "forwarded_for",
    "host": "host",
}
_NGINX_DIRECTIVE = re.compile(
    r"\s*(?:log_format\s+\S+\s+)?(?:escape=(\w+)\s+)?(?:((?:'(?:[^'\\]|\\.)*'\s*)+);?|(.*?))\s*", re.DOTALL
)
_NGINX_PART = re.compile(r"\$\{(\w+)\}|\$(\w+)|([^$]+)")
_APACHE_DIRECTIVE = re.compile(r'\s*LogFormat\s+"((?:[^"\\]|\\.)*)"(?:\s+\S+)?\s*', re.IGNORECASE)
_APACHE_PART = re.compile(r"%(%)|%[<>!\d,]*(?:\{([^}]*)\})?(\^t[io]|[A-Za-z])|([^%]+)")
_STRFTIME_SHORT = {"%T": "%H:%M:%S", "%F": "%Y-%m-%d", "%R": "%H:%M", "%D": "%m/%d/%y", "%e": "%d", "%h": "%b"}


@dataclass(frozen=True)
class Variable:
    """A place in a format: the canonical field it fills (None: matched and dropped) and what may stand there."""

    field: str | None
    name: str
    spaced: bool = False
    listed: bool = False
    time_pattern: str | None = None


Part = str | Variable


@dataclass(frozen=True)
class Template:
    """A format as literals and variables in order, and the escaping of its values."""

    parts: tuple[Part, ...]
    escaping: Escaping


def read_nginx(text: str) -> Template:
    """Read an nginx format, bare or as the whole `log_format` directive with `escape=`. Raises UsageError."""
    found = _NGINX_DIRECTIVE.fullmatch(text)
    if found is None:
        raise UsageError("log format: not an nginx log_format")
    escape, quoted, bare = found.groups()
    escapings = {None: ESCAPED_TEXT, "default": ESCAPED_TEXT, "json": ESCAPED_JSON, "none": UNESCAPED}
    if escape not in escapings:
        raise UsageError("log format: escape= must be default, json or none")
    body = "".join(re.findall(r"'((?:[^'\\]|\\.)*)'", quoted)) if quoted else bare
    body = re.sub(r"\$uri\$is_args\$args", "$request_uri", body)
    parts: list[Part] = []
    at = 0
    for part in _NGINX_PART.finditer(body):
        if part.start() != at:
            break
        at = part.end()
        parts.append(part[3] or _nginx_variable(part[1] or part[2]))
    if at != len(body):
        raise UsageError("log format: a `$` without a variable's name")
    return Template(tuple(parts), escapings[escape])


def _nginx_variable(name: str) -> Variable:
    if name.startswith("cookie_"):
        return Variable(f"cookie:{name.removeprefix('cookie_')}", name)
    field = _NGINX_FIELDS.get(name)
    listed = field == "forwarded_for" or name.startswith("upstream_")
    return Variable(field, name, spaced=field == "remote_user", listed=listed)


def read_apache(text: str) -> Template:
    r"""Read an Apache format, bare (with `"` or `\"`) or as the whole `LogFormat` directive. Raises UsageError."""
    directive = _APACHE_DIRECTIVE.fullmatch(text)
    body = re.sub(r'\\(["\\])', r"\1", directive[1] if directive else text).replace("\\t", "\t")
    body = body.replace("%U%q", "%U")
    parts: list[Part] = []
    at = 0
    for part in _APACHE_PART.finditer(body):
        if part.start() != at:
            break
        at = part.end()
        percent, argument, letter, literal = part.groups()
        if letter == "t" and not argument:
            parts += ["[", Variable("time", "%t"), "]"]
        else:
            parts.append("%" if percent else literal or _apache_variable(letter, argument))
    if at != len(body):
        raise UsageError("log format: a `%` without a directive's letter")
    if sum(isinstance(part, Variable) and part.time_pattern is not None for part in parts) > 1:
        raise UsageError("log format: the time is written in several parts; write it as one")
    return Template(_joined_literals(parts), ESCAPED_TEXT)


def _apache_variable(letter: str, argument: str | None) -> Variable:
    name = f"%{{{argument}}}{letter}" if argument else f"%{letter}"
    if letter == "C" and argument:
        return Variable(f"cookie:{argument}", name)
    if letter == "i" and argument:
        field = _APACHE_HEADERS.get(argument.lower())
        return Variable(field, name, listed=field == "forwarded_for")
    if letter == "t" and argument:
        return _apache_time(name, argument)
    field = _APACHE_FIELDS.get(letter)
    return Variable(field, name, spaced=field == "remote_user")


def _apache_time(name: str, argument: str) -> Variable:
    argument = re.sub(r"^(begin|end):", "", argument)
    if argument in {"sec", "msec", "usec"}:
        return Variable("time", name)
    if argument in {"msec_frac", "usec_frac"}:
        return Variable(None, name)
    pattern = re.sub(r"%[TFRDeh]", lambda short: _STRFTIME_SHORT[short[0]], argument)
    try:
        datetime.strptime(datetime(2015, 5, 17, tzinfo=UTC).strftime(pattern), pattern)  # noqa: DTZ007  only tried out
    except ValueError as cause:
        raise UsageError(f"log format: the time format {name} cannot be read back") from cause
    return Variable("time", name, time_pattern=pattern)


def _joined_literals(parts: list[Part]) -> tuple[Part, ...]:
    joined: list[Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)
