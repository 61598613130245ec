"""What the attack found, and what may be said of it: table and class of cells, and how many; never a value."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.attack.arrays import Floats, Ints
from pipelines.attack.view import View


class Leak(StrEnum):
    """The ways in which a release gives people away, in words for a message."""

    RECOVERED = "hidden, and only one value is possible"
    NARROW = "hidden, and the possible values lie too close together"
    GROUP = "hidden, and the sum over cells of too few people is known exactly"
    PAIR = "shown, and differs from a shown cell within it by too few people"
    RESTATED = "restated without enough people changed"
    RESTATED_AROUND = "hidden, and what was restated around it tells its change"
    OPENED = "hidden in an earlier release, and shown now"
    WITHDRAWN = "shown in an earlier release, and hidden now"
    FEW_PEOPLE = "shown, and rests on too few people"
    DOMINATED = "shown, and one person's part is dominant"
    UNEVEN = "total of cells that contradict each other"
    UNSOLVED = "hidden, and could not be bounded"


@dataclass(frozen=True, slots=True)
class Work:
    """What the attack took: connected parts, those of them with rings, programs solved."""

    parts: int = 0
    rings: int = 0
    programs: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a release may go out; if not, what leaks: (leak, class of cells, how many), sorted."""

    leaks: tuple[tuple[Leak, str, int], ...]

    @property
    def passes(self) -> bool:
        """Whether nothing leaks."""
        return not self.leaks

    def message(self) -> str:
        """Say what leaks, one class of cells a line, without a value."""
        return "\n".join(f"{name}: {count} {leak}" for leak, name, count in self.leaks)


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Cells that leak, as positions, ascending, for each leak; `groups` and `pairs` (part, total) of those two leaks.

    `lower`, `upper`, shape (n,): the interval of each hidden cell that was reached, NaN elsewhere; exact if that was asked for,
    else at least as far apart as the truth where a cell does not leak.
    """

    cells: dict[Leak, Ints]
    groups: tuple[tuple[int, ...], ...]
    pairs: Ints
    lower: Floats
    upper: Floats
    work: Work

    def of(self, leak: Leak) -> list[int]:
        """List the cells that leak in this way."""
        found: list[int] = self.cells.get(leak, np.zeros(0, dtype=np.int64)).tolist()
        return found

    def verdict(self, view: View) -> Verdict:
        """Count what leaks by class of cells."""
        counted = Counter(
            (leak, view.classes[number]) for leak in self.cells for number in view.class_of[self.cells[leak]].tolist()
        )
        order = {leak: place for place, leak in enumerate(Leak)}
        listed = [(leak, name, count) for (leak, name), count in counted.items()]
        return Verdict(tuple(sorted(listed, key=lambda line: (order[line[0]], line[1]))))
