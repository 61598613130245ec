"""Paths by days of a real log: hiding small cells alone protects nothing."""

import gzip
import re
from collections import Counter

import numpy as np
import pytest

from pipelines.attack import Kind, Leak, Relation, Relations, View, attack

HITS = 5
"""Cells of 1 to 4 hits are hidden."""
LINE = re.compile(
    rb'\S+ \S+ \S+ \[(\d+)/May/2015:[\d:]+ \+0000\] "\S+ ([^ ?]+)\S* [^"]*" \d{3} (?:\d+|-) "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"'
)


@pytest.fixture(scope="module")
def table(real_data):
    """Hits by path (20 hits or more, then all others together) and day, and their sums at the right and below."""
    with gzip.open(real_data / "apache-semicomplete" / "access.log.gz") as file:
        found = [LINE.fullmatch(line.rstrip(b"\n")) for line in file]
    assert sum(match is None for match in found) == 1, "one line is cut off"
    hits = Counter((match[2], int(match[1])) for match in found if match)
    of_path = Counter()
    for (path, _), count in hits.items():
        of_path[path] += count
    often = sorted(path for path, count in of_path.items() if count >= 20)
    rows = [[hits[path, day] for day in (17, 18, 19, 20)] for path in often]
    everything = [sum(count for (_, on), count in hits.items() if on == day) for day in (17, 18, 19, 20)]
    rows.append([total - sum(column) for total, column in zip(everything, zip(*rows, strict=True), strict=True)])
    full = np.array(rows, dtype=float)
    full = np.column_stack((full, full.sum(axis=1)))
    return np.vstack((full, full.sum(axis=0)))


@pytest.fixture(scope="module")
def relations(table):
    place = np.arange(table.size).reshape(table.shape)
    lines = [*place, *place.T]
    return Relations.of(Relation(Kind.ADDS_UP, int(line[-1]), tuple(line[:-1].tolist())) for line in lines)


def _subtracted(table, hidden):
    """Solve by hand what subtraction solves: a line with one hidden cell, and again, until there is none."""
    hidden = hidden.copy()
    before = hidden.sum()
    while True:
        alone = (hidden & (hidden.sum(axis=0) == 1)) | (hidden & (hidden.sum(axis=1, keepdims=True) == 1))
        if not alone.any():
            return before - hidden.sum()
        hidden &= ~alone


@pytest.fixture(scope="module")
def small(table):
    hidden = (table >= 1) & (table < HITS)
    assert (table.shape, hidden.sum()) == ((70, 5), 49), "68 paths and the others, four days, and the sums"
    return hidden


def _view(table, hidden, **knowledge):
    return View.of(np.where(hidden, np.nan, table).ravel(), people=100, threshold=HITS, protection=HITS, **knowledge)


def test_subtraction_alone_recovers_43_of_49_small_cells(table, small, relations):
    found = attack(_view(table, small), relations, exact=True)
    assert _subtracted(table, small) == 43
    assert len(found.of(Leak.RECOVERED)) == 43
    assert len(found.of(Leak.GROUP)) == 6, "the others stand in sums that are known exactly"
    recovered = found.of(Leak.RECOVERED)
    assert np.array_equal(found.lower[recovered], table.ravel()[recovered])


def test_who_knows_the_rule_recovers_all_49(table, small, relations):
    rule = {"floor": np.where(small.ravel(), 1, 0), "ceiling": np.where(small.ravel(), HITS - 1, np.inf)}
    found = attack(_view(table, small, **rule), relations, exact=True)
    assert found.of(Leak.RECOVERED) == np.flatnonzero(small.ravel()).tolist()
    assert np.array_equal(found.lower[small.ravel()], table[small])
    assert found.verdict(_view(table, small)).message() == "cells: 49 hidden, and only one value is possible"


def test_further_cells_hidden_in_each_line_protect_the_small_ones(table, small, relations):
    """Hide by hand: with each small cell the largest other of its line, and in each day the cells of two large paths."""
    hidden = small.copy()
    for row in np.flatnonzero(small.any(axis=1)):
        hidden[row, np.argmax(np.where(small[row], -1, table[row])[:4])] = True
    for row in np.argsort(table[:69, 4])[-3:-1]:
        hidden[row, :4] = True
    view = _view(table, hidden, rests_on_k=~small.ravel())
    assert attack(view, relations).verdict(view).passes
