"""The rule for one table, the reasons for hiding, and which cells the rule hides by itself (primary suppression)."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


TOLERANCE = 1e-9
"""How far below 0 a margin may be by fractions that floating point cannot hold."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What protects a cell: distinct people, the p% rule and the width of what an adversary may narrow a hidden value down to."""

    threshold: int = 10
    """k: a cell that rests on fewer distinct people is hidden."""
    dominance_percent: float = 10
    """p: a cell is hidden when all but its two largest contributors together give less than p% of the largest (p% rule)."""
    protection_percent: float = 20
    """An adversary's interval of a hidden value is at least this share of it wide, and at least the threshold."""


class Reason(StrEnum):
    """Why a row is not shown; for analysts, never published."""

    FEW_PEOPLE = "few_people"
    DOMINATED = "dominated"
    COMPLEMENTARY = "complementary"
    EMPTY = "empty"


class Standing(IntEnum):
    """What earlier releases decided about a cell; only a free one may be hidden now."""

    FREE = 0
    SHOWN = 1
    HIDDEN = 2


def margins(amount: Integers, largest: Integers, second: Integers, dominance_percent: Floats) -> Floats:
    """Return what a cell has beyond the p% rule: total - largest - second - p% of the largest; dominated below 0.

    A union of cells has at least the sum of its cells' margins: its two largest contributors give at most what the two
    largest of each cell give together.
    """
    return (amount - largest - second).astype(np.float64) - dominance_percent / 100 * largest


def widths(values: Integers, threshold: Integers, protection_percent: Floats) -> Floats:
    """Return how wide an adversary's interval of each value must be: the protection percentage, rounded up, or k."""
    share = np.ceil(np.round(values * protection_percent / 100, 9))
    return np.maximum(threshold.astype(np.float64), share)
