"""How lines were read, as the ledger keeps it: enough to read them again from the vault, years of settings later."""

from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.policy.sources import Source
from pipelines.weblogs.filters import LineFilter
from pipelines.weblogs.formats import compile_format
from pipelines.weblogs.presets import PRESETS
from pipelines.weblogs.reading import Reading


def record_of(source: Source, max_line_bytes: int) -> dict[str, Any]:
    """Return the JSON-ready record of how lines of `source` are read."""
    return {
        "dialect": source.dialect,
        "format": source.format or source.preset or "",
        "field_map": dict(source.field_map) if source.field_map else None,
        "time_zone": source.time_zone,
        "trusted_proxies": list(source.trusted_proxies),
        "member_cookie": source.member_cookie,
        "filters": [rule.model_dump(exclude_none=True) for rule in source.filters],
        "max_line_bytes": max_line_bytes,
    }


def record_of_format(text: str, max_line_bytes: int, source: Source | None = None) -> dict[str, Any]:
    """Return the record of files in the format `text` (a preset's name, an nginx `log_format` or an Apache `LogFormat`).

    Of `source`, when it is declared, everything but the format holds; otherwise no proxy is trusted, no cookie read.
    """
    dialect = "preset" if text in PRESETS else ("nginx" if "$" in text else "apache")
    undeclared: dict[str, Any] = {
        "time_zone": "Asia/Seoul",
        "trusted_proxies": [],
        "member_cookie": None,
        "filters": [],
    }
    rest = record_of(source, max_line_bytes) if source else {**undeclared, "max_line_bytes": max_line_bytes}
    return {**rest, "dialect": dialect, "format": text, "field_map": None}


def reading_of(record: dict[str, Any]) -> Reading:
    """Return how to read the lines that `record` speaks of. Raises UsageError for a format that cannot be compiled."""
    return Reading(
        format=compile_format(record["format"], record["dialect"], field_map=record["field_map"]),
        time_zone=ZoneInfo(record["time_zone"]),
        trusted_proxies=tuple(ip_network(network) for network in record["trusted_proxies"]),
        member_cookie=record["member_cookie"],
        filters=tuple(_filter(rule) for rule in record["filters"]),
    )


def _filter(rule: dict[str, str]) -> LineFilter:
    encoded = {name: rule[name].encode() for name in ("path", "path_prefix", "user_agent_prefix") if name in rule}
    return LineFilter(name=rule["name"], method=rule.get("method"), **encoded)
