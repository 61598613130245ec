"""Each relation for itself: what is known of it in closed form, and the cheapest cells that mend one that gives too much away."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipelines.disclosure.equations import Equations
from pipelines.disclosure.rules import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Part:
    """What one hidden part adds to what may not be known of its relation."""

    is_large: bool
    margin: float
    room: float
    need: float


@dataclass(slots=True)
class Tally:
    """What is hidden of one relation."""

    is_total_hidden: bool = False
    parts: int = 0
    large: int = 0
    margin: float = 0
    room: float = 0
    need: float = 0

    def add(self, part: Part) -> None:
        """Count a hidden part."""
        self.parts += 1
        self.large += part.is_large
        self.margin += part.margin
        self.room += part.room
        self.need = max(self.need, part.need)

    def holds(self) -> bool:
        """Return whether the relation keeps its hidden cells: the residual rule.

        A hidden total needs a hidden part. Under a shown total the sum of the hidden parts is known: there are two or more, one
        rests on k people or more, together they are not dominated, and each may be anything in an interval of the width it needs.
        """
        if self.is_total_hidden:
            return self.parts > 0
        if self.parts == 0:
            return True
        return self.parts > 1 and self.large > 0 and self.margin >= -1e-6 and self.room >= self.need


class Lines:
    """All relations with what is hidden of each, kept current while cells are hidden and shown."""

    def __init__(self, equations: Equations, is_large: Booleans, margin: Floats, cost: Floats) -> None:
        """Take columns per cell: whether it rests on k people or more, its margin over the p% rule, what is lost with it."""
        self.cost: list[float] = cost.tolist()
        self.hidden = [False] * len(self.cost)
        self.free = [False] * len(self.cost)
        self.relations_of: list[list[int]] = [[] for _ in self.cost]
        self.total: list[int] = [-1] * equations.matrix.shape[0]
        self.part: list[dict[int, Part]] = [{} for _ in self.total]
        self.tally = [Tally() for _ in self.total]
        entries = equations.matrix.tocoo()
        cell, large, slack = equations.cell.tolist(), is_large.tolist(), margin.tolist()
        room, need = equations.room.tolist(), equations.need.tolist()
        for row, variable, sign in zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True):
            here = cell[variable]
            self.relations_of[here].append(row)
            if sign < 0:
                self.total[row] = here
            else:
                self.part[row][here] = Part(large[here], slack[here], room[variable], need[variable])

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
            tally = Tally(self.total[row] >= 0 and self.hidden[self.total[row]])
            for other, part in self.part[row].items():
                if self.hidden[other]:
                    tally.add(part)
            self.tally[row] = tally

    def holds_around(self, cell: int) -> bool:
        """Return whether all relations of a cell hold."""
        return all(self.tally[row].holds() for row in self.relations_of[cell])

    def mend(self, rows: Iterable[int]) -> int | None:
        """Hide free cells until all relations hold; returns a relation that cannot be mended, None when all are."""
        waiting = deque(rows)
        while waiting:
            row = waiting.popleft()
            if self.tally[row].holds():
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
        return self.cost[cell] * (1 + sum(not self._after(other, [cell]).holds() for other in others))

    def _cheapest(self, row: int) -> list[int] | None:
        """Return the cheapest free cells that mend a relation: one alone, or several parts; None when nothing does."""
        candidates = [
            cell
            for cell in (*self.part[row], self.total[row])
            if cell >= 0 and self.free[cell] and not self.hidden[cell]
        ]
        price = {cell: self._price(cell, row) for cell in candidates}
        candidates.sort(key=lambda cell: (price[cell], cell))
        plans = [[cell] for cell in candidates if self._after(row, [cell]).holds()][:1]
        plans += self._several(row, [cell for cell in candidates if cell != self.total[row]])
        return min(plans, key=lambda plan: sum(price[cell] for cell in plan), default=None)

    def _several(self, row: int, parts: list[int]) -> list[list[int]]:
        """Return at most one plan: the cheapest parts one after another until the relation holds, less those not needed."""
        plan: list[int] = []
        for cell in parts:
            plan.append(cell)
            if self._after(row, plan).holds():
                break
        else:
            return []
        for cell in list(plan):
            rest = [other for other in plan if other != cell]
            if rest and self._after(row, rest).holds():
                plan = rest
        return [plan]
