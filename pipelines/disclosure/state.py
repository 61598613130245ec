"""What is hidden so far, and how far the hidden cells of connected relations can move together."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.cells import Cells, Relation, Rules, is_standing, primary, tables_of
from pipelines.disclosure.equations import Block, blocks, equations_of, packed
from pipelines.disclosure.finest import Finest
from pipelines.disclosure.lines import Lines
from pipelines.disclosure.movements import Reach
from pipelines.disclosure.rules import TOLERANCE, Booleans, Floats, Reason, Standing, margins
from pipelines.errors import DisclosureError

PRIMARY = (Reason.FEW_PEOPLE, Reason.DOMINATED)


class State:
    """The tables being masked."""

    def __init__(self, cells: Cells, relations: Sequence[Relation], rules: Rules, *, with_old: bool = True) -> None:
        """Begin with every cell shown; `with_old` says whether rows hidden before are to be protected again."""
        self.cells, self.rules = cells, rules
        self.margin = margins(cells.amounts(), cells.largest, cells.second, rules.dominance_percent)
        self.is_large: Booleans = cells.people >= rules.threshold
        self.is_safe: Booleans = self.is_large & (self.margin >= -TOLERANCE)
        self.reason = primary(cells, rules, self.margin)
        self.is_primary: Booleans = np.array([one in PRIMARY for one in self.reason], dtype=np.bool_)
        self.equations = equations_of(cells, relations, rules, self.is_primary, self.margin)
        self.cost = self._costs(relations)
        self.lines = Lines(self.equations, cells.people, cells.amounts(), self.is_large, self.margin, self.cost)
        if not with_old:
            self.equations.need[is_standing(cells, Standing.HIDDEN)[self.equations.cell]] = 0
        self.reach = Reach(self.equations)
        self.variables_of: list[list[int]] = [[] for _ in range(len(cells))]
        for variable, cell in enumerate(self.equations.cell.tolist()):
            self.variables_of[cell].append(variable)
        self._settle()
        self.safe: set[bytes] = set()
        """Blocks that give nothing away together, by their variables."""

    def _costs(self, relations: Sequence[Relation]) -> Floats:
        """Return what is lost with each cell: a total is what readers look for first, and is dearer than all its parts."""
        totals = np.array([one.total for one in relations], dtype=np.int64)
        return self.cells.costs() * (1 + np.bincount(totals, minlength=len(self.cells)))

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
        self.is_new: Booleans = incidence @ is_standing(self.cells, Standing.FREE)[owner].astype(np.float64) > 0
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
            one for one in blocks(self.equations.matrix, active) if len(one.rows) > 1 and self.is_new[one.rows].any()
        ]

    def narrow(self, found: Sequence[Block], most: int = 1) -> list[int]:
        """Return variables, at least one of each unsafe block and at most so many, that an adversary bounds too closely."""
        wide = self.reach.is_wide()
        waiting = [one for one in found if not wide[one.columns].all()]
        return [variable for handful in packed(waiting) for variable in self.reach.look(handful, most)]

    def impossible(self, cells: Sequence[int]) -> DisclosureError:
        """Return the error for cells that nothing free can protect."""
        names = tables_of(self.cells, cells)
        return DisclosureError(
            f"{names}: what was published before leaves nothing to hide that would protect these tables"
        )

    def mend(self) -> None:
        """Hide free cells until all relations with new cells hold, each for itself; raises DisclosureError when they cannot.

        One that cannot may say nothing that older ones do not say: a week of contents, when its days are all known or hidden.
        """
        while (failed := self.lines.mend(np.flatnonzero(self.is_new).tolist())) is not None:
            if not self._is_told(failed):
                total = self.lines.total[failed]
                raise self.impossible([*self.lines.part[failed], *([total] if total >= 0 else [])])
            self.lines.told.add(failed)

    def _is_told(self, row: int) -> bool:
        """Say whether older relations together say what a relation does."""
        hidden = self.hidden()
        block = next(one for one in blocks(self.equations.matrix, hidden) if row in one.rows)
        cell = self.equations.cell[block.columns].tolist()
        place = {one: number for number, one in enumerate(cell)}
        rows = block.rows.tolist()
        finest = Finest(
            self.equations.matrix[block.rows][:, block.columns],
            np.array([place.get(self.lines.total[one], -1) for one in rows], dtype=np.int64),
            np.array([self.lines.tally[one].is_whole for one in rows], dtype=np.bool_),
            self.is_new[block.rows],
        )
        return finest.is_told(rows.index(row))
