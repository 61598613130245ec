"""Totals are shown over parts of few people each, as long as nobody can tell few people's sum from them."""

import random
from itertools import product

import pytest
from adversary_by_hand import knows_a_small_group
from tables_by_hand import MEASURES, Tables, close, days, one_line
from test_suppression import hidden_of, judge, suppressed

from pipelines.disclosure import leaks, sums, widening
from pipelines.disclosure.cells import Rules
from pipelines.disclosure.equations import blocks
from pipelines.disclosure.rules import Rule, Standing
from pipelines.disclosure.state import State


def _old_and_new(those_who_return):
    """Two contents of the first days and two of the last: few come back for the old ones. Rows and columns add up."""
    tables, chance = Tables(), random.Random(4)  # noqa: S311 -- tables, not secrets
    for content, day in product(range(4), range(4)):
        tables.rows[("inner", content, day)] = one_line([[]]).rows[("part", 0)]
        for person in range(8 if (content < 2) == (day < 2) else 0):
            tables.add(("inner", content, day), (content, day, person), chance.randint(2, 4), 1)
    for person in range(those_who_return):
        tables.add(("inner", person % 2, 2 + person % 2), ("returns", person), 12, 12)
    for content in range(4):
        tables.total(("row", content), [("inner", content, day) for day in range(4)])
    for day in range(4):
        tables.total(("column", day), [("inner", content, day) for content in range(4)])
    return tables


def test_a_total_of_enough_people_is_shown_though_each_of_its_parts_rests_on_few():
    tables = one_line([[2] * 6, [2] * 5, [3] * 4])
    assert hidden_of(tables, suppressed(tables)) == {("part", 0), ("part", 1), ("part", 2)}


@pytest.mark.parametrize(("both", "is_shown"), [(0, True), (6, True), (7, False)])
def test_what_a_shown_part_leaves_of_a_total_is_sure_of_those_who_are_in_no_part_that_is_shown(both, is_shown):
    # 30, 9 and 7 people, of whom some of the nine are among the thirty: less the thirty, 16 - both are left of all.
    tables = one_line([[2] * 30, [], [2] * 7])
    del tables.rows[("total",)], tables.relations[:]
    for person in range(9):
        tables.add(("part", 1), (0 if person < both else 1, person), 2, 2)
    tables.total(("total",), [("part", part) for part in range(3)])
    judge(tables, suppressed(tables))
    assert (("part", 0) not in hidden_of(tables, suppressed(tables))) == is_shown


def test_rows_less_columns_that_are_few_peoples_are_not_left_known():
    tables = _old_and_new(2)
    hidden = hidden_of(tables, suppressed(tables))
    judge(tables, suppressed(tables), MEASURES[:1])
    assert {key[0] for key in hidden} > {"inner"}


def test_without_the_search_the_adversary_knows_rows_less_columns(monkeypatch):
    monkeypatch.setattr(leaks, "doubtful_sums", lambda lot: [])
    tables = _old_and_new(2)
    assert knows_a_small_group(tables, hidden_of(tables, suppressed(tables)), "page_views")


def test_rows_and_columns_are_shown_where_they_share_no_few():
    tables = _old_and_new(0)
    assert {key[0] for key in hidden_of(tables, suppressed(tables))} == {"inner"}


def test_sums_that_old_relations_give_away_by_themselves_are_no_news():
    # Rows and columns were shown, whoever came back for two contents. A fifth day comes, and a total over it and days before.
    tables = _old_and_new(2)
    tables.fixed = {key: Standing.HIDDEN if key[0] == "inner" else Standing.SHOWN for key in tables.rows}
    assert knows_a_small_group(tables, hidden_of(tables, suppressed(tables)), "page_views")
    for content, person in product(range(4), range(8)):
        tables.add(("inner", content, 4), (content, 4, person), 3, 1)
    tables.total(("column", 4), [("inner", content, 4) for content in range(4)])
    tables.total(("last days",), [("inner", content, day) for content in (2, 3) for day in (2, 3, 4)])
    assert hidden_of(tables, suppressed(tables)).isdisjoint({("column", 4), ("last days",)})


@pytest.mark.parametrize("seed", range(4))
def test_what_is_too_large_to_be_searched_is_hidden_until_it_is_not(monkeypatch, seed):
    tables = days(seed, 2, 60)
    close(tables, "both", (0, 1))
    before = hidden_of(tables, suppressed(tables))
    monkeypatch.setattr(sums, "SIZE", 0)
    mask = suppressed(tables)
    judge(tables, mask, MEASURES[:1])
    assert len(hidden_of(tables, mask)) >= len(before)


def test_a_month_is_shown_over_published_days_of_which_none_rests_on_enough():
    tables = one_line([[3] * 5, [3] * 6, [3] * 4, [3] * 2])
    tables.fixed = {("part", place): Standing.HIDDEN for place in range(4)}
    assert ("total",) not in hidden_of(tables, suppressed(tables))


