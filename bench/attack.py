"""How long the attack takes: all that a service published, and then one more night of it. Run: make bench-attack.

Days of one partner have twelve relations over sixty cells: page views by content, by content type (which is a sum of contents),
by device, browser, OS, feature and referrer, and by hour. Rows of few people are hidden, and in each relation the smallest others
until one that rests on k people is. Each cell of a week is the sum of its days', unless --days-alone.
"""

import argparse
import resource
import sys
import time

import numpy as np

from pipelines.attack import Findings, Relations, View, attack

KIB_PER_UNIT = 1 if sys.platform != "darwin" else 1 / 1024
"""getrusage counts kibibytes on Linux and bytes on macOS."""
THRESHOLD = 10
CONTENTS, TYPES = 16, 4
OTHERS = (3, 5, 4, 5, 6, 16)
"""Devices, browsers, systems, features, referrers, hours."""


def _layout() -> list[np.ndarray]:
    """List a period's relations as places of total and parts: contents, types, contents of each type, and the others."""
    contents = 1 + np.arange(CONTENTS)
    types = 1 + CONTENTS + np.arange(TYPES)
    relations = [np.append(0, contents), np.append(0, types)]
    relations += [np.append(kind, contents[place::TYPES]) for place, kind in enumerate(types)]
    starts = 1 + CONTENTS + TYPES + np.cumsum((0, *OTHERS[:-1]))
    return relations + [np.append(0, start + np.arange(size)) for start, size in zip(starts, OTHERS, strict=True)]


LAYOUT = _layout()
CELLS = 1 + CONTENTS + TYPES + sum(OTHERS)


class Published:
    """One partner's cells and relations as they pile up, a period of `CELLS` at a time."""

    def __init__(self, seed: int) -> None:
        """Draw everything from one seed."""
        self.random = np.random.default_rng(seed)
        self.periods: list[np.ndarray] = []
        self.people: list[np.ndarray] = []
        self.relations: list[np.ndarray] = []

    def day(self, people: int) -> None:
        """Publish a day with so many people."""
        views = people * 4
        contents = self._spread(views, CONTENTS)
        types = np.array([contents[place::TYPES].sum() for place in range(TYPES)])
        values = np.concatenate(([views], contents, types, *(self._spread(views, size) for size in OTHERS)))
        self._publish(values, np.minimum(people, np.ceil(values / 3).astype(int)))

    def sum_up(self, periods: list[int]) -> None:
        """Publish a week or a month of some days: each of its cells is a sum of theirs."""
        people = np.max([self.people[period] for period in periods], axis=0)
        self._publish(np.sum([self.periods[period] for period in periods], axis=0), people)
        last = CELLS * (len(self.periods) - 1)
        self.relations += [
            np.array([last + cell, *(CELLS * period + cell for period in periods)]) for cell in range(CELLS)
        ]

    def _publish(self, values: np.ndarray, people: np.ndarray) -> None:
        self.relations += [CELLS * len(self.periods) + cells for cells in LAYOUT]
        self.periods.append(values)
        self.people.append(people)

    def _spread(self, views: int, size: int) -> np.ndarray:
        return self.random.multinomial(views, self.random.dirichlet(np.full(size, 0.7)))

    def joined(self) -> Relations:
        """Return the relations so far."""
        starts = np.concatenate(([0], np.cumsum([len(cells) for cells in self.relations])))
        cells = np.concatenate(self.relations)
        signs = np.ones(len(cells), dtype=np.int64)
        signs[starts[:-1]] = -1
        return Relations(np.zeros(len(self.relations), dtype=np.int64), starts, cells, signs)


def hide(relations: Relations, values: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Hide rows of few people, and in each relation the smallest others until k people stand behind what is hidden."""
    hidden = (people > 0) & (people < THRESHOLD)
    for _ in range(4):
        before = hidden.sum()
        for start, end in zip(relations.starts[:-1], relations.starts[1:], strict=True):
            cells = relations.cells[start:end]
            out = cells[hidden[cells]]
            if not len(out) or (len(out) > 1 and people[out].max() >= THRESHOLD):
                continue
            free = cells[~hidden[cells] & (people[cells] >= THRESHOLD)]
            if len(free):
                hidden[free[np.argsort(values[free])[: 2 if len(out) > 1 else 1]]] = True
        if hidden.sum() == before:
            break
    return hidden


def generate(partners: int, days: int, *, weeks: bool) -> tuple[View, Relations, np.ndarray]:
    """Publish `days` days of each partner; return the view, the relations, and the cells of the last night."""
    views, people, relations, night, size = [], [], [], [], 0
    for partner in range(partners):
        published = Published(partner)
        audience = int(published.random.choice([12, 30, 80, 300, 2000]))
        numbers: list[int] = []
        for day in range(days):
            begun = len(published.periods)
            numbers.append(begun)
            published.day(int(published.random.poisson(audience)) + 1)
            if weeks and day % 7 == 6:
                published.sum_up(numbers[-7:])
        values, counted = np.concatenate(published.periods), np.concatenate(published.people)
        own = published.joined()
        hidden = hide(own, values, counted)
        views.append(np.where(hidden, np.nan, values))
        people.append(counted)
        relations.append((own, size))
        night.append(np.arange(CELLS * begun, len(values)) + size)
        size += len(values)
    return _view(np.concatenate(views), np.concatenate(people)), _joined(relations), np.concatenate(night)


def _view(shown: np.ndarray, people: np.ndarray) -> View:
    hidden = np.isnan(shown)
    return View.of(
        shown,
        classes=("page views",),
        rests_on_k=people >= THRESHOLD,
        people=np.where(hidden, -1, people),
        protection=THRESHOLD,
    )


def _joined(relations: list[tuple[Relations, int]]) -> Relations:
    lengths = np.concatenate([np.diff(own.starts) for own, _ in relations])
    return Relations(
        np.concatenate([own.kinds for own, _ in relations]),
        np.concatenate(([0], np.cumsum(lengths))),
        np.concatenate([own.cells + shift for own, shift in relations]),
        np.concatenate([own.signs for own, _ in relations]),
    )


def _report(name: str, seconds: float, findings: Findings) -> None:
    found = {leak.name.lower(): len(cells) for leak, cells in findings.cells.items()}
    work = findings.work
    print(
        f"{name}: {seconds:.2f} s, {work.parts:,} parts, {work.rings:,} with rings, {work.programs:,} programs; {found}"
    )


def main() -> None:
    """Attack everything, then what one more night reaches, and print what both took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partners", type=int, default=500)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--days-alone", action="store_true", help="no weeks")
    arguments = parser.parse_args()
    view, relations, night = generate(arguments.partners, arguments.days, weeks=not arguments.days_alone)
    hidden = int(view.is_open.sum())
    print(
        f"{view.size:,} cells, {relations.count:,} relations, {hidden:,} hidden ({hidden / view.size:.1%})", flush=True
    )
    taken = []
    for name, touched in (("everything", None), ("one more night", night)):
        start = time.process_time()
        findings = attack(view, relations, touched=touched)
        taken.append(time.process_time() - start)
        _report(name, taken[-1], findings)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB_PER_UNIT / 1024
    print(f"the night takes {taken[1] / taken[0]:.1%} of everything; {peak_mib:,.0f} MiB at most")


if __name__ == "__main__":
    main()
