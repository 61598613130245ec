"""Log lines as numbers: one record a line, its columns positions in the pools of a world; and how statuses are answered."""

import numpy as np
import numpy.typing as npt

from pipelines.demo.chance import Ints, Weighted, draw
from pipelines.demo.site import Site
from pipelines.demo.world import HEAD

Lines = npt.NDArray[np.void]
PERSON, CRAWLER, MONITOR = range(3)
LINE = np.dtype(
    [
        ("second", np.int32),  # since the Seoul midnight the day began with; above 86,400 on the next day
        ("visit", np.int32),  # visits of one batch are numbered from 0; -1 where there is none
        ("address", np.int32),
        ("request", np.int32),
        ("status", np.int32),  # position in STATUSES
        ("size", np.int32),  # bytes sent, -1 where the log says `-`
        ("referrer", np.int32),
        ("agent", np.int32),
        ("cookie", np.int32),
        ("kind", np.int32),  # PERSON, CRAWLER or MONITOR
    ]
)

# status, weight for pages, weight for assets, bytes of the answer (-1: as large as the target is)
_ANSWERS: tuple[tuple[int, float, float, int], ...] = (
    (200, 900, 570, -1),
    (304, 55, 415, 0),
    (404, 12, 9, 1245),
    (302, 9, 0, 138),
    (301, 4, 0, 178),
    (403, 4, 1, 310),
    (500, 5, 0, 537),
    (499, 5, 2, 0),
    (503, 3, 1, 197),
    (206, 1, 2, -1),
    (502, 1, 0, 166),
    (204, 0, 0, 0),
    (400, 0, 0, 150),
    (405, 0, 0, 150),
    (408, 0, 0, 0),
    (414, 0, 0, 170),
)
STATUSES = tuple(status for status, _, _, _ in _ANSWERS)
OK, NOT_MODIFIED, NOT_FOUND, FOUND = range(4)
_PAGE_ANSWERS = Weighted.of([weight for _, weight, _, _ in _ANSWERS])
_ASSET_ANSWERS = Weighted.of([weight for _, _, weight, _ in _ANSWERS])
_SIZES = np.array([size for _, _, _, size in _ANSWERS], dtype=np.int32)
UNKNOWN_SIZE = 0.003


def new_lines(**columns: Ints | int) -> Lines:
    """Return lines from columns and constants; every field of LINE must be given, and at least one as an array."""
    lines = np.empty(max(np.size(column) for column in columns.values()), dtype=LINE)
    for name in LINE.names or ():
        lines[name] = columns[name]
    return lines


def answer_statuses(rng: np.random.Generator, site: Site, targets: Ints) -> Ints:
    """Return the status (position in STATUSES) of the answer to each target; what is missing is not found."""
    is_cover = (targets >= site.covers) & (targets < site.pages)
    is_asset = is_cover | ((targets >= site.assets) & (targets < site.searches))
    shares = rng.random(len(targets))
    statuses = np.where(is_asset, _ASSET_ANSWERS.at(shares), _PAGE_ANSWERS.at(shares)).astype(np.int32)
    statuses[site.missing[targets]] = NOT_FOUND
    return statuses


def answer_sizes(rng: np.random.Generator, site: Site, targets: Ints, ways: Ints, statuses: Ints) -> Ints:
    """Return the size in bytes of each answer: as its status says, else near the target's usual size; HEAD sends none."""
    usual = (site.sizes[targets] * rng.uniform(0.75, 1.25, len(targets))).astype(np.int32)
    sizes = np.where(_SIZES[statuses] < 0, usual, _SIZES[statuses])
    sizes[ways == HEAD] = 0
    sizes[draw(rng, len(targets), UNKNOWN_SIZE)] = -1
    return sizes.astype(np.int32)
