"""Which rows of related tables are hidden: those the rule hides itself, and few others that keep them from being worked out."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.cells import (
    Cells,
    Mask,
    Relation,
    Rules,
    refuse_false,
    refuse_senseless,
)
from pipelines.disclosure.rules import Reason, Rule
from pipelines.disclosure.state import State
from pipelines.disclosure.tidying import tidy
from pipelines.disclosure.widening import widen


def suppress(
    cells: Cells, relations: Sequence[Relation], rule: Rule | Sequence[Rule], *, with_old: bool = True
) -> Mask:
    """Return the mask of cells under a rule (one for all, or one for each): primary, complementary and empty rows.

    Rows are hidden whole, with all their measures. What earlier releases decided stays: fixed cells keep their standing.
    After it, whoever knows every shown row, every relation, and which rows are empty can bound each hidden value no closer than
    the mask's `protection`, and knows no sum of hidden rows that rests on fewer than k people or is dominated. The protection is
    the rule's; where what was published before bounds a new row closer already, it is what that leaves. `with_old` switched off
    leaves it to the caller to find out whether all that still holds of rows that were hidden before, which costs much less.
    Deterministic: the same tables in the same order give the same mask. Partners may be given one by one or together.

    Raises DisclosureError when columns contradict each other, when a relation does not add up, and when cells published before
    leave nothing to hide that would protect what must be hidden; it names tables, never a value.
    """
    state = _state_of(cells, relations, rule, with_old=with_old)
    before = np.array(state.lines.hidden, dtype=np.bool_)
    state.mend()
    widen(state)
    tidy(state, np.flatnonzero(np.array(state.lines.hidden, dtype=np.bool_) & ~before).tolist())
    return _mask(state)


def suppress_primary(cells: Cells, rule: Rule | Sequence[Rule]) -> Mask:
    """Return the mask of what the rule hides by itself: what an attack on tables without complementary suppression sees."""
    return _mask(_state_of(cells, [], rule, with_old=True))


def _state_of(cells: Cells, relations: Sequence[Relation], rule: Rule | Sequence[Rule], *, with_old: bool) -> State:
    """Return the state in which the rule and earlier releases have hidden what they hide."""
    refuse_senseless(cells)
    refuse_false(cells, relations)
    return State(cells, relations, Rules.of(rule, len(cells)), with_old=with_old)


def _mask(state: State) -> Mask:
    """Say why each hidden row is hidden, and how well; an empty one counts as not shown too."""
    hidden = np.array(state.lines.hidden, dtype=np.bool_)
    complete = hidden | (state.cells.people == 0)
    reasons = (own or Reason.COMPLEMENTARY if one else None for own, one in zip(state.reason, complete, strict=True))
    protection = {}
    for place, name in enumerate(sorted(state.cells.values)):
        own = (state.equations.measure == place) & state.hidden()
        protection[name] = np.zeros(len(state.cells))
        protection[name][state.equations.cell[own]] = state.equations.need[own]
    return Mask(complete, tuple(reasons), protection)
