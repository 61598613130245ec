"""Request targets reduced to what `policy/routes.yml` declares: route, feature, content, declared parameters.

Nothing of a path or a query goes further but words of the routes file and content ids of a safe shape.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import pyarrow as pa

from pipelines.policy.routes import OTHER, Route, Routes

CONTENT_ID = re.compile(rb"[A-Za-z0-9_-]{1,64}")
"""The shape of a content id; what looks different is not kept."""
MOST_PARAMETERS = 100
"""Query parameters looked at; those behind are dropped like undeclared ones."""

SCHEMA = pa.schema(
    [
        pa.field("route", pa.string(), nullable=False),
        pa.field("feature", pa.string(), nullable=False),
        pa.field("content_id", pa.string()),
        pa.field("route_parameters", pa.string()),
        pa.field("is_page", pa.bool_(), nullable=False),
    ]
)


class ReducedTarget(NamedTuple):
    """What is kept of a request target; `route_parameters` is `name=value&...`, sorted by name, or None."""

    route: str
    feature: str
    content_id: str | None
    route_parameters: str | None
    is_page: bool


NO_PAGE = ReducedTarget(OTHER, OTHER, None, None, False)
"""A target that names no path of this server: missing, `*`, a CONNECT authority, a whole address, garbage."""
OTHER_PAGE = NO_PAGE._replace(is_page=True)


@dataclass(frozen=True)
class _Rule:
    """A route ready to be applied: its declared parameters lead from (name, value) bytes to their canonical text."""

    route: Route
    parameters: dict[tuple[bytes, bytes], str]
    content_group: str | None
    content_parameter: bytes | None


class TargetReducer:
    """The routes compiled into one pattern, with the paths already seen remembered."""

    def __init__(self, routes: Routes) -> None:
        """Compile `routes`; the first rule whose path matches wins."""
        self._rules = {f"r{number}": _rule(number, route) for number, route in enumerate(routes.routes)}
        alternatives = [_path_pattern(name, rule) for name, rule in self._rules.items()]
        self._pattern = re.compile(b"|".join(alternatives) or rb"(?!)", re.DOTALL)
        extensions = b"|".join(re.escape(extension.encode()) for extension in sorted(routes.asset_extensions))
        self._asset = re.compile(rb"[^/]*\.(?:" + extensions + rb")", re.IGNORECASE | re.DOTALL)

    def reduce(self, target: bytes | None) -> ReducedTarget:
        """Reduce one `target` (path and query as the client sent them, the server's escaping undone). Never raises."""
        if not target or not target.startswith(b"/"):
            return NO_PAGE
        path, _, query = target.partition(b"#")[0].partition(b"?")
        rule, content = self._matched(path)
        if rule is None:
            return NO_PAGE if self._asset.fullmatch(path.rpartition(b"/")[2]) else OTHER_PAGE
        declared = rule.parameters or rule.content_parameter
        pairs = _decoded_pairs(query) if query and declared else []
        if rule.content_parameter is not None:
            content = next((value for name, value in pairs if name == rule.content_parameter), None)
        route = rule.route
        return ReducedTarget(route.name, route.feature, _safe(content), _parameters(rule, pairs), route.is_page)

    def reduce_all(self, targets: Sequence[bytes | None]) -> pa.Table:
        """Return a table of SCHEMA with one row for each of `targets`, in order; meant for distinct values."""
        rows = [self.reduce(target) for target in targets]
        columns = zip(*rows, strict=True) if rows else ((),) * len(SCHEMA)
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)

    def _matched(self, path: bytes) -> tuple[_Rule | None, bytes | None]:
        """Return the rule of `path` and the segment that is its content."""
        if b"%" in path:
            # An escaped slash is data, not a border between segments (RFC 3986, section 2.2): no route has one.
            if b"%2f" in path.lower():
                return None, None
            path = unquote_to_bytes(path)
        match = self._pattern.fullmatch(path)
        if match is None or match.lastgroup is None:
            return None, None
        rule = self._rules[match.lastgroup]
        return rule, match.group(rule.content_group) if rule.content_group else None


def reduce_targets(targets: Sequence[bytes | None], routes: Routes) -> pa.Table:
    """Return `route, feature, content_id, route_parameters, is_page` for each of the distinct `targets`, in order."""
    return TargetReducer(routes).reduce_all(targets)


def _rule(number: int, route: Route) -> _Rule:
    source = route.content_from
    segment, parameter = (source.segment, source.parameter) if source else (None, None)
    parameters = {
        (name.encode(), value.encode()): f"{name}={value}"
        for name, declared in route.parameters.items()
        for value in declared.values
    }
    return _Rule(route, parameters, f"c{number}" if segment else None, parameter.encode() if parameter else None)


def _path_pattern(name: str, rule: _Rule) -> bytes:
    """Return a rule's named alternative: `{x}` is one segment, a last `**` anything below; a last `/` is allowed."""
    route = rule.route
    content = route.content_from.segment if route.content_from else None
    exact = [segment for segment in route.segments if segment != "**"]
    below = rb"(?:/.*)?" if len(exact) < len(route.segments) else rb"/?"
    pattern = b"".join(b"/" + _segment_pattern(segment, content, rule.content_group) for segment in exact)
    return b"(?P<" + name.encode() + b">" + (pattern + below if route.segments else b"/") + b")"


def _segment_pattern(segment: str, content: str | None, group: str | None) -> bytes:
    if not (segment.startswith("{") and segment.endswith("}")):
        return re.escape(segment.encode())
    if group is not None and segment[1:-1] == content:
        return b"(?P<" + group.encode() + b">[^/]+)"
    return b"[^/]+"


def _decoded_pairs(query: bytes) -> list[tuple[bytes, bytes]]:
    """Return the first MOST_PARAMETERS `name=value` pairs of `query`, decoded once as forms are (WHATWG URL, 5.1)."""
    pairs = (pair.partition(b"=") for pair in query.split(b"&", MOST_PARAMETERS)[:MOST_PARAMETERS])
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" ")) if b"%" in text or b"+" in text else text


def _parameters(rule: _Rule, pairs: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the declared pairs in canonical form; of a repeated parameter the first declared value counts."""
    kept: dict[bytes, str] = {}
    for pair in pairs:
        canonical = rule.parameters.get(pair)
        if canonical is not None:
            kept.setdefault(pair[0], canonical)
    return "&".join(kept[name] for name in sorted(kept)) or None


def _safe(content: bytes | None) -> str | None:
    return content.decode("ascii") if content is not None and CONTENT_ID.fullmatch(content) else None