def test_a_sum_that_another_total_says_is_not_dominated_is_not_dominated_here_either():
    # Of the last two days nobody's days are shown, and one person gives most of the first of them; their week was shown.
    tables = Tables()
    days_of = [[60, 60, *[6] * 9], [60, 60, *[4] * 18], [183, 5, 3, 2, 2, 2, 2], [5, 2, 2, 1, 1, 1, 1, 1]]
    for day, gifts in enumerate(days_of):
        for number, views in enumerate(gifts):
            tables.add(("day", day), number if day < 2 and number < 2 else (day, number), views, 1)
    tables.total(("early",), [("day", 0), ("day", 1)])
    tables.total(("late",), [("day", 2), ("day", 3)])
    tables.fix(suppressed(tables))
    assert {key for key, standing in tables.fixed.items() if standing is Standing.HIDDEN} == {("day", 2), ("day", 3)}
    tables.total(("month",), [("day", day) for day in range(4)])
    tables.total(("month",), [("early",), ("late",)])
    assert judge(tables, suppressed(tables), MEASURES[:1]) == {("day", 2), ("day", 3)}


def _week_of_those_who_change(tables, first_day_is_known):
    """Two days of four contents, the last two for few people; who sees the first on one day sees the second on the other."""
    for day, content, person in product(range(2), range(4), range(15)):
        if content < 2:
            tables.add(("content", content, day), ((content + day) % 2, person), 3, 1)
        elif person < (8, 6)[content - 2]:
            tables.add(("content", content, day), (content, person), 3, 1)
    for day in range(2) if first_day_is_known else (1,):
        tables.total(("usage", day), [("content", content, day) for content in range(4)])


def _close_the_week(tables):
    for content in range(4):
        tables.total(("content", content, "week"), [("content", content, day) for day in range(2)])
    tables.total(("usage", "week"), [("content", content, "week") for content in range(4)])


def test_a_week_that_only_says_what_its_days_said_is_published():
    tables = Tables()
    _week_of_those_who_change(tables, first_day_is_known=True)
    tables.fix(suppressed(tables))
    _close_the_week(tables)
    tables.total(("usage", "week"), [("usage", day) for day in range(2)])
    hidden = judge(tables, suppressed(tables), MEASURES[:1])
    assert hidden == {("content", content, when) for content in (2, 3) for when in (0, 1, "week")}


def test_where_the_days_did_not_say_it_the_week_hides_more():
    tables = Tables()
    _week_of_those_who_change(tables, first_day_is_known=False)
    tables.fix(suppressed(tables))
    _close_the_week(tables)
    assert ("usage", "week") in hidden_of(tables, suppressed(tables))


@pytest.mark.parametrize("is_total_free", [True, False])
def test_a_block_counts_as_safe_only_where_nothing_was_left_to_hide(monkeypatch, is_total_free):
    # Two sums are found, and the first takes the one row that is free.
    tables = one_line([[3] * 5, [3] * 6, [3] * 4])
    tables.fixed = {("part", place): Standing.HIDDEN for place in range(3)}
    tables.fixed |= {} if is_total_free else {("total",): Standing.SHOWN}
    cells, relations = tables.cells()
    state = State(cells, relations, Rules.of(Rule(), len(cells)))
    (block, *_) = blocks(state.equations.matrix, state.may_move())
    found = leaks.Leak(block.rows.tolist(), is_found=True, block=block)
    answers = [leaks.Leaks([found, found]), leaks.Leaks()]
    monkeypatch.setattr(widening, "leaking", lambda state, blocks: answers.pop(0))
    widening.widen(state)
    assert state.lines.hidden == [True, True, True, is_total_free]
    assert state.safe == (set() if is_total_free else {block.columns.tobytes()})


def _over_a_total_and_its_part(others):
    """Three totals by which a hidden total, one of its parts and another row are known together, on 8 people and the others."""
    tables = Tables()
    for key, people, views in (("p", 3, 3), ("q", 5, 3), ("a", 9, 3), ("b", 9, 3), ("c", others, 20)):
        for person in range(people):
            tables.add((key,), (key, person), views, 2)
    tables.total(("t",), [("p",), ("q",)])
    tables.total(("total", 1), [("t",), ("a",)])
    tables.total(("total", 2), [("a",), ("b",)])
    tables.total(("total", 3), [("p",), ("b",), ("c",)])
    return tables


def test_a_sum_over_a_hidden_total_and_one_of_its_parts_is_found():
    # The first total less the second and with the third: t + p + c, in which p stands twice.
    tables = _over_a_total_and_its_part(1)
    hidden = judge(tables, suppressed(tables), MEASURES[:1])
    assert {key[0] for key in hidden} > {"p", "q", "t", "a", "b", "c"}
    tables = _over_a_total_and_its_part(9)
    assert {key[0] for key in judge(tables, suppressed(tables), MEASURES[:1])} == {"p", "q", "t", "a", "b", "c"}


def test_where_rows_count_once_only_the_adversary_knows_such_a_sum(monkeypatch):
    monkeypatch.setattr(sums, "LEVELS", 1)
    tables = _over_a_total_and_its_part(1)
    assert knows_a_small_group(tables, hidden_of(tables, suppressed(tables)), "page_views")
