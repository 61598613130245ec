"""Each relation for itself: what is known of it in closed form, and the cheapest cells that mend one that gives too much away."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from pipelines.disclosure.equations import Equations
from pipelines.disclosure.rules import Booleans, Floats, Integers

ENOUGH = -1e-6
"""What hidden parts have beyond the p% rule when one person does not give most of them, up to rounding."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one hidden part adds to what may not be known of its relation."""

    people: int
    amount: float
    is_large: bool
    margin: float
    room: float
    need: float


@dataclass(slots=True)
class Tally:
    """What is hidden of one relation.

    `people`, `threshold`: of the total. `left`: on how many people its shown parts rest, counted part by part. `bound`: the
    total's margin over the p% rule, less what the shown parts are of its amount.
    """

    people: int
    threshold: int
    left: int
    bound: float
    is_total_hidden: bool = False
    parts: int = 0
    large: int = 0
    margin: float = 0
    room: float = 0
    need: float = 0

    def add(self, part: Part) -> None:
        """Count a hidden part."""
        self.parts += 1
        self.left -= part.people
        self.bound += part.amount
        self.large += part.is_large
        self.margin += part.margin
        self.room += part.room
        self.need = max(self.need, part.need)

    @property
    def is_whole(self) -> bool:
        """Whether no part is shown: the same people stand behind the hidden parts and the total."""
        return self.left == 0

    @property
    def rests(self) -> bool:
        """Whether the hidden parts are sure to rest on k people: one does, or so many of the total are in no shown part."""
        return self.large > 0 or self.people - self.left >= self.threshold

    @property
    def slack(self) -> float:
        """What the hidden parts have beyond the p% rule at least: their margins together, or what is left of the total's."""
        return max(self.margin, self.bound)

    @property
    def is_wide(self) -> bool:
        """Whether there are two hidden parts or more, and each may be anything in an interval of the width it needs."""
        return self.parts > 1 and self.room >= self.need


