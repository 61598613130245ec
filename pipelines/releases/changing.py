"""What changed in rows that a release restates, and how many people did at least: what the gate is told of it."""

from dataclasses import dataclass

import numpy as np

from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, Publication, PublishedTable
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.relations import Integers


@dataclass(frozen=True, slots=True, eq=False)
class Restated:
    """Of each row and measure the value it was last shown with, and how many people changed at least; `rows` are restated."""

    before: dict[str, Integers]
    people: dict[str, Integers]
    rows: Booleans

    @classmethod
    def of(
        cls, frame: Frame, publication: Publication, before: dict[str, Integers], persons: Integers, rows: Booleans
    ) -> "Restated":
        """Take values `before` and the `persons` behind each row then.

        A count of people changed by its own rise, or by what rose beside it if that are fewer; a measure that speaks of only some
        of a row's people by nobody who is known; any other by its row's people.
        """
        people, row_rise = {}, np.where(rows, frame.people - persons, 0)
        for measure in before:
            of_some = [measure in publication.tables[name].parts for name in frame.tables]
            people[measure] = np.where(np.array(of_some, dtype=np.bool_)[frame.table_of], 0, row_rise)
            for number, name in enumerate(frame.tables):
                if measure in publication.tables[name].people:
                    counts = rows & frame.has[measure] & (frame.table_of == number)
                    people[measure][counts] = _fewest(frame, publication.tables[name], measure, before, row_rise)[
                        counts
                    ]
        if {PEOPLE, MEMBERS} <= before.keys():
            # What people and members were last shown with tells who was none then.
            former = np.where(frame.has[ANONYMOUS], before[PEOPLE] - before[MEMBERS], 0)
            before = {**before, ANONYMOUS: former}
            people[ANONYMOUS] = np.where(rows, frame.values[ANONYMOUS] - former, 0)
        return cls(before, people, rows)


def _fewest(
    frame: Frame, table: PublishedTable, measure: str, before: dict[str, Integers], row_rise: Integers
) -> Integers:
    """Return the fewest people by whom a count changed: those who came to it, or those who came beside it if anybody did."""
    part = table.part_of(measure)
    if part is None:
        return row_rise
    mine, whole = (
        np.where(frame.has[column], frame.values[column] - before[column], row_rise) if column in before else row_rise
        for column in (part.people, part.of)
    )
    return np.where(whole == mine, mine, np.minimum(mine, whole - mine))
