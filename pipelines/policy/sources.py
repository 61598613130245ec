"""Log sources: where access logs come from, how their lines are written, and what of them is believed."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, StringConstraints, model_validator
from pydantic import Field as Constraint

from pipelines.errors import UsageError
from pipelines.policy.base import Name, Sentence, SourceName, StrictModel

CanonicalField = Literal[
    "client_address", "forwarded_for", "remote_user", "time", "request", "method", "target", "protocol", "status",
    "bytes_sent", "referrer", "user_agent", "cookie", "host",
]  # fmt: skip
"""Names a log's fields have inside the pipeline; the policy's dataset `access_logs` declares the same."""

CookieName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
"""A token of RFC 9110 section 5.6.2, as RFC 6265 section 4.1.1 asks of a cookie's name."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as cause:
        raise ValueError("no such time zone") from cause
    return name


def _network(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("expected an address range in CIDR form")
    return str(ip_network(text))


class Filter(StrictModel):
    """A rule that counts a line as filtered: every condition it names has to hold."""

    name: Name
    path: Annotated[str, StringConstraints(pattern="^/")] | None = None
    """The whole path of the target, without its query."""
    path_prefix: Annotated[str, StringConstraints(pattern="^/")] | None = None
    user_agent_prefix: Annotated[str, StringConstraints(min_length=1)] | None = None
    method: Annotated[str, StringConstraints(pattern="^[A-Z]+$")] | None = None

    @model_validator(mode="after")
    def _names_a_condition(self) -> Self:
        if not (self.path or self.path_prefix or self.user_agent_prefix or self.method):
            raise ValueError("a filter without a condition would filter every line")
        return self


class Source(StrictModel):
    """One delivery of logs: its dialect and format, and what is trusted and read of a line."""

    kind: Literal["real", "demo"]
    description: Sentence | None = None
    dataset: Literal["access_logs"] = "access_logs"
    dialect: Literal["nginx", "apache", "json", "preset"]
    format: Annotated[str, StringConstraints(min_length=1)] | None = None
    preset: Name | None = None
    field_map: Mapping[CanonicalField, str] | None = None
    """For `json`: from the canonical field name to the key in the log."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Seoul"
    """Used only where the log's own time carries no offset."""
    trusted_proxies: tuple[Annotated[str, BeforeValidator(_network)], ...] = ()
    """Networks in CIDR form whose word on the client's address is believed."""
    member_cookie: CookieName
    """The one cookie that is read; it carries the member's login id (clause cookie.only-id)."""
    remove_after_import: bool
    """Whether the landing copy goes once it is in the vault; unsaid: yes for real sources, no for demo ones."""
    filters: tuple[Filter, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _remove_real_deliveries(cls, data: object) -> object:
        if isinstance(data, dict) and "remove_after_import" not in data:
            return {**data, "remove_after_import": data.get("kind") != "demo"}
        return data

    @model_validator(mode="after")
    def _format_fits_dialect(self) -> Self:
        needed = {"preset": "preset", "json": "field_map"}.get(self.dialect, "format")
        for key in ("format", "preset", "field_map"):
            if (getattr(self, key) is not None) != (key == needed):
                raise ValueError(f"dialect {self.dialect} takes {needed}, and only that")
        if self.field_map is not None and "time" not in self.field_map:
            raise ValueError("the field map does not say which key holds the time")
        return self

    @model_validator(mode="after")
    def _filters_have_names_of_their_own(self) -> Self:
        if len({rule.name for rule in self.filters}) < len(self.filters):
            raise ValueError("two filters have one name, so their counts could not be told apart")
        return self


class RegistrySource(StrictModel):
    """A database that registry tables are read from, read-only, beside or instead of exports."""

    kind: Literal["real", "demo"]
    description: Sentence | None = None
    dialect: Literal["sqlite"]
    path: Sentence
    """The database file; a relative path is one below the home."""
    tables: Annotated[Mapping[Name, Sentence], Constraint(min_length=1)]
    """From the registry table to the table or view in the database."""


class Sources(StrictModel):
    """All declared sources."""

    version: Literal[1]
    sources: Mapping[SourceName, Source]
    registry: Mapping[SourceName, RegistrySource] = {}

    def source(self, name: str) -> Source:
        """Return the source `name`. Raises UsageError when none of that name is declared."""
        if name not in self.sources:
            raise UsageError(f"no source {name!r} is declared; there are {', '.join(sorted(self.sources))}")
        return self.sources[name]
