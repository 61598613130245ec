"""Rounding of shown values to a base, where the policy asks for it; masks are computed on values as they are."""

import numpy as np

from pipelines.disclosure.rules import Integers
from pipelines.errors import DisclosureError


def rounded(values: Integers, base: int) -> Integers:
    """Return whole values rounded to multiples of `base`, a half to the even multiple; a base of 1 changes nothing.

    Rounded tables need not add up: each figure is rounded by itself (conventional rounding, half to even).
    Raises DisclosureError when the base is not a whole number of 1 or more.
    """
    if base < 1:
        raise DisclosureError("the base of rounding must be 1 or more")
    whole, rest = np.divmod(np.asarray(values, dtype=np.int64), base)
    up = (2 * rest > base) | ((2 * rest == base) & (whole % 2 == 1))
    return np.asarray((whole + up) * base, dtype=np.int64)
