"""Hidden counts of people that shown ones around them leave a single value, and what is hidden for them.

Where the people of the parts add up, everybody is known to be in one part: then what the parts leave of a total's members is the
members of the part that does not show its own. Every count is no less than its parts', nor than what its siblings leave of its
total's, and no more than its total's, nor than its parts' together; members and who is none are a row's people.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, Publication
from pipelines.releases.anonymous import hide_with_anonymous
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.relations import Integers, Structure

Floats = NDArray[np.float64]
_SWEEPS, _HALF = 12, 0.5


def hide_what_pins(
    frame: Frame,
    publication: Publication,
    found: Sequence[Structure],
    shown: dict[str, Booleans],
    told: Mapping[str, Booleans],
    is_hidden: Booleans,
) -> None:
    """Hide new counts until no hidden one has a single value left, or nothing can be hidden for it; what is told stays.

    0 is nobody's secret: a shown row without members is k people or more who are none.
    """
    lines = [one for one in found if one.unions and not one.is_nested]
    counts = {ANONYMOUS, *(name for table in publication.tables.values() for name in table.people)}
    while lines:
        bounds = Bounds(frame, publication, lines, shown, ~is_hidden)
        may = {name: shown[name] & frame.is_new & ~told[name] for name in shown if name in counts}
        if MEMBERS in may:
            may[ANONYMOUS] &= may[MEMBERS]
        around = [one for one in lines if bounds.is_near(one)]
        for above, twice in ((False, False), (False, True), (True, True)):
            hidden = [_hide(one, bounds, shown, may, from_above=above, twice=twice) for one in around]
            if any(hidden):
                break
        else:
            if not _hide_counts_of(bounds.rows_pinned, shown, may):
                return
        hide_with_anonymous(frame, publication, shown)


def around_pinned(
    frame: Frame, publication: Publication, found: Sequence[Structure], shown: Mapping[str, Booleans]
) -> Booleans:
    """Return the rows of shown ones that have a pinned count, and those that stand in a line with one."""
    lines = [one for one in found if one.unions and not one.is_nested]
    bounds = Bounds(frame, publication, lines, shown, frame.is_shown_before)
    around = np.zeros(len(frame), dtype=np.bool_)
    for one in lines:
        group = np.repeat(np.arange(len(one.total)), np.diff(one.starts))
        for mine, whole in one.unions.items():
            parts, totals = bounds.pinned[mine][one.parts], bounds.pinned[whole][one.total]
            near = np.logical_or.reduceat(parts & frame.is_shown_before[one.parts], one.starts[:-1])
            near |= totals & frame.is_shown_before[one.total]
            around[one.total[near]] = True
            around[one.parts[near[group]]] = True
    return around


class Bounds:
    """What is known of each count of each row: `lower` and `upper` by measure, and where a hidden one is `pinned`."""

    def __init__(
        self,
        frame: Frame,
        publication: Publication,
        lines: Sequence[Structure],
        shown: Mapping[str, Booleans],
        is_row_shown: Booleans,
    ) -> None:
        """Narrow until nothing moves; what longer rings would tell beyond some sweeps is left to the gate."""
        names = sorted({name for one in lines for names in one.unions.items() for name in names})
        void = {name: frame.void.get(name, np.zeros(len(frame), dtype=np.bool_)) for name in names}
        known = {name: shown[name] | void[name] for name in names}
        value = {name: np.where(void[name], 0, frame.values[name]).astype(np.float64) for name in names}
        self.lower = {name: np.where(known[name], value[name], 0.0) for name in names}
        self.upper = {name: np.where(known[name], value[name], np.inf) for name in names}
        self.void, self._adds = void, frame.tells_anonymous(publication) & is_row_shown
        for _ in range(_SWEEPS):
            before = [*map(np.copy, (*self.lower.values(), *self.upper.values()))]
            for one in lines:
                for mine, whole in one.unions.items():
                    self._within(one, mine, whole)
            self._within_rows()
            if all(map(np.array_equal, before, (*self.lower.values(), *self.upper.values()))):
                break
        self.pinned = {name: ~known[name] & self._is_pinned(name) for name in names}
        if ANONYMOUS in self.pinned:
            nobody = self.upper.get(MEMBERS, self.upper[ANONYMOUS]) < _HALF
            self.pinned[ANONYMOUS] &= self._adds & ~nobody

    @property
    def rows_pinned(self) -> Booleans:
        """In which rows members are pinned though nothing around them is left to be hidden: the row's own people tell of them."""
        nowhere = np.zeros(len(self._adds), dtype=np.bool_)
        return self._adds & (self.pinned.get(MEMBERS, nowhere) | self.pinned.get(ANONYMOUS, nowhere))

    def is_near(self, line: Structure) -> bool:
        """Whether a count of these rows is pinned."""
        return any(
            self.pinned[mine][line.parts].any() or self.pinned[whole][line.total].any()
            for mine, whole in line.unions.items()
        )

    def left_by_others(self, line: Structure, mine: str, whole: str) -> Floats:
        """Return the least that its siblings leave of the total's count to each part."""
        upper, group = self.upper[mine][line.parts], np.repeat(np.arange(len(line.total)), np.diff(line.starts))
        endless = np.isinf(upper)
        sums = np.add.reduceat(np.where(endless, 0.0, upper), line.starts[:-1])
        many = np.add.reduceat(endless.astype(np.int64), line.starts[:-1])
        is_bounded = many[group] - endless == 0
        left = self.lower[whole][line.of_part] - sums[group] + np.where(endless, 0.0, upper)
        return np.where(is_bounded, left, 0.0)

    def together(self, line: Structure, mine: str) -> Floats:
        """Return the most that the parts of each total are together; of parts that are all known to be empty, anything."""
        sums = np.add.reduceat(self.upper[mine][line.parts], line.starts[:-1])
        return np.where(np.logical_and.reduceat(self.void[mine][line.parts], line.starts[:-1]), np.inf, sums)

    def _within(self, line: Structure, mine: str, whole: str) -> None:
        total, parts = line.total, line.parts
        most, left = self.together(line, mine), self.left_by_others(line, mine, whole)
        left[np.repeat(np.isinf(most), np.diff(line.starts)) & self.void[mine][parts]] = 0
        greatest = np.maximum.reduceat(self.lower[mine][parts], line.starts[:-1])
        self.lower[whole][total] = np.maximum(self.lower[whole][total], greatest)
        self.upper[whole][total] = np.minimum(self.upper[whole][total], most)
        np.maximum.at(self.lower[mine], parts, left)
        np.minimum.at(self.upper[mine], parts, self.upper[whole][line.of_part])

    def _within_rows(self) -> None:
        """Narrow the counts of shown rows by each other: members and who is none are the people."""
        if not {PEOPLE, MEMBERS, ANONYMOUS} <= self.lower.keys():
            return
        rows = np.flatnonzero(self._adds)
        low, high = (
            {name: side[name][rows] for name in (PEOPLE, MEMBERS, ANONYMOUS)} for side in (self.lower, self.upper)
        )
        for one, other in ((MEMBERS, ANONYMOUS), (ANONYMOUS, MEMBERS)):
            self.upper[one][rows] = np.minimum(high[one], high[PEOPLE] - low[other])
            ends = np.where(np.isinf(high[other]), 0.0, low[PEOPLE] - np.where(np.isinf(high[other]), 0.0, high[other]))
            self.lower[one][rows] = np.maximum(low[one], ends)
        self.upper[PEOPLE][rows] = np.minimum(high[PEOPLE], high[MEMBERS] + high[ANONYMOUS])
        self.lower[PEOPLE][rows] = np.maximum(low[PEOPLE], low[MEMBERS] + low[ANONYMOUS])

    def _is_pinned(self, name: str) -> Booleans:
        width = self.upper[name] - self.lower[name]
        return np.asarray((width < _HALF) & (self.upper[name] > _HALF))


