"""Paths by days of a real log: the attack finds nothing in what the suppression leaves, and much without its second step."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pytest

from pipelines.attack import Findings, Kind, Leak, Relation, Relations, View, attack
from pipelines.disclosure.cells import Mask
from pipelines.disclosure.rules import Rule
from pipelines.disclosure.suppression import suppress, suppress_primary

RULE = Rule()


@pytest.fixture(scope="module")
def log(real_data, repository) -> SimpleNamespace:
    """The benchmark's table: hits by path and Seoul day with all sums, each row with the address prefixes behind it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(repository / "bench")
        bench = import_module("disclosure_tables")
    tables = bench.crossed(bench.log_rows(real_data / "apache-semicomplete" / "access.log.gz"))
    cells = tables.cells()
    kinds = sorted({key[0] for key in cells.key})
    assert (len(cells), kinds) == (416, ["all", "cell", "day", "path"])
    assert cells.values["page_views"][tables.place["all",]] == 10_000, "the cut line has a path too"
    return SimpleNamespace(cells=cells, relations=tables.relations)


def _attacked(log: SimpleNamespace, mask: Mask) -> tuple[Findings, View]:
    """Attack what `mask` leaves, with the widths that the rule asks for and not those that the mask promises."""
    cells, hits = log.cells, log.cells.values["page_views"]
    view = View.of(
        np.where(mask.hidden, np.nan, hits),
        protection=np.maximum(RULE.threshold, np.ceil(hits * RULE.protection_percent / 100)),
        rests_on_k=mask.hidden & (cells.people >= RULE.threshold),
        people=np.where(mask.hidden, -1, cells.people),
        threshold=RULE.threshold,
        largest=np.where(mask.hidden, np.nan, cells.largest),
        second=np.where(mask.hidden, np.nan, cells.second),
        dominance=RULE.dominance_percent,
    )
    relations = Relations.of(Relation(Kind.ADDS_UP, one.total, one.parts) for one in log.relations)
    return attack(view, relations, exact=True), view


def test_the_attack_finds_nothing_in_what_the_suppression_leaves(log):
    mask, primary = suppress(log.cells, log.relations, RULE), suppress_primary(log.cells, RULE)
    found, view = _attacked(log, mask)
    assert found.verdict(view).leaks == ()
    assert found.work.parts > 0, "it was asked about something"
    assert np.all(mask.hidden[primary.hidden])
    assert 0 < mask.hidden.sum() - primary.hidden.sum() < (~primary.hidden).sum() / 2, "most that may be shown is shown"


def test_without_complementary_suppression_the_attack_recovers_cells(log):
    mask = suppress_primary(log.cells, RULE)
    found, view = _attacked(log, mask)
    assert found.verdict(view).leaks == (
        (Leak.RECOVERED, "cells", 2),
        (Leak.NARROW, "cells", 7),
        (Leak.GROUP, "cells", 263),
    )
    recovered = found.of(Leak.RECOVERED)
    assert np.all(log.cells.people[recovered] < RULE.threshold)
    assert np.array_equal(found.lower[recovered], log.cells.values["page_views"][recovered])
