"""Cells known to be 0 because all they consist of is empty: a day on which somebody came, and looked at no page.

Whoever knows which rows are empty knows these too, so nothing protects them, and they protect nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipelines.releases.agreeing import Equation
from pipelines.releases.frame import Booleans, Frame


def void_cells(frame: Frame, equations: Sequence[Equation], among: Booleans) -> dict[str, Booleans]:
    """Return by measure which rows have none of it: those known before, empty ones `among` the rows, and totals of nothing else.

    A hidden row whose value merely happens to be 0 is none of them: that nobody in it did something may be a secret.
    """
    is_empty = np.asarray(among & (frame.people == 0))
    void = {measure: is_empty | frame.void.get(measure, False) for measure in frame.values}
    is_open = among & ~is_empty
    waiting = [one for one in equations if is_open[one.total] and frame.values[one.total_measure][one.total] == 0]
    found = True
    while found:
        found = False
        for one in waiting:
            if not void[one.total_measure][one.total] and void[one.part_measure][list(one.parts)].all():
                void[one.total_measure][one.total] = found = True
    return void


def without_voids(equations: Sequence[Equation], void: dict[str, Booleans]) -> list[Equation]:
    """Return the equations between what is not known to be 0; one of nothing else says nothing."""
    kept = []
    for one in equations:
        if not void[one.total_measure][one.total]:
            is_void = void[one.part_measure][list(one.parts)]
            parts = tuple(part for part, known in zip(one.parts, is_void.tolist(), strict=True) if not known)
            kept.append(replace(one, parts=parts) if len(parts) < len(one.parts) else one)
    return kept
