"""How many people are sure to stand behind a sum of hidden cells that somebody has worked out.

The sum over all parts of a total is the total: whoever stands behind the one stands behind the other. Where some parts are known
or left out, those who can be in no other part are left. What is a person's secret is a sum of which no total makes this sure.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipelines.attack.relations import Kind, Relations
from pipelines.attack.view import View


@dataclass(frozen=True, slots=True)
class _Whole:
    """A relation that adds up: its total, the parts that are open, and how many people rest on those at least (0: unknown)."""

    total: int
    parts: frozenset[int]
    people: int
    is_complete: bool


class Certainty:
    """What the totals of a view say of sums of their parts."""

    def __init__(self, view: View, relations: Relations) -> None:
        """Take what is seen, and the relations over it."""
        self._rests_on_k, self._threshold = view.rests_on_k.tolist(), view.threshold.tolist()
        self._of: dict[int, list[_Whole]] = defaultdict(list)
        is_open, is_shown = view.is_open, view.is_shown
        self._is_open = is_open.tolist()
        for number in np.flatnonzero(relations.kinds == Kind.ADDS_UP).tolist():
            begin, end = relations.starts[number : number + 2]
            cells, signs = relations.cells[begin:end], relations.signs[begin:end]
            totals, parts = cells[signs < 0], cells[signs > 0]
            if len(totals) != 1:
                continue
            total, known = int(totals[0]), parts[is_shown[parts] & (view.shown[parts] != 0)]
            hidden = frozenset(parts[is_open[parts]].tolist())
            people = int(view.people[total] - view.people[known].sum()) if np.all(view.people[known] >= 0) else 0
            whole = _Whole(total, hidden, people if is_shown[total] else 0, is_complete=not len(known))
            for cell in (total, *hidden):
                self._of[cell].append(whole)

    def rests_on_enough(self, group: Iterable[int]) -> bool:
        """Say whether `threshold` people or more are sure to stand behind the sum of a group of open cells."""
        within = set(group)
        waiting = list(within)
        while waiting:
            cell = waiting.pop()
            if self._rests_on_k[cell]:
                return True
            for whole in self._of[cell]:
                if self._covers(whole, within):
                    return True
                told = self._told(whole, within) - within
                within |= told
                waiting += told
        return False

    def _covers(self, whole: _Whole, within: set[int]) -> bool:
        """Say whether a shown total makes it sure: those who are left out are fewer than k in each part."""
        left_out = whole.parts - within
        if not whole.people or any(self._rests_on_k[cell] for cell in left_out):
            return False
        at_most = sum(self._threshold[cell] - 1 for cell in left_out)
        return bool(whole.people - at_most >= self._threshold[whole.total])

    def _told(self, whole: _Whole, within: set[int]) -> set[int]:
        """Return cells whose people are in the sum already: a hidden total all of whose parts are, the parts of one that is."""
        if not self._is_open[whole.total]:
            return set()
        if whole.total in within:
            return set(whole.parts)
        return {whole.total} if whole.is_complete and whole.parts <= within else set()
