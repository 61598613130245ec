"""One heavy user behind a shown figure: judged where the mart knows the largest parts, and not shown where it does not."""

from datetime import date

import duckdb
import pytest
from breakdowns import with_breakdowns
from funnels import FunnelPress
from press import MONDAY, crowd

from pipelines.releases import deciding

CLOSED = date(2026, 11, 5)
DOMINATED = "shown, and one person's part is dominant"
SHOWN = "events, contributing_people"


@pytest.fixture
def played(tmp_path, full_policy) -> FunnelPress:
    """A partner of whose songs eleven members of a linked service played some on a Monday; one of them 500."""
    press = FunnelPress(tmp_path / "home", with_breakdowns(full_policy), crowd("partner-a", MONDAY, 40))
    press.messages[MONDAY, "stream"] = {f"member-{number}": 1 for number in range(10)} | {"member-10": 500}
    return press


def test_events_of_a_linked_service_that_one_member_makes_up_are_not_shown(played):
    outcome = played.publish(CLOSED)
    assert (outcome.status, outcome.cells["partner_linked_daily"]) == ("published", {"dominated": 1})
    assert played.rows("partner-a", "partner_linked_daily", SHOWN) == []


def test_events_that_no_member_makes_up_are_shown(played):
    played.messages[MONDAY, "stream"]["member-10"] = 5
    played.publish(CLOSED)
    assert played.rows("partner-a", "partner_linked_daily", SHOWN) == [(15, 11)]


@pytest.mark.parametrize(("forgotten", "cells"), [("'2026-11-02'", {"dominated": 1}), ("'2026-11-03'", {"shown": 1})])
def test_a_row_built_before_its_mart_knew_the_largest_parts_is_taken_for_one_members(
    played, monkeypatch, forgotten, cells
):
    def build(press):
        written(press)
        none = f"UPDATE partner_linked_daily SET largest_events = NULL, second_events = NULL WHERE day = {forgotten}"  # noqa: S608
        with duckdb.connect(str(press.place.warehouse)) as connection:
            connection.execute(none)

    written = FunnelPress.build
    monkeypatch.setattr(FunnelPress, "build", build)
    played.messages[MONDAY, "stream"]["member-10"] = 5
    assert played.publish(CLOSED).cells["partner_linked_daily"] == cells


def test_the_gate_refuses_a_dominated_figure_by_itself(played, monkeypatch):
    def careless(frame, publication, equations, **options):
        return masked(frame, without_dominance(publication), equations, **options)

    masked = deciding.masked
    monkeypatch.setattr(deciding, "masked", careless)
    outcome = played.publish(CLOSED)
    assert (outcome.status, outcome.leaks) == ("refused", ((DOMINATED, "partner_linked_daily.events", 1),))


def without_dominance(publication):
    return publication.model_copy(update={"dominance_percent": 0.0})
