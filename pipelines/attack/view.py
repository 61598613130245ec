"""What the adversary sees: every cell ever published, as arrays of one length."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.attack.arrays import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Cells (one measure of one row each), arrays of shape (n,); what the gate knows besides, it never tells.

    `classes` name table and kind of cell, for messages; `class_of` points into them.
    `shown` is the value as published, NaN where hidden. `known_empty`: a hidden cell that is known to be 0 (the strict view).
    `protection`: the width that the interval of a hidden cell must have. `rests_on_k`: whether `threshold` people or
    more stand behind it. `people`: how many a shown cell rests on, -1 where that is not known. `largest`, `second`: the greatest
    parts of one person in a shown cell, NaN where dominance is not asked for; `dominance` is the rule's p, in percent.
    `floor`, `ceiling`: what the rule alone says of a hidden cell's value, both ends included.
    """

    classes: tuple[str, ...]
    class_of: Ints
    shown: Floats
    known_empty: Bools
    protection: Floats
    rests_on_k: Bools
    people: Ints
    threshold: Ints
    largest: Floats
    second: Floats
    dominance: Floats
    floor: Floats
    ceiling: Floats

    @classmethod
    def of(
        cls,
        shown: npt.ArrayLike,
        *,
        classes: tuple[str, ...] = ("cells",),
        class_of: npt.ArrayLike = 0,
        known_empty: npt.ArrayLike = False,
        protection: npt.ArrayLike = 10,
        rests_on_k: npt.ArrayLike = False,
        people: npt.ArrayLike = -1,
        threshold: npt.ArrayLike = 10,
        largest: npt.ArrayLike = np.nan,
        second: npt.ArrayLike = np.nan,
        dominance: npt.ArrayLike = 10,
        floor: npt.ArrayLike = 0,
        ceiling: npt.ArrayLike = np.inf,
    ) -> "View":
        """Spread single values over all cells; raises ValueError for another length, a class without name, bounds that cross."""
        values = np.asarray(shown, dtype=np.float64)

        def spread(given: npt.ArrayLike, kind: type) -> Any:  # noqa: ANN401 (the field it fills says what it is)
            return np.broadcast_to(np.asarray(given, dtype=kind), values.shape)

        view = cls(
            classes=classes,
            class_of=spread(class_of, np.int64),
            shown=values,
            known_empty=spread(known_empty, np.bool_),
            protection=spread(protection, np.float64),
            rests_on_k=spread(rests_on_k, np.bool_),
            people=spread(people, np.int64),
            threshold=spread(threshold, np.int64),
            largest=spread(largest, np.float64),
            second=spread(second, np.float64),
            dominance=spread(dominance, np.float64),
            floor=spread(floor, np.float64),
            ceiling=spread(ceiling, np.float64),
        )
        view._refuse_nonsense()
        return view

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.shown)

    @property
    def is_shown(self) -> Bools:
        """Which cells stand in a release with their value."""
        return ~np.isnan(self.shown)

    @property
    def is_open(self) -> Bools:
        """Which cells the adversary has to work out: hidden, and not known to be empty."""
        return np.isnan(self.shown) & ~self.known_empty

    @property
    def value(self) -> Floats:
        """What the adversary knows to begin with, NaN where a cell is open."""
        return np.where(self.known_empty & np.isnan(self.shown), 0.0, self.shown)

    @property
    def required(self) -> Floats:
        """How wide the interval of each hidden cell must be: its protection, or all the room the rule leaves if that is less."""
        return np.maximum(1.0, np.minimum(self.protection, self.ceiling - self.floor))

    def _refuse_nonsense(self) -> None:
        if self.shown.ndim != 1:
            raise ValueError("cells come in one row")
        if self.size and not (self.class_of.min() >= 0 and self.class_of.max() < len(self.classes)):
            raise ValueError("a cell's class has no name")
        if not np.all((self.floor >= 0) & (self.floor <= self.ceiling) & np.isfinite(self.floor)):
            raise ValueError("a cell's floor is below 0 or above its ceiling")
        if np.any(np.isnan(self.protection)) or np.any(self.threshold < 1):
            raise ValueError("a protection or a threshold is missing")
