"""A hand-made warehouse of a linked service whose messages were sent, reached members, were opened and reacted to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
from breakdowns import LINKED, BreakdownPress, largest_two
from press import FIRST_OF

STEPS = ("sent", "reached", "opened", "reacted")


@dataclass
class FunnelPress(BreakdownPress):
    """A press whose linked service has messages: by day and event the members, each with so many events."""

    messages: dict[tuple[date, str], dict[str, int]] = field(default_factory=dict)

    def send(self, day: date, *counts: int, steps: Iterable[str] = STEPS) -> None:
        """Let so many members do each step of a day, the same ones from the first."""
        for step, count in zip(steps, counts, strict=False):
            self.messages[day, step] = {f"member-{number}": 1 for number in range(count)}

    def build(self) -> None:
        """Write the warehouse, with the messages in place of whatever else linked services did."""
        super().build()
        with duckdb.connect(str(self.place.warehouse)) as connection:
            for kind, name in LINKED.items():
                connection.execute(f"DELETE FROM {name}")  # noqa: S608 -- names of the tests
                columns = (
                    "partner_id, service, event, "
                    + kind
                    + ", events, unique_members, contributing_people, largest_events, second_events"
                )
                for row in rows_of(self.messages, kind):
                    connection.execute(f"INSERT INTO {name} ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608


def rows_of(messages: Mapping[tuple[date, str], Mapping[str, int]], kind: str) -> list[tuple[Any, ...]]:
    """Return the rows of the mart of linked services of one kind of period."""
    by: dict[tuple[date, str], dict[str, int]] = {}
    for (day, step), members in messages.items():
        own = by.setdefault((FIRST_OF[kind](day), step), {})
        for member, events in members.items():
            own[member] = own.get(member, 0) + events
    return [
        ("partner-a", "melon", step, first, sum(members.values()), len(members), len(members), *largest_two(members))
        for (first, step), members in sorted(by.items())
    ]
