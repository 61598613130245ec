"""Which counts of people lie within which further ones: what one relation says after the other (a system, its device, the day).

Of three counts within each other the middle one may be hidden, or its whole row: the outer two are compared all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.relations import Integers, Structure


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Pairs of rows: the people of `mine` in `parts[i]` are among those of `whole` in `totals[i]`.

    `is_ordered` says that no count on the way can be greater than what it lies within; of steps one may, where a link came late.
    """

    mine: str
    whole: str
    parts: Integers
    totals: Integers
    is_ordered: bool


def chains(rows: int, found: Sequence[Structure], *, with_direct: bool = False) -> list[Chain]:
    """Return the pairs of so many rows that follow from two or more relations; without steps first.

    Those that one relation says by itself are left out, if they are not asked for.
    """
    measures = sorted({name for one in found for names in one.unions.items() for name in names})
    cells = _Cells({name: place for place, name in enumerate(measures)}, rows)
    ordered = cells.direct([one for one in found if not one.is_nested])
    direct = np.union1d(ordered, cells.direct([one for one in found if one.is_nested]))
    composed = cells.closed(ordered)
    through_steps = np.setdiff1d(cells.closed(direct), composed) if len(direct) > len(ordered) else direct[:0]
    left_out = direct[:0] if with_direct else direct
    return [
        *cells.told(np.setdiff1d(composed, left_out), is_ordered=True),
        *cells.told(np.setdiff1d(through_steps, left_out), is_ordered=False),
    ]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Counts of rows as whole numbers, and pairs of them as one each: the part's, times how many there are, plus the total's."""

    order: Mapping[str, int]
    rows: int

    @property
    def size(self) -> int:
        return len(self.order) * self.rows

    def direct(self, found: Sequence[Structure]) -> Integers:
        """Return the pairs of these relations."""
        listed = [
            (self.order[mine] * self.rows + one.parts) * self.size + self.order[whole] * self.rows + one.of_part
            for one in found
            for mine, whole in one.unions.items()
        ]
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *listed]))

    def closed(self, pairs: Integers) -> Integers:
        """Return these pairs, and all that follow from them one after the other."""
        found = latest = pairs
        parts = pairs // max(self.size, 1)
        while len(latest):
            part, middle = np.divmod(latest, self.size)
            first, last = np.searchsorted(parts, middle, "left"), np.searchsorted(parts, middle, "right")
            count = last - first
            place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
            further = np.repeat(part, count) * self.size + pairs[place] % self.size
            latest = np.setdiff1d(further, found)
            found = np.union1d(found, latest)
        return found

    def told(self, pairs: Integers, *, is_ordered: bool) -> Iterator[Chain]:
        """Yield the pairs by their measures."""
        part, total = np.divmod(pairs, max(self.size, 1))
        for mine, one in self.order.items():
            for whole, other in self.order.items():
                chosen = (part // max(self.rows, 1) == one) & (total // max(self.rows, 1) == other)
                if chosen.any():
                    yield Chain(mine, whole, part[chosen] % self.rows, total[chosen] % self.rows, is_ordered)


def hide_close_chains(
    frame: Frame, thresholds: Integers, people: Mapping[str, Integers], composed: Sequence[Chain], shown: dict[str, Booleans],
    told: Mapping[str, Booleans],
) -> None:  # fmt: skip
    """Hide one of two shown counts that differ by fewer than k: the part's, or the total's if that is published or told by it.

    `people` are those behind each count. What published counts tell already is not hidden: that would hide nothing.
    """
    for one in composed:
        total, part = one.totals, one.parts
        difference = people[one.whole][total] - people[one.mine][part]
        beyond = difference if one.is_ordered else np.abs(difference)
        close = (difference != 0) & (beyond < np.maximum(thresholds[total], thresholds[part]))
        close &= shown[one.whole][total] & shown[one.mine][part]
        of_part = close & frame.is_new[part] & ~told[one.mine][part]
        shown[one.mine][part[of_part]] = False
        of_total = close & ~of_part & frame.is_new[total] & ~told[one.whole][total]
        shown[one.whole][total[of_total]] = False
