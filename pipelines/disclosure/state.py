"""What is hidden so far, and whether the hidden cells of connected relations are safe together."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.cells import Cells, Relation, Rules, is_standing, primary, tables_of
from pipelines.disclosure.equations import Block, blocks, equations_of, packed
from pipelines.disclosure.lines import Lines
from pipelines.disclosure.movements import Reach, cheapest
from pipelines.disclosure.rules import Booleans, Floats, Integers, Reason, Standing, margins
from pipelines.errors import DisclosureError

PRIMARY = (Reason.FEW_PEOPLE, Reason.DOMINATED)


class State:
    """The tables being masked."""

    def __init__(self, cells: Cells, relations: Sequence[Relation], rules: Rules) -> None:
        """Begin with every cell shown."""
        self.cells = cells
        self.margin = margins(cells.amounts(), cells.largest, cells.second, rules.dominance_percent)
        self.is_large: Booleans = cells.people >= rules.threshold
        self.reason = primary(cells, rules, self.margin)
        self.is_primary: Booleans = np.array([one in PRIMARY for one in self.reason], dtype=np.bool_)
        self.equations = equations_of(cells, relations, rules, self.is_primary)
        self.lines = Lines(self.equations, self.is_large, self.margin, cells.costs())
        self.reach = Reach(self.equations)
        self.variables_of: list[list[int]] = [[] for _ in range(len(cells))]
        for variable, cell in enumerate(self.equations.cell.tolist()):
            self.variables_of[cell].append(variable)
        self._settle()
        self._safe: set[bytes] = set()

    def _settle(self) -> None:
        """Hide what the rule and earlier releases hide, and find the free cells: those whose hiding could keep anything.

        A cell all of whose parts are shown for good is known whether it is shown or not.
        """
        shown, hidden = is_standing(self.cells, Standing.SHOWN), is_standing(self.cells, Standing.HIDDEN)
        exists = self.cells.people > 0
        starts = (hidden | (self.is_primary & ~shown)) & exists
        free = is_standing(self.cells, Standing.FREE) & ~self.is_primary & exists
        for cell in np.flatnonzero(starts).tolist():
            self.lines.hide(cell)
        incidence, owner = abs(self.equations.matrix), self.equations.cell
        self._is_new: Booleans = incidence @ is_standing(self.cells, Standing.FREE)[owner].astype(np.float64) > 0
        while True:
            movable = (starts | free)[owner]
            alone = (incidence @ movable.astype(np.float64)) == 1
            known = free & (np.bincount(owner, (incidence.T @ alone.astype(np.float64)) * movable, len(free)) > 0)
            if not known.any():
                break
            free &= ~known
        self.lines.free = free.tolist()

    def hidden(self) -> Booleans:
        """Return which variables are hidden."""
        return np.array(self.lines.hidden, dtype=np.bool_)[self.equations.cell]

    def may_move(self) -> Booleans:
        """Return which variables are hidden, or could be."""
        return self.hidden() | np.array(self.lines.free, dtype=np.bool_)[self.equations.cell]

    def entangled(self, active: Booleans) -> list[Block]:
        """Return the blocks of more than one relation; a relation by itself is judged in closed form.

        Blocks that no new cell touches stand as they were judged when they were new.
        """
        return [
            one for one in blocks(self.equations.matrix, active) if len(one.rows) > 1 and self._is_new[one.rows].any()
        ]

    def narrow(self, found: Sequence[Block]) -> list[int]:
        """Return variables, at least one of each unsafe block, that an adversary bounds too closely."""
        wide = self.reach.is_wide()
        waiting = [one for one in found if not wide[one.columns].all()]
        return [variable for handful in packed(waiting) for variable in self.reach.look(handful)]

    def wishes(self, columns: Integers) -> tuple[Floats, Floats]:
        """Return the least movements that show, for hidden variables, that no combination of relations gives a group away.

        A sum of hidden cells that the relations fix must rest on k people or more, and must not be dominated. By Farkas' lemma
        none is fixed that breaks this if, and only if, there is a movement in which every cell of fewer people rises (the first),
        and one in which no cell falls by more than its margin (the second; dominated cells rise by what they lack).
        """
        cell = self.equations.cell[columns]
        few = ~self.is_large[cell]
        return np.where(few, 1.0, -10.0 * (1 + few.sum())), -self.margin[cell]

    def leaking(self, found: Sequence[Block]) -> list[tuple[int, int]]:
        """Return (variable, wish) of blocks whose relations together fix a group that is too small (0) or dominated (1)."""
        waiting = [one for one in found if one.columns.tobytes() not in self._safe]
        leaks: list[tuple[int, int]] = []
        for handful in packed(waiting):
            rows, columns = (
                np.concatenate([one.rows for one in handful]),
                np.concatenate([one.columns for one in handful]),
            )
            matrix = self.equations.matrix[rows][:, columns]
            for wish, least in enumerate(self.wishes(columns)):
                if (least > 0).any():
                    free = np.full(len(columns), np.inf)
                    _, short = cheapest(matrix, np.zeros(len(columns)), least, free)
                    leaks += [(variable, wish) for variable in columns[short > 0].tolist()]
        broken = {variable for variable, _ in leaks}
        self._safe |= {one.columns.tobytes() for one in waiting if broken.isdisjoint(one.columns.tolist())}
        return leaks

    def impossible(self, cells: Sequence[int]) -> DisclosureError:
        """Return the error for cells that nothing free can protect."""
        names = tables_of(self.cells, cells)
        return DisclosureError(
            f"{names}: what was published before leaves nothing to hide that would protect these tables"
        )

    def mend(self) -> None:
        """Hide free cells until all relations with new cells hold, each for itself; raises DisclosureError when they cannot."""
        failed = self.lines.mend(np.flatnonzero(self._is_new).tolist())
        if failed is not None:
            raise self.impossible(
                [*self.lines.part[failed], *([self.lines.total[failed]] if self.lines.total[failed] >= 0 else [])]
            )
