"""Which rows of one table lie within each other, step by step: whoever opened a message was reached by it, and it was sent.

A step is a value of one dimension. Every two steps are a pair, not only neighbours: one between them may have no row.
"""

from collections.abc import Iterator
from itertools import combinations

from pipelines.policy.publication import PublishedTable
from pipelines.releases.marts import SEPARATOR


def steps_within(table: PublishedTable, part: str, total: str) -> Iterator[str]:
    """Yield for every two steps the SQL of whether the row `part` lies within the row `total` (aliases of one table and period).

    The outermost pairs come first.
    """
    if table.nested is None:
        return
    place = table.dimensions.index(table.nested.dimension)
    same = "".join(
        f" AND {_dimension(part, other)} = {_dimension(total, other)}"
        for other in range(len(table.dimensions))
        if other != place
    )
    for outer, inner in combinations(table.nested.order, 2):
        yield f"({_dimension(total, place)} = '{outer}' AND {_dimension(part, place)} = '{inner}'{same})"


def _dimension(row: str, place: int) -> str:
    return f"split_part({row}.value, {SEPARATOR}, {place + 1})"
