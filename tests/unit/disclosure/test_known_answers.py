"""Small tables whose masks can be told by hand: k is 10, p 10%, the protection 20%."""

from dataclasses import replace

import numpy as np
import pytest
from tables_by_hand import Tables, one_line

from pipelines.disclosure.cells import Cells, Relation
from pipelines.disclosure.rules import Reason, Rule, Standing
from pipelines.disclosure.suppression import suppress
from pipelines.errors import DisclosureError

FEW, DOMINATED, COMPLEMENTARY, EMPTY = Reason.FEW_PEOPLE, Reason.DOMINATED, Reason.COMPLEMENTARY, Reason.EMPTY


def _reasons(tables):
    return list(suppress(*tables.cells(), Rule()).reason)


def ones(people):
    """People with one page view each."""
    return [1] * people


@pytest.mark.parametrize(
    ("parts", "reasons"),
    [
        ([ones(12), ones(50)], [None, None, None]),
        ([ones(10), ones(10)], [None, None, None]),
        ([ones(9), ones(50)], [FEW, COMPLEMENTARY, None]),
        ([ones(3), ones(12), ones(50)], [FEW, COMPLEMENTARY, None, None]),
        ([ones(3), ones(4), ones(12), ones(50)], [FEW, FEW, COMPLEMENTARY, None, None]),
        ([ones(3), ones(4)], [FEW, FEW, FEW]),
        ([ones(6), ones(7)], [FEW, FEW, None]),
        ([ones(9), []], [FEW, EMPTY, FEW]),
        ([ones(50), []], [None, EMPTY, None]),
        ([ones(9), [], ones(12), ones(50)], [FEW, EMPTY, COMPLEMENTARY, None, None]),
        ([[900, 3, *ones(18)], ones(200), ones(500)], [DOMINATED, COMPLEMENTARY, None, None]),
        ([[1000], ones(15), ones(300)], [FEW, None, COMPLEMENTARY, None]),
        ([[200, *ones(3)], ones(12), ones(300)], [FEW, None, COMPLEMENTARY, None]),
    ],
    ids=[
        "all safe",
        "exactly k",
        "one below k",
        "the cheapest other",
        "two small ones need a large one",
        "a total of few people",
        "no large part: the total is its parts",
        "an empty part protects nobody",
        "an empty row is not shown",
        "an empty row is not chosen",
        "dominated",
        "together with the cheapest still dominated",
        "the interval of a large value is as wide as a fifth of it",
    ],
)
def test_a_line_is_masked_as_by_hand(parts, reasons):
    assert _reasons(one_line(parts)) == reasons


@pytest.mark.parametrize(("rest", "is_dominated"), [(99, True), (100, False)])
def test_dominance_begins_below_p_percent_of_the_largest(rest, is_dominated):
    reasons = _reasons(one_line([[1000, 500, *ones(rest)], ones(900), ones(950)]))
    assert (reasons[0] is DOMINATED) == is_dominated


def test_each_cell_may_have_a_rule_of_its_own():
    tables = one_line([ones(7), ones(12), ones(50)])
    cells, relations = tables.cells()
    assert suppress(cells, relations, Rule(threshold=5)).hidden.tolist() == [False] * 4
    rules = [Rule(threshold=8), *[Rule(threshold=5)] * 3]
    assert suppress(cells, relations, rules).hidden.tolist() == [True, True, False, False]


def test_what_was_shown_is_not_chosen_and_what_was_hidden_stays():
    tables = one_line([ones(3), ones(12), ones(50), ones(60)])
    tables.fixed = {("part", 1): Standing.SHOWN}
    assert _reasons(tables) == [FEW, None, COMPLEMENTARY, None, None]
    tables.fixed = {("part", 3): Standing.HIDDEN}
    assert _reasons(tables) == [FEW, None, None, COMPLEMENTARY, None]


def test_a_total_that_would_open_hidden_days_is_hidden_when_it_closes():
    tables = one_line([ones(4), ones(5), ones(50), ones(60)])
    tables.fixed = {("part", place): Standing.HIDDEN if place < 2 else Standing.SHOWN for place in range(4)}
    assert _reasons(tables) == [FEW, FEW, None, None, COMPLEMENTARY]
    tables.fixed[("part", 2)] = Standing.HIDDEN
    assert _reasons(tables) == [FEW, FEW, COMPLEMENTARY, None, None]


def test_a_square_protects_one_cell_of_rows_by_columns():
    tables = Tables()
    for row in range(3):
        for column in range(3):
            tables.rows[("inner", row, column)] = one_line([ones(3 if row == column == 0 else 40)]).rows[("part", 0)]
    for place in range(3):
        tables.total(("row", place), [("inner", place, other) for other in range(3)])
        tables.total(("column", place), [("inner", other, place) for other in range(3)])
    tables.total(("all",), [("row", row) for row in range(3)])
    tables.total(("all",), [("column", column) for column in range(3)])
    reasons = dict(zip(tables.rows, _reasons(tables), strict=True))
    hidden = [key for key, reason in reasons.items() if reason]
    rows, columns = {key[1] for key in hidden}, {key[2] for key in hidden}
    assert len(hidden) == 4
    assert all(key[0] == "inner" for key in hidden)
    assert (len(rows), len(columns)) == (2, 2)


