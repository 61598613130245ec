"""Whatever the tables, an adversary with plain linear programs finds nobody in what is shown."""

import pytest
from adversary_by_hand import bare_residuals, is_unsafe, knows_a_small_group, protection, too_narrow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables_by_hand import MEASURES, close, days, grid, one_line

from pipelines.disclosure import suppression
from pipelines.disclosure.rules import Reason, Rule, Standing
from pipelines.disclosure.suppression import suppress, suppress_primary

SEEDS = st.integers(0, 10**6)
calm = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))


def hidden_of(tables, mask):
    return {key for key, is_hidden in zip(tables.rows, mask.hidden.tolist(), strict=True) if is_hidden}


def judge(tables, mask, measures=MEASURES, allowed=frozenset()):
    """Assert everything that is promised of a mask; what was published before may leave less protection where `allowed`."""
    hidden = hidden_of(tables, mask)
    final = {key for key, standing in tables.fixed.items() if standing is not Standing.FREE}
    assert not [key for key in tables.rows if key not in hidden | final and is_unsafe(tables.rows[key]["page_views"])]
    assert {key for key in tables.rows if not tables.people(key)} <= hidden
    assert bare_residuals(tables, hidden) == []
    for measure in measures:
        promised = dict(zip(tables.rows, mask.protection[measure].tolist(), strict=True))
        assert too_narrow(tables, hidden, measure, promised) == {}
        assert _less_protected(tables, mask, measure) <= allowed
        assert not knows_a_small_group(tables, hidden, measure)
    return hidden


def _less_protected(tables, mask, measure):
    """Return the hidden rows that are promised less than their own protection."""
    promised = zip(tables.rows, mask.hidden.tolist(), mask.protection[measure].tolist(), strict=True)
    return {key for key, is_hidden, width in promised if is_hidden and 0 < width < protection(tables, key, measure)}


def suppressed(tables):
    cells, relations = tables.cells()
    mask = suppress(cells, relations, Rule())
    again = suppress(cells, relations, Rule())
    assert mask.hidden.tolist() == again.hidden.tolist()
    assert mask.reason == again.reason
    assert [reason is not None for reason in mask.reason] == mask.hidden.tolist()
    return mask


PEOPLE = st.lists(st.sampled_from([1, 1, 1, 2, 7, 90]), max_size=24)


@given(st.lists(PEOPLE, min_size=1, max_size=7))
@calm
def test_one_line_gives_nobody_away(parts):
    tables = one_line(parts)
    judge(tables, suppressed(tables))


@given(SEEDS, st.integers(2, 4), st.integers(2, 4), st.sampled_from([12, 40, 90]))
@calm
def test_rows_by_columns_give_nobody_away(seed, height, width, people):
    tables = grid(seed, height, width, people)
    judge(tables, suppressed(tables), MEASURES[:1])


@given(SEEDS, st.sampled_from([15, 60, 150]))
@calm
def test_a_day_in_its_hierarchy_gives_nobody_away(seed, people):
    tables = days(seed, 1, people)
    judge(tables, suppressed(tables))


@given(SEEDS, st.sampled_from([25, 80, 160]))
@settings(calm, max_examples=4)
def test_days_then_weeks_then_a_month_give_nobody_away_and_change_nothing_published(seed, people):
    tables = days(seed, 4, people)
    tables.fix(suppressed(tables))
    allowed = set()
    for name, of in (("early", (0, 1)), ("late", (2, 3)), ("month", (0, 1, 2, 3))):
        close(tables, name, of)
        if name == "month":
            tables.total(("usage", "month"), [("usage", "early"), ("usage", "late")])
        before = dict(tables.fixed)
        mask = suppressed(tables)
        hidden = hidden_of(tables, mask)
        assert all((key in hidden) == (standing is Standing.HIDDEN) for key, standing in before.items())
        new = set(tables.rows) - set(before)
        if new & _less_protected(tables, mask, "page_views"):
            allowed |= new & set(too_narrow(tables, hidden | new, "page_views"))
        tables.fix(mask)
    judge(tables, mask, MEASURES[:1], allowed)


@pytest.mark.parametrize("seed", [4, 75])
def test_what_was_hidden_before_is_protected_anew_when_that_is_asked_for(seed):
    tables = days(seed, 2, 40)
    first = suppressed(tables)
    tables.fix(first)
    promised = dict(zip(tables.rows, first.protection["page_views"].tolist(), strict=True))
    close(tables, "both", (0, 1))
    cells, relations = tables.cells()
    for with_old in (True, False):
        mask = suppress(cells, relations, Rule(), with_old=with_old)
        held = dict(zip(tables.rows, mask.protection["page_views"].tolist(), strict=True)) | promised
        narrow = too_narrow(tables, hidden_of(tables, mask), "page_views", held)
        assert (narrow == {}) == with_old
        assert not set(narrow) - set(promised)
        assert not knows_a_small_group(tables, hidden_of(tables, mask), "page_views")


@pytest.mark.parametrize("seed", range(3))
def test_without_complementary_suppression_the_same_adversary_recovers_rows(seed):
    tables = grid(seed, 4, 4, 40)
    cells, _ = tables.cells()
    mask = suppress_primary(cells, Rule())
    hidden = hidden_of(tables, mask)
    assert Reason.COMPLEMENTARY not in mask.reason
    assert bare_residuals(tables, hidden)
    assert len(too_narrow(tables, hidden, "page_views")) > 0
    assert knows_a_small_group(tables, hidden, "page_views")
    judge(tables, suppressed(tables), MEASURES[:1])


def test_without_looking_at_relations_together_the_same_adversary_recovers_rows(monkeypatch):
    monkeypatch.setattr(suppression, "widen", lambda state: None)
    found = 0
    for seed in range(8):
        tables = days(seed, 2, 80)
        close(tables, "both", (0, 1))
        cells, relations = tables.cells()
        monkeypatch.setattr(suppression, "tidy", lambda state, complementary: None)
        hidden = hidden_of(tables, suppress(cells, relations, Rule()))
        assert bare_residuals(tables, hidden) == []
        found += bool(too_narrow(tables, hidden, "page_views") or knows_a_small_group(tables, hidden, "page_views"))
    assert found > 0


def test_no_complementary_row_could_be_shown_again():
    tables = grid(3, 3, 3, 60)
    mask = suppressed(tables)
    hidden = hidden_of(tables, mask)
    extra = [key for key, reason in zip(tables.rows, mask.reason, strict=True) if reason is Reason.COMPLEMENTARY]
    assert extra
    for key in extra:
        rest = hidden - {key}
        assert bare_residuals(tables, rest) or any(
            too_narrow(tables, rest, measure) or knows_a_small_group(tables, rest, measure) for measure in MEASURES
        )
