"""The route map: which request path is which page, its feature, and whose content it shows."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field as Constraint
from pydantic import StringConstraints, model_validator

from pipelines.policy.base import Fault, Name, Sentence, StrictModel

OTHER: Final = "other"
"""Route and feature of a path that no rule matches."""

ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
ParameterValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$")]

_SEGMENT = re.compile(r"\{[a-z][a-z0-9_]*\}|[A-Za-z0-9_.~-]+")


class Parameter(StrictModel):
    """A query parameter that is kept, with the only values it may have; any other value is dropped."""

    values: Annotated[tuple[ParameterValue, ...], Constraint(min_length=1)]


class ContentFrom(StrictModel):
    """Where a route's content id stands: in a path segment, or in a query parameter, of that name."""

    segment: Name | None = None
    parameter: ParameterName | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.segment is None) == (self.parameter is None):
            raise ValueError("content comes from a segment or from a parameter: name exactly one")
        return self


class Route(StrictModel):
    """One rule; `path` is literal segments, `{name}` for one segment, and `**` last for anything below or nothing."""

    name: Name
    path: str
    feature: Name
    is_page: bool
    content_from: ContentFrom | None = None
    parameters: Mapping[ParameterName, Parameter] = {}
    description: Sentence | None = None

    @property
    def segments(self) -> tuple[str, ...]:
        """The path's segments in order: literals, `{name}` and a last `**`; empty for `/`."""
        return tuple(self.path.removeprefix("/").split("/")) if self.path != "/" else ()

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names of the path's `{name}` segments in order."""
        return tuple(segment[1:-1] for segment in self.segments if segment.startswith("{"))

    @model_validator(mode="after")
    def _path_is_a_pattern(self) -> Self:
        literal = self.segments[:-1] if self.segments[-1:] == ("**",) else self.segments
        if not self.path.startswith("/") or not all(_SEGMENT.fullmatch(segment) for segment in literal):
            raise ValueError("a path is '/' and segments: literals, {name}, and ** only as the last")
        if len(set(self.placeholders)) < len(self.placeholders):
            raise ValueError("a path names a segment twice")
        return self

    @model_validator(mode="after")
    def _content_is_found(self) -> Self:
        if self.content_from is None:
            return self
        if self.content_from.segment is not None and self.content_from.segment not in self.placeholders:
            raise ValueError(f"content comes from segment {self.content_from.segment!r}, which the path does not have")
        if self.content_from.parameter is not None and self.content_from.parameter in self.parameters:
            raise ValueError("the parameter that carries the content id is not kept as a route parameter as well")
        return self


class Routes(StrictModel):
    """The whole map; the first route that matches wins."""

    version: Literal[1]
    asset_extensions: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+$")], ...]
    """Extensions, lower case and without the dot, that make an unmatched path no page."""
    routes: Annotated[tuple[Route, ...], Constraint(min_length=1)]

    @property
    def features(self) -> tuple[str, ...]:
        """Every feature an event may have, sorted, `other` included."""
        return tuple(sorted({OTHER, *(route.feature for route in self.routes)}))

    @property
    def names(self) -> tuple[str, ...]:
        """Every route an event may have, in the map's order, `other` last."""
        return (*(route.name for route in self.routes), OTHER)


def route_faults(routes: Routes) -> Iterator[Fault]:
    """Yield routes that share a name or a path shape with an earlier one, or take the name kept for unmatched paths."""
    names: set[str] = {OTHER}
    shapes: set[tuple[str, ...]] = set()
    for index, route in enumerate(routes.routes):
        shape = tuple("{}" if segment.startswith("{") else segment for segment in route.segments)
        if route.name in names:
            yield Fault(("routes", index, "name"), f"the name {route.name!r} is taken")
        if shape in shapes:
            yield Fault(("routes", index, "path"), "an earlier route has the same path and would always win")
        names.add(route.name)
        shapes.add(shape)