def test_a_row_is_hidden_with_all_its_measures_where_one_alone_would_be_known():
    tables = one_line([ones(3), ones(12), ones(50)])
    cells, _ = tables.cells()
    quiet = np.array([3, 0, 50, 53])
    cells.values["visits"][:] = quiet
    relations = [Relation(name, 3, (0, 1, 2)) for name in ("page_views", "visits")]
    assert suppress(cells, relations[:1], Rule()).hidden.tolist() == [True, True, False, False]
    assert suppress(cells, relations, Rule()).hidden.tolist() == [True, False, True, False]


def test_what_nothing_can_protect_is_refused_without_a_value():
    tables = one_line([ones(7), ones(543), ones(61)])
    tables.fixed = {("part", 1): Standing.SHOWN, ("part", 2): Standing.SHOWN, ("total",): Standing.SHOWN}
    with pytest.raises(DisclosureError, match="part") as refused:
        _reasons(tables)
    assert not any(character.isdigit() for character in str(refused.value))
    del tables.fixed[("total",)]
    assert _reasons(tables) == [FEW, None, None, COMPLEMENTARY]


def test_a_row_hidden_before_keeps_the_protection_it_was_promised():
    tables = one_line([ones(4), ones(12), ones(50)])
    tables.fixed = {("part", 0): Standing.HIDDEN, ("part", 1): Standing.HIDDEN, ("part", 2): Standing.SHOWN}
    cells, relations = tables.cells()
    for width, is_total_hidden in ((16, False), (17, True)):
        promised = {name: np.array([width, 10.0, 0, 0]) for name in cells.values}
        mask = suppress(replace(cells, promised=promised), relations, Rule())
        assert mask.hidden.tolist() == [True, True, False, is_total_hidden]
        assert mask.protection["page_views"][0] == width


def _cells(**changes):
    columns = {"views": [5, 20, 25], "people": [5, 20, 25], "largest": [1, 1, 1], "second": [1, 1, 1]} | changes
    views, people, largest, second = (np.array(columns[name]) for name in ("views", "people", "largest", "second"))
    keys = [("daily", 0), ("daily", 1), ("monthly", 0)]
    return Cells(keys, {"page_views": views}, people, largest, second, np.zeros(3, dtype=np.int8))


LINE = Relation("page_views", 2, (0, 1))


@pytest.mark.parametrize(
    ("cells", "relations", "rules"),
    [
        (_cells(views=[5, 20, 26]), [LINE], Rule()),
        (_cells(people=[0, 20, 25]), [LINE], Rule()),
        (_cells(second=[2, 1, 1]), [LINE], Rule()),
        (_cells(largest=[9, 1, 1]), [LINE], Rule()),
        (_cells(people=[5, 20]), [LINE], Rule()),
        (_cells(), [Relation("page_views", 2, (0, 1, 2))], Rule()),
        (_cells(views=[5, 20, 30]), [Relation("page_views", 2, (0, 0, 1))], Rule()),
        (_cells(), [LINE], [Rule()]),
    ],
    ids=["sum", "nobody", "order", "too much", "length", "itself", "twice", "rules"],
)
def test_senseless_tables_are_refused_without_a_value(cells, relations, rules):
    with pytest.raises(DisclosureError) as refused:
        suppress(cells, relations, rules)
    assert not any(character.isdigit() for character in str(refused.value))


def test_the_same_tables_that_make_sense_are_masked():
    assert suppress(_cells(), [LINE], Rule()).hidden.tolist() == [True, True, False]


def test_cells_without_the_measure_of_dominance_are_refused():
    cells = Cells([("t",)], {"visits": np.array([3])}, *(np.array([1]) for _ in range(3)), np.zeros(1, dtype=np.int8))
    with pytest.raises(DisclosureError, match="dominance"):
        suppress(cells, [], Rule())


def test_measures_that_add_up_to_another_one_hang_together_with_it():
    # Pages on which visits began, of 4 people and of 20, add up to the visits of a day, and two days to both.
    views = np.array([12, 60, 0, 0, 0])
    visits = np.array([0, 0, 72, 15, 87])
    cells = Cells(
        [("pages", 0), ("pages", 1), ("days", 0), ("days", 1), ("weeks", 0)],
        {"page_views": views, "visits": visits},
        np.array([4, 20, 24, 5, 29]),
        *(np.full(5, 3) for _ in range(2)),
        np.zeros(5, dtype=np.int8),
        amount=views + visits,
    )
    pages, both_days = Relation("page_views", 2, (0, 1), "visits"), Relation("visits", 4, (2, 3))
    assert suppress(cells, [both_days], Rule()).hidden.tolist() == [True, False, True, True, False]
    # The few pages and the other day together would be known, on nine people.
    hidden = suppress(cells, [pages, both_days], Rule()).hidden.tolist()
    assert hidden in ([True, True, True, True, False], [True, False, True, True, True])
