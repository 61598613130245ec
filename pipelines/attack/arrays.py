"""The arrays of this package, and the two ways in which they are counted."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

TOLERANCE = 1e-6
"""Below this, two figures are the same: figures are whole numbers, and the solver is exact to 1e-7."""


def sums(group: Ints, weights: Floats, groups: int) -> Floats:
    """Sum `weights` by `group`, shape (groups,); exact for whole numbers below 2**53."""
    return np.bincount(group, weights=weights, minlength=groups).astype(np.float64)


def counts(group: Ints, flags: Bools, groups: int) -> Ints:
    """Count the true ones of `flags` by `group`, shape (groups,)."""
    return np.bincount(group[flags], minlength=groups).astype(np.int64)
