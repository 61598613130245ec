"""What the rule alone says: a hidden count of people that nothing else can explain is below the threshold."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.attack.relations import Kind, Relations
from pipelines.attack.view import View


def with_rule(view: View, relations: Relations, rows: npt.ArrayLike, counts_people: npt.ArrayLike) -> View:
    """Return the view of who knows the rule: hidden counts of people that must be of too few lie in 1 to `threshold` - 1.

    `rows`: to which row of a table each cell belongs (a row is hidden whole); `counts_people`: which cells count people; both of
    shape (n,). A row is hidden for its own sake if no relation that adds up, over any of its cells, holds another open row: what
    else could explain it? Where it was for dominance (it rests on k people) the supposition would be wrong, and is not made.
    """
    row_of = np.asarray(rows, dtype=np.int64)
    is_open = view.is_open
    open_entries = is_open[relations.cells] & np.repeat(relations.kinds == Kind.ADDS_UP, np.diff(relations.starts))
    held = np.unique(np.column_stack((relations.of_entry[open_entries], row_of[relations.cells[open_entries]])), axis=0)
    in_company = held[np.bincount(held[:, 0], minlength=relations.count)[held[:, 0]] > 1, 1]
    alone = is_open & np.asarray(counts_people, dtype=np.bool_) & ~view.rests_on_k & ~np.isin(row_of, in_company)
    floor = np.where(alone, np.maximum(view.floor, 1), view.floor)
    ceiling = np.where(alone, np.minimum(view.ceiling, view.threshold - 1), view.ceiling)
    return replace(view, floor=floor, ceiling=ceiling)