class Lines:
    """All relations with what is hidden of each, kept current while cells are hidden and shown."""

    def __init__(
        self, equations: Equations, people: Integers, amount: Integers, is_large: Booleans, margin: Floats, cost: Floats
    ) -> None:
        """Take columns per cell: people, amount, whether they are k or more, margin over the p% rule, what is lost with it."""
        self.cost: list[float] = cost.tolist()
        self.is_large: list[bool] = is_large.tolist()
        self.hidden = [False] * len(self.cost)
        self.free = [False] * len(self.cost)
        self.relations_of: list[list[int]] = [[] for _ in self.cost]
        self.told: set[int] = set()
        """Relations that say nothing new; they hold as they are."""
        self.total: list[int] = [-1] * equations.matrix.shape[0]
        self.part: list[dict[int, Part]] = [{} for _ in self.total]
        columns = (equations.people, equations.threshold, equations.people_of_parts, equations.margin)
        self.bare = [Tally(*each) for each in zip(*(column.tolist() for column in columns), strict=True)]
        self.tally = [replace(one) for one in self.bare]
        entries = equations.matrix.tocoo()
        cell, slack = equations.cell.tolist(), margin.tolist()
        persons, given = people.tolist(), amount.astype(np.float64).tolist()
        room, need = equations.room.tolist(), equations.need.tolist()
        for row, variable, sign in zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True):
            here = cell[variable]
            self.relations_of[here].append(row)
            if sign < 0:
                self.total[row] = here
            else:
                self.part[row][here] = Part(
                    persons[here], given[here], self.is_large[here], slack[here], room[variable], need[variable]
                )

    def hide(self, cell: int) -> None:
        """Hide a cell in all its relations."""
        self.hidden[cell] = True
        for row in self.relations_of[cell]:
            if cell == self.total[row]:
                self.tally[row].is_total_hidden = True
            else:
                self.tally[row].add(self.part[row][cell])

    def show(self, cell: int) -> None:
        """Show a hidden cell again."""
        self.hidden[cell] = False
        for row in self.relations_of[cell]:
            tally = replace(self.bare[row], is_total_hidden=self.total[row] >= 0 and self.hidden[self.total[row]])
            for other, part in self.part[row].items():
                if self.hidden[other]:
                    tally.add(part)
            self.tally[row] = tally

    def holds_around(self, cell: int) -> bool:
        """Return whether all relations of a cell hold."""
        return all(row in self.told or self.holds(row, self.tally[row]) for row in self.relations_of[cell])

    def holds(self, row: int, tally: Tally) -> bool:
        """Return whether a relation with so much hidden keeps it: the residual rule.

        A hidden total needs a hidden part. Under a shown total the sum of the hidden parts is known: they are wide, enough
        people, and not dominated. Other relations may make sure of both.
        """
        if tally.is_total_hidden or tally.parts == 0:
            return tally.parts > 0 or not tally.is_total_hidden
        if not tally.is_wide:
            return False
        if tally.rests and tally.slack >= ENOUGH:
            return True
        within = self._within(row)
        slack = max(
            (self.tally[one].slack + tally.margin - self.tally[one].margin for one in within), default=tally.slack
        )
        return max(slack, tally.slack) >= ENOUGH and (tally.rests or any(self._is_sure(one) for one in within))

    def _within(self, row: int) -> list[int]:
        """Return other relations whose hidden parts are among those of this one."""
        parts = self.part[row]
        others = {other for cell in parts if self.hidden[cell] for other in self.relations_of[cell]} - {row}
        return [one for one in others if all(cell in parts for cell in self.part[one] if self.hidden[cell])]

    def _is_sure(self, row: int) -> bool:
        """Return whether a total by itself says that the hidden parts rest on enough people."""
        tally, total = self.tally[row], self.total[row]
        if tally.is_total_hidden:
            return tally.is_whole and self.is_large[total]
        return tally.parts > 0 and tally.rests

    def mend(self, rows: Iterable[int]) -> int | None:
        """Hide free cells until all relations hold; returns a relation that cannot be mended, None when all are."""
        waiting = deque(rows)
        while waiting:
            row = waiting.popleft()
            if row in self.told or self.holds(row, self.tally[row]):
                continue
            chosen = self._cheapest(row)
            if chosen is None:
                return row
            for cell in chosen:
                self.hide(cell)
                waiting.extend(self.relations_of[cell])
        return None

    def _after(self, row: int, cells: Iterable[int]) -> Tally:
        """Return what would be hidden of a relation with these cells hidden besides."""
        tally = replace(self.tally[row])
        for cell in cells:
            if cell == self.total[row]:
                tally.is_total_hidden = True
            else:
                tally.add(self.part[row][cell])
        return tally

    def _price(self, cell: int, row: int) -> float:
        """Return what hiding a cell costs: its own cost, as often again as other relations would have to be mended for it."""
        others = (other for other in self.relations_of[cell] if other != row)
        return self.cost[cell] * (1 + sum(not self.holds(other, self._after(other, [cell])) for other in others))

    def _cheapest(self, row: int) -> list[int] | None:
        """Return the cheapest free cells that mend a relation: one alone, or several parts; None when nothing does."""
        candidates = [
            cell
            for cell in (*self.part[row], self.total[row])
            if cell >= 0 and self.free[cell] and not self.hidden[cell]
        ]
        price = {cell: self._price(cell, row) for cell in candidates}
        candidates.sort(key=lambda cell: (price[cell], cell))
        plans = [[cell] for cell in candidates if self.holds(row, self._after(row, [cell]))][:1]
        plans += self._several(row, [cell for cell in candidates if cell != self.total[row]])
        return min(plans, key=lambda plan: sum(price[cell] for cell in plan), default=None)

    def _several(self, row: int, parts: list[int]) -> list[list[int]]:
        """Return at most one plan: the cheapest parts one after another until the relation holds, less those not needed."""
        plan: list[int] = []
        for cell in parts:
            plan.append(cell)
            if self.holds(row, self._after(row, plan)):
                break
        else:
            return []
        for cell in list(plan):
            rest = [other for other in plan if other != cell]
            if rest and self.holds(row, self._after(row, rest)):
                plan = rest
        return [plan]
