"""Totals and parts brought to agree: what a row was published without says nothing about the others."""

import numpy as np
import pytest

from pipelines.releases.agreeing import agreed
from pipelines.releases.frame import Frame
from pipelines.releases.relations import Structure
from pipelines.releases.rows import HIDDEN, SHOWN


def whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def week(*, has_bounces: bool) -> tuple[Frame, Structure]:
    """Return a shown week over two hidden days; of its bounces there are 0, or nobody was told."""
    frame = Frame(
        tables=("usage",),
        table_of=whole(0, 0, 0),
        standing=whole(SHOWN, HIDDEN, HIDDEN),
        is_current=np.ones(3, dtype=np.bool_),
        release=whole(1, 1, 1),
        rests_on_k=np.ones(3, dtype=np.bool_),
        people=whole(30, 20, 20),
        largest=whole(0, 0, 0),
        second=whole(0, 0, 0),
        values={"bounces": whole(0, 14, 3)},
        has={"bounces": np.array([has_bounces, True, True])},
        widths={"bounces": whole(0, 10, 10)},
    )
    adds_up = {"bounces": "bounces"}
    return frame, Structure("usage", whole(0), whole(0, 2), whole(1, 2), adds_up, {}, is_made=True)


@pytest.mark.parametrize(("has_bounces", "equations", "bounces"), [(False, 0, [0, 14, 3]), (True, 1, [0, 0, 0])])
def test_a_measure_that_a_shown_row_was_published_without_is_not_taken_for_none(has_bounces, equations, bounces):
    frame, structure = week(has_bounces=has_bounces)
    assert len(agreed(frame, [structure], frozenset({"usage"}))) == equations
    assert frame.values["bounces"].tolist() == bounces
