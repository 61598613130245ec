"""Lines that are accounted for but are no event: health checks, monitors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LineFilter:
    """A named rule; it matches a line when all of its conditions that are set hold. One without conditions matches nothing.

    The path is the request's target up to its query string.
    """

    name: str
    path: bytes | None = None
    path_prefix: bytes | None = None
    user_agent_prefix: bytes | None = None
    method: str | None = None

    def conditions(self) -> Iterator[tuple[str, Callable[[Any], bool]]]:
        """Yield the conditions that are set: a column's name, and what its value (never None) must satisfy."""
        if self.method is not None:
            yield "method", lambda value: value == self.method
        if self.path is not None:
            yield "target", lambda value: _path(value) == self.path
        if self.path_prefix is not None:
            path_prefix = self.path_prefix
            yield "target", lambda value: _path(value).startswith(path_prefix)
        if self.user_agent_prefix is not None:
            agent_prefix = self.user_agent_prefix
            yield "user_agent", lambda value: value.startswith(agent_prefix)


def _path(target: bytes) -> bytes:
    return target.partition(b"?")[0]
