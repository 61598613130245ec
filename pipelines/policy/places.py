"""Where the rows of a dataset say when their clock starts and what ends it."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field as Constraint

from pipelines.policy.base import ClauseId, Name, Sentence, StrictModel


class EndedWhen(StrictModel):
    """Values of a field that say that the row is over, each with the clause that says so.

    The clock starts on the day the row first shows one of them, where the row states no day of its own.
    """

    field: Name
    values: Annotated[Mapping[Sentence, ClauseId], Constraint(min_length=1)]


class Places(StrictModel):
    """The columns that carry what a period counts from; a dataset destroyed by whole files names none."""

    anchor_field: Name | None = None
    """The day or instant that starts the clock; empty while it has not started."""
    ended_when: EndedWhen | None = None
    ends_field: Name | None = None
    """The end that stands in the row itself, for `as_recorded`."""
    ended_fields: tuple[Name, ...] = ()
    """Days or instants of events that end the period early (`or_earlier`)."""
    member_field: Name | None = None
    """The account key of the member whose leaving counts."""
    open_end: Literal["membership_ended"] | None = None
    """What ends a row whose own end is empty."""

    def day_fields(self) -> Iterator[tuple[str, Name]]:
        """Yield key and column of each place that has to hold a day or an instant."""
        for key in ("anchor_field", "ends_field"):
            if (name := getattr(self, key)) is not None:
                yield key, name
        yield from (("ended_fields", name) for name in self.ended_fields)

    def text_fields(self) -> Iterator[tuple[str, Name]]:
        """Yield key and column of each place that has to hold text."""
        if self.member_field is not None:
            yield "member_field", self.member_field
        if self.ended_when is not None:
            yield "ended_when", self.ended_when.field
