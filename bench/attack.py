"""How long the attack takes: all that a service published, and then one more night of it. Run: make bench-attack.

Days of one partner have twelve relations over sixty cells: page views by content, by content type (which is a sum of contents),
by device, browser, OS, feature and referrer, and by hour. Rows of few people are hidden, and in each relation the smallest others
until one that rests on k people is. Weeks are sums of their days, in the total and in each device, unless --days-alone.
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


class Published:
    """Cells and relations as they pile up."""

    def __init__(self, seed: int) -> None:
        """Draw everything from one seed."""
        self.random = np.random.default_rng(seed)
        self.values: list[np.ndarray] = []
        self.people: list[np.ndarray] = []
        self.lengths: list[int] = []
        self.cells: list[np.ndarray] = []
        self.size = 0

    def add(self, values: np.ndarray, people: np.ndarray) -> np.ndarray:
        """Add cells, and return where they stand."""
        self.values.append(values)
        self.people.append(people)
        self.size += len(values)
        return np.arange(self.size - len(values), self.size)

    def relate(self, total: int, parts: np.ndarray) -> None:
        """Say that a total is the sum of its parts."""
        self.cells.append(np.concatenate(([total], parts)))
        self.lengths.append(len(parts) + 1)

    def day(self, people: int) -> tuple[int, np.ndarray]:
        """Publish one partner's day; return its total and its devices."""
        views = int(people * 4)
        total = self.add(np.array([views]), np.array([people]))[0]
        contents = self._spread(views, people, CONTENTS)
        values, visitors = self.values[-1], self.people[-1]
        of_type = np.arange(CONTENTS) % TYPES
        types = self.add(
            np.bincount(of_type, values, TYPES).astype(int),
            np.array([visitors[of_type == kind].max() for kind in range(TYPES)]),
        )
        self.relate(total, contents)
        self.relate(total, types)
        for kind in range(TYPES):
            self.relate(int(types[kind]), contents[of_type == kind])
        breakdowns = [self._spread(views, people, size) for size in OTHERS]
        for parts in breakdowns:
            self.relate(total, parts)
        return int(total), breakdowns[0]

    def week(self, days: list[tuple[int, np.ndarray]]) -> None:
        """Publish the week of some days: its total, its devices, and what they are sums of."""
        values, people = np.concatenate(self.values), np.concatenate(self.people)
        columns = np.column_stack([np.concatenate(([total], devices)) for total, devices in days])
        cells = self.add(values[columns].sum(axis=1), people[columns].max(axis=1))
        self.values, self.people = [values, self.values[-1]], [people, self.people[-1]]
        for cell, of_days in zip(cells, columns, strict=True):
            self.relate(int(cell), of_days)
        self.relate(int(cells[0]), cells[1:])

    def _spread(self, views: int, people: int, size: int) -> np.ndarray:
        shares = self.random.dirichlet(np.full(size, 0.7))
        values = self.random.multinomial(views, shares)
        return self.add(values, np.minimum(people, np.ceil(values / 3).astype(int)))

    def relations(self) -> Relations:
        """Return the relations so far."""
        starts = np.concatenate(([0], np.cumsum(self.lengths)))
        cells = np.concatenate(self.cells)
        signs = np.ones(len(cells), dtype=np.int64)
        signs[starts[:-1]] = -1
        return Relations(np.zeros(len(self.lengths), dtype=np.int64), starts, cells, signs)


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
        done: list[tuple[int, np.ndarray]] = []
        for day in range(days):
            begun = published.size
            done.append(published.day(int(published.random.poisson(audience)) + 1))
            if weeks and day % 7 == 6:
                published.week(done[-7:])
        values, counted = np.concatenate(published.values), np.concatenate(published.people)
        own = published.relations()
        hidden = hide(own, values, counted)
        views.append(np.where(hidden, np.nan, values))
        people.append(counted)
        relations.append((own, size))
        night.append(np.arange(begun, published.size) + size)
        size += published.size
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