def _hide(
    line: Structure,
    bounds: Bounds,
    shown: dict[str, Booleans],
    may: Mapping[str, Booleans],
    *,
    from_above: bool,
    twice: bool,
) -> bool:
    """Hide what holds pinned counts from below, else from above, and return whether anything was.

    A row's members are pinned where who is none of them is: one of the two is enough, if not both are asked for by `twice`.
    """
    is_any = False
    for mine, whole in line.unions.items():
        pinned = bounds.pinned[mine]
        if mine == ANONYMOUS and not twice:
            pinned = pinned & ~bounds.pinned[MEMBERS]
        held = (
            _above(line, bounds, pinned, (mine, whole))
            if from_above
            else _below(line, bounds, pinned, (mine, whole), may)
        )
        for name, rows in zip((mine, whole), held, strict=True):
            hidden = rows[may[name][rows] & shown[name][rows]]
            shown[name][hidden] = False
            is_any = is_any or bool(len(hidden))
    return is_any


def _hide_counts_of(rows: Booleans, shown: dict[str, Booleans], may: Mapping[str, Booleans]) -> bool:
    """Hide every count of people of these rows that may be hidden, and return whether any was."""
    hidden = {name: rows & shown[name] & may[name] for name in may}
    for name, chosen in hidden.items():
        shown[name] &= ~chosen
    return any(chosen.any() for chosen in hidden.values())


def _below(
    line: Structure, bounds: Bounds, pinned: Booleans, names: tuple[str, str], may: Mapping[str, Booleans]
) -> tuple[Integers, Integers]:
    """Return the parts and totals that hold pinned counts from below: of siblings the smallest, else the total; equal parts."""
    mine, whole = names
    parts, starts = line.parts, line.starts[:-1]
    lower = bounds.lower[mine][parts]
    tight = pinned[parts] & (lower > 0) & (bounds.left_by_others(line, mine, whole) >= lower - _HALF)
    is_tight = np.logical_or.reduceat(tight, starts)
    count = np.where(may[mine][parts], np.where(lower > 0, lower, np.finfo(np.float64).max), np.inf)
    least = np.minimum.reduceat(count, starts)
    group = np.repeat(np.arange(len(line.total)), np.diff(line.starts))
    smallest = is_tight[group] & may[mine][parts] & (count == least[group])
    held = bounds.pinned[whole][line.of_part] & (lower > 0) & (lower >= bounds.lower[whole][line.of_part] - _HALF)
    return parts[smallest | held], line.total[is_tight & np.isinf(least)]


def _above(line: Structure, bounds: Bounds, pinned: Booleans, names: tuple[str, str]) -> tuple[Integers, Integers]:
    """Return the parts and totals that hold pinned counts from above: the total; of parts together all."""
    mine, whole = names
    upper = bounds.upper[whole]
    tight = pinned[line.parts] & (upper[line.of_part] <= bounds.upper[mine][line.parts] + _HALF)
    held = bounds.pinned[whole][line.total] & (bounds.together(line, mine) <= upper[line.total] + _HALF)
    return line.parts[np.repeat(held, np.diff(line.starts))], line.of_part[tight]
