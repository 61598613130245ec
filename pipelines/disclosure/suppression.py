"""Which rows of related tables are hidden: those the rule hides itself, and few others that keep them from being worked out."""

from collections.abc import Sequence

import numpy as np

from pipelines.disclosure.cells import (
    Cells,
    Mask,
    Relation,
    Rules,
    is_standing,
    primary,
    refuse_false,
    refuse_senseless,
)
from pipelines.disclosure.rules import Reason, Rule, Standing
from pipelines.disclosure.state import State
from pipelines.disclosure.tidying import tidy
from pipelines.disclosure.widening import widen


def suppress(cells: Cells, relations: Sequence[Relation], rule: Rule | Sequence[Rule]) -> Mask:
    """Return the mask of cells under a rule (one for all, or one for each): primary, complementary and empty rows.

    Rows are hidden whole, with all their measures. What earlier releases decided stays: fixed cells keep their standing.
    After it, whoever knows every shown row, every relation, and which rows are empty can bound each hidden value no closer than
    the rule's protection, and knows no sum of hidden rows that rests on fewer than k people or is dominated.
    Deterministic: the same tables in the same order give the same mask. Partners may be given one by one or together.

    Raises DisclosureError when columns contradict each other, when a relation does not add up, and when cells published before
    leave nothing to hide that would protect what must be hidden; it names tables, never a value.
    """
    state, reason = _primarily_suppressed(cells, relations, Rules.of(rule, len(cells)))
    before = np.array(state.lines.hidden, dtype=np.bool_)
    state.mend(range(len(state.lines.tally)))
    widen(state)
    tidy(state, np.flatnonzero(np.array(state.lines.hidden, dtype=np.bool_) & ~before).tolist())
    return _mask(state, reason)


def suppress_primary(cells: Cells, rule: Rule | Sequence[Rule]) -> Mask:
    """Return the mask of what the rule hides by itself: what an attack on tables without complementary suppression sees."""
    state, reason = _primarily_suppressed(cells, [], Rules.of(rule, len(cells)))
    return _mask(state, reason)


def _primarily_suppressed(
    cells: Cells, relations: Sequence[Relation], rules: Rules
) -> tuple[State, list[Reason | None]]:
    """Return the state in which the rule and earlier releases have hidden what they hide, and the rule's reasons."""
    refuse_senseless(cells)
    refuse_false(cells, relations)
    state = State(cells, relations, rules)
    reason = primary(cells, rules, state.margin)
    shown, hidden = is_standing(cells, Standing.SHOWN), is_standing(cells, Standing.HIDDEN)
    of_rule = np.array([one in (Reason.FEW_PEOPLE, Reason.DOMINATED) for one in reason], dtype=np.bool_)
    exists = cells.people > 0
    for cell in np.flatnonzero((hidden | (of_rule & ~shown)) & exists).tolist():
        state.lines.hide(cell)
    state.lines.free = (is_standing(cells, Standing.FREE) & ~of_rule & exists).tolist()
    return state, reason


def _mask(state: State, reason: Sequence[Reason | None]) -> Mask:
    """Say why each hidden row is hidden: an empty one counts as not shown too."""
    empty = state.cells.people == 0
    hidden = np.array(state.lines.hidden, dtype=np.bool_) | empty
    reasons = (
        own or Reason.COMPLEMENTARY if is_hidden else None for own, is_hidden in zip(reason, hidden, strict=True)
    )
    return Mask(hidden, tuple(reasons))
