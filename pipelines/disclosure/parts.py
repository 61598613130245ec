"""Single measures of a shown row that speak of some of its people only."""

import numpy as np

from pipelines.disclosure.rules import Booleans, Integers, Reason


def is_part_shown(part: Integers, people: Integers, threshold: int) -> Booleans:
    """Return where a measure that rests on `part` of a row's `people` may be shown.

    It speaks of k people or more, and leaves out nobody or k people or more: what is left out is known by subtraction.
    """
    left_out = np.asarray(people) - np.asarray(part)
    return np.asarray((np.asarray(part) >= threshold) & ((left_out == 0) | (left_out >= threshold)))


def part_reasons(part: Integers, people: Integers, threshold: int) -> tuple[Reason | None, ...]:
    """Return why each measure is hidden; None where it is shown."""
    few, shown = np.asarray(part) < threshold, is_part_shown(part, people, threshold)
    return tuple(
        None if is_shown else Reason.PART_FEW_PEOPLE if is_few else Reason.PART_ALL_BUT_FEW
        for is_few, is_shown in zip(few, shown, strict=True)
    )
