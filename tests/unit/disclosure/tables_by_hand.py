"""Small tables made from plain contributions, so that people, contributors and unions are known exactly."""

import random
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from pipelines.disclosure.cells import Cells, Mask, Relation
from pipelines.disclosure.rules import Standing

MEASURES = ("page_views", "visits")


@dataclass
class Tables:
    """Rows by key, each with what every person gives to each measure, and the relations by key."""

    rows: dict[tuple, dict[str, Counter]] = field(default_factory=dict)
    relations: list[tuple[str, tuple, list[tuple]]] = field(default_factory=list)
    fixed: dict[tuple, Standing] = field(default_factory=dict)

    def add(self, key, person, page_views, visits):
        """Let a person give to a row."""
        row = self.rows.setdefault(key, {name: Counter() for name in MEASURES})
        row["page_views"][person] += page_views
        row["visits"][person] += visits

    def total(self, key, parts):
        """Make a row (once) that is the sum of others, and say so, for each measure."""
        for part in parts:
            self.rows.setdefault(part, {name: Counter() for name in MEASURES})
        if key not in self.rows:
            summed = {name: sum((self.rows[part][name] for part in parts), Counter()) for name in MEASURES}
            self.rows[key] = summed
        self.relations += [(name, key, parts) for name in MEASURES]

    def people(self, key):
        """Return the people of a row."""
        return set(self.rows[key]["page_views"])

    def cells(self) -> tuple[Cells, list[Relation]]:
        """Return the same as columns."""
        place = {key: number for number, key in enumerate(self.rows)}
        gifts = [[*sorted(row["page_views"].values(), reverse=True), 0, 0] for row in self.rows.values()]
        cells = Cells(
            key=list(self.rows),
            values={name: np.array([row[name].total() for row in self.rows.values()]) for name in MEASURES},
            people=np.array([len(self.people(key)) for key in self.rows]),
            largest=np.array([one[0] for one in gifts]),
            second=np.array([one[1] for one in gifts]),
            fixed=np.array([self.fixed.get(key, Standing.FREE) for key in self.rows], dtype=np.int8),
        )
        relations = [
            Relation(name, place[total], tuple(place[part] for part in parts)) for name, total, parts in self.relations
        ]
        return cells, relations

    def fix(self, mask: Mask):
        """Make every decision of a mask final."""
        for key, is_hidden in zip(self.rows, mask.hidden.tolist(), strict=True):
            self.fixed[key] = Standing.HIDDEN if is_hidden else Standing.SHOWN


def one_line(parts):
    """One total over parts, each given as the page views of its people; nobody is in two parts."""
    tables = Tables()
    for number, gifts in enumerate(parts):
        tables.rows[("part", number)] = {name: Counter() for name in MEASURES}
        for person, views in enumerate(gifts):
            tables.add(("part", number), (number, person), views, 1)
    tables.total(("total",), list(tables.rows))
    return tables


def _views(chance: random.Random) -> int:
    """Mostly few page views, sometimes very many: people say nothing of values."""
    return chance.choice([1, 1, 1, 2, 3, 5, chance.randint(1, 200)])


def grid(seed, height, width, people):
    """Rows by columns with all totals; sparse towards the end."""
    chance = random.Random(seed)  # noqa: S311 -- tables, not secrets
    tables = Tables()
    for row in range(height):
        for column in range(width):
            tables.rows[("inner", row, column)] = {name: Counter() for name in MEASURES}
            for _ in range(chance.randint(0, people // (row + 1))):
                tables.add(("inner", row, column), chance.randrange(people * 3), _views(chance), 1)
    for row in range(height):
        tables.total(("row", row), [("inner", row, column) for column in range(width)])
    for column in range(width):
        tables.total(("column", column), [("inner", row, column) for row in range(height)])
    tables.total(("all",), [("row", row) for row in range(height)])
    tables.total(("all",), [("column", column) for column in range(width)])
    return tables


def day_of(tables, chance, day, people):
    """One day of a partner: four contents of two types, two devices."""
    for _ in range(chance.randint(0, people)):
        person, content = chance.randrange(people * 2), min(chance.randrange(4), chance.randrange(4))
        views, device = _views(chance), chance.choice([0, 0, 0, 1])
        tables.add(("content", content, day), person, views, 1)
        tables.add(("device", device, day), person, views, 1)
    tables.total(("type", 0, day), [("content", content, day) for content in (0, 1)])
    tables.total(("type", 1, day), [("content", content, day) for content in (2, 3)])
    tables.total(("usage", day), [("type", kind, day) for kind in (0, 1)])
    tables.total(("usage", day), [("content", content, day) for content in range(4)])
    tables.total(("usage", day), [("device", device, day) for device in (0, 1)])


def days(seed, number, people):
    """Some days of a partner, each with its hierarchy."""
    tables, chance = Tables(), random.Random(seed)  # noqa: S311 -- tables, not secrets
    for day in range(number):
        day_of(tables, chance, day, people)
    return tables


def close(tables, name, of):
    """Close a longer period: each of its rows is the sum of its parts' rows, and its tables add up among themselves."""
    kinds = [
        ("type", 0),
        ("type", 1),
        ("device", 0),
        ("device", 1),
        *(("content", one) for one in range(4)),
        ("usage",),
    ]
    for kind in kinds:
        tables.total((*kind, name), [(*kind, part) for part in of])
    tables.total(("usage", name), [("content", content, name) for content in range(4)])
    tables.total(("usage", name), [("device", device, name) for device in (0, 1)])
