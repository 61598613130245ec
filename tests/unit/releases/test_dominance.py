"""One heavy user behind a shown figure: judged where the mart knows the largest parts, and not shown where it does not."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pytest
from breakdowns import with_breakdowns
from funnels import FunnelPress
from press import MONDAY, Press, crowd

from pipelines.releases import deciding

CLOSED, MONTH_CLOSED = date(2026, 11, 5), date(2026, 12, 4)
STAFF = "partner_staff_monthly_usage"
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


@dataclass
class StaffPress(Press):
    """A press of a partner of whose own eleven members ten made one page view in the month, and one so many as `heavy`."""

    heavy: int = 1

    def build(self) -> None:
        """Write the warehouse, with the mart of staff."""
        super().build()
        with duckdb.connect(str(self.place.warehouse)) as connection:
            connection.execute(
                f"CREATE TABLE {STAFF} (partner_id VARCHAR, month DATE, active_members BIGINT, visits BIGINT, page_views BIGINT, "
                "contributing_people BIGINT, largest_page_views BIGINT, second_page_views BIGINT)"
            )
            row = ["partner-a", MONDAY.replace(day=1), 11, 11, 10 + self.heavy, 11, self.heavy, 1]
            connection.execute(f"INSERT INTO {STAFF} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608 -- names of the tests


@pytest.mark.parametrize(("heavy", "cells"), [(500, {"dominated": 1}), (5, {"shown": 1})])
def test_page_views_of_a_partners_staff_that_one_member_makes_up_are_not_shown(tmp_path, full_policy, heavy, cells):
    tables = {STAFF: full_policy.publication.tables[STAFF]}
    policy = full_policy.model_copy(
        update={"publication": full_policy.publication.model_copy(update={"tables": tables})}
    )
    press = StaffPress(tmp_path / "home", policy, crowd("partner-a", MONDAY, 11), heavy=heavy)
    outcome = press.publish(MONTH_CLOSED, days=[date(2026, 11, number) for number in range(1, 31)])
    assert (outcome.status, outcome.cells) == ("published", {STAFF: cells})
