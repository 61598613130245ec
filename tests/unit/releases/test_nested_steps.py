"""Steps of a linked service that lie within each other: no two counts tell of fewer than k members who went no further."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from breakdowns import with_breakdowns
from funnels import STEPS, FunnelPress
from press import MONDAY, crowd

from pipelines.releases import steps as steps_of_releases
from pipelines.releases.agreeing import agreed
from pipelines.releases.attacking import attack_everything
from pipelines.releases.frame import Frame, frame_of
from pipelines.releases.marts import counted, read
from pipelines.releases.memory import Memory, schema
from pipelines.releases.relations import Structure, structures
from pipelines.releases.rows import load_rows

CLOSED, LATER, WEEK_CLOSED = date(2026, 11, 5), date(2026, 11, 6), date(2026, 11, 11)
WEEK = [MONDAY + timedelta(days=number) for number in range(7)]
PAIR = "shown, and differs from a shown cell within it by too few people"


@pytest.fixture
def funnel(tmp_path, full_policy) -> FunnelPress:
    """A partner whose contents forty people saw on each day of a week, and no message yet."""
    press = FunnelPress(tmp_path / "home", with_breakdowns(full_policy))
    press.views = [one for day in WEEK for one in crowd("partner-a", day, 40)]
    return press


@pytest.fixture
def careless(monkeypatch) -> None:
    """The suppression does not look at counts within each other."""
    monkeypatch.setattr(steps_of_releases, "hide_close_steps", lambda *_: None)


def members(press: FunnelPress, table: str = "partner_linked_daily") -> dict[str, int | None]:
    return {
        event: count
        for event, count, first in press.rows("partner-a", table, "event, unique_members, #4")
        if first == MONDAY
    }


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((31, 30, 29), {"sent": 31, "reached": None, "opened": None}),
        ((40, 30, 20, 10), {"sent": 40, "reached": 30, "opened": 20, "reacted": 10}),
        ((40, 31, 30, 20), {"sent": 40, "reached": None, "opened": 30, "reacted": 20}),
        ((30, 30, 30), {"sent": 30, "reached": 30, "opened": 30}),
    ],
)
def test_counts_of_steps_are_shown_that_differ_by_nobody_or_by_k_members(funnel, counts, shown):
    funnel.send(MONDAY, *counts)
    assert funnel.publish(CLOSED).status == "published"
    assert members(funnel) == shown
    events = dict(funnel.rows("partner-a", "partner_linked_daily", "event, events"))
    assert tuple(events[step] for step in STEPS[: len(counts)]) == counts


@pytest.fixture
def steps(funnel) -> tuple[Frame, list[Structure]]:
    """The rows of a day on which 31 were sent a message, 30 opened one, and more reacted than opened; and what nests them."""
    funnel.send(MONDAY, 31, 30, 50, steps=("sent", "opened", "reacted"))
    funnel.build()
    publication, periods = funnel.policy.publication, {"day": [MONDAY]}
    with duckdb.connect(str(funnel.place.warehouse)) as warehouse, duckdb.connect(":memory:") as work:
        rows = {
            name: rows
            for name, rows in read(warehouse, publication, periods, ["partner-a"]).items()
            if "linked" in name
        }
        standing = schema(counted(publication)).empty_table()
        load_rows(work, publication, new=rows, new_periods=periods, standing=standing, now={}, number=1)
        return frame_of(work, publication), structures(work, publication)


def test_every_two_steps_are_a_structure_without_a_sum_which_has_no_equation(steps):
    frame, found = steps
    sent, opened, reacted = (int(np.flatnonzero(frame.values["events"] == count)[0]) for count in (31, 30, 50))
    pairs = {(total, *parts.tolist()) for structure in found for total, parts in structure}
    assert pairs == {(sent, opened), (sent, reacted), (opened, reacted)}
    assert all(one.is_nested and not one.is_made and not one.adds_up for one in found)
    assert {tuple(one.unions.items()) for one in found} == {
        (("unique_members", "unique_members"), ("contributing_people", "contributing_people"))
    }
    assert agreed(frame, found, frozenset()) == []


@pytest.mark.usefixtures("careless")
def test_the_gate_refuses_close_steps_by_itself(funnel):
    funnel.send(MONDAY, 31, 30, 29)
    outcome = funnel.publish(CLOSED)
    assert outcome.status == "refused"
    assert {name: (leak, count) for leak, name, count in outcome.leaks} == {
        "partner_linked_daily.unique_members": (PAIR, 2), "partner_linked_daily.contributing_people": (PAIR, 2),
    }  # fmt: skip


@pytest.mark.parametrize(("steps", "status"), [(("sent", "opened"), "refused"), (("stream", "opened"), "published")])
@pytest.mark.usefixtures("careless")
def test_a_step_that_is_missing_in_between_hides_no_pair_and_what_is_no_step_makes_none(funnel, steps, status):
    funnel.send(MONDAY, 31, 30, steps=steps)
    assert funnel.publish(CLOSED).status == status


@pytest.mark.usefixtures("careless")
def test_steps_of_two_services_or_days_are_no_pair(funnel):
    funnel.send(MONDAY, 31)
    funnel.send(WEEK[1], 0, 30)
    assert funnel.publish(LATER, days=WEEK[:2]).status == "published"


@pytest.mark.parametrize(("counts", "shown"), [((30, 40), (30, 40)), ((30, 31), (30, None))])
def test_more_reached_than_sent_stops_nothing_and_is_still_told_only_by_k_members(funnel, counts, shown):
    """The link of some came late: nobody says that the order holds, readers believe it."""
    funnel.send(MONDAY, *counts)
    assert funnel.publish(CLOSED).status == "published"
    assert tuple(members(funnel)[step] for step in ("sent", "reached")) == shown


@pytest.mark.usefixtures("careless")
def test_the_gate_refuses_close_steps_in_the_wrong_order_too(funnel):
    funnel.send(MONDAY, 30, 31)
    leaks = funnel.publish(CLOSED).leaks
    assert {leak for leak, _, _ in leaks} == {PAIR}


def test_an_outer_count_fewer_than_k_above_a_hidden_step_is_not_shown(funnel):
    funnel.send(MONDAY, 30, 12, 9)
    assert funnel.publish(CLOSED).status == "published"
    assert members(funnel) == {"sent": 30, "reached": None}


def test_a_week_of_steps_leaks_nothing_day_by_day_and_all_at_once(funnel):
    for number, day in enumerate(WEEK):
        funnel.send(day, 40 - number, 38 - 2 * number, 25 - 3 * number, 12 - number)
    for number in range(7):
        outcome = funnel.publish(CLOSED + timedelta(days=number), days=WEEK)
        assert (outcome.status, outcome.leaks) == ("published", ())
    memory = Memory(funnel.place.gate, funnel.published.current())
    told = attack_everything(memory, funnel.policy.publication, lambda: duckdb.connect(":memory:")).told()
    assert told == ()
    assert members(funnel, "partner_linked_weekly") == {"sent": None, "reached": 38}


@pytest.mark.parametrize(("late", "restated"), [(10, 1), (15, 0)])
def test_late_lines_do_not_restate_a_step_too_close_to_another(funnel, late, restated):
    funnel.send(MONDAY, 60, 40)
    funnel.publish(CLOSED)
    funnel.send(MONDAY, 60, 40 + late)
    funnel.views += crowd("partner-b", MONDAY, 1)  # Other lines of the day.
    outcome = funnel.publish(LATER, days=WEEK[:2])
    assert (outcome.status, outcome.restated, outcome.left) == ("published", restated, 1 - restated)
    assert members(funnel)["reached"] == (50 if restated else 40)


def heavy(funnel: FunnelPress) -> None:
    """Thirty members did each step of a Monday; one of them makes up what was reached, whose row is hidden therefore."""
    funnel.send(MONDAY, 30, 30, 30)
    funnel.messages[MONDAY, "reached"]["member-0"] = 900


def test_the_members_of_a_hidden_step_are_not_told_by_the_steps_around_it(funnel):
    heavy(funnel)
    assert funnel.publish(CLOSED).status == "published"
    assert members(funnel) == {"sent": None, "opened": None}


def test_the_gate_knows_what_lies_between_a_step_and_a_later_one(funnel, monkeypatch):
    monkeypatch.setattr(steps_of_releases, "hide_bounds_of_hidden_steps", lambda *_: None)
    heavy(funnel)
    leaks = funnel.publish(CLOSED).leaks
    assert ("hidden, and only one value is possible", "partner_linked_daily.unique_members", 1) in leaks


def people(first: int, last: int) -> dict[str, int]:
    return {f"member-{number}": 1 for number in range(first, last)}


FUNNELS = {
    "a link that came late": {(0, "sent"): people(0, 12), (1, "sent"): people(12, 24), (0, "reached"): people(0, 30),
                              (2, "reached"): people(0, 15)},
    "all reached on the one day": {(0, "sent"): people(0, 30), (0, "reached"): people(0, 30), (1, "sent"): people(0, 35)},
    "all sent on one day and reached on another": {(0, "sent"): people(0, 35), (1, "reached"): people(0, 30)},
    "few opened on two days": {(0, "reached"): people(0, 16), (0, "opened"): people(0, 5), (1, "opened"): people(5, 9)},
}  # fmt: skip


@pytest.mark.parametrize("name", FUNNELS)
def test_a_week_closes_over_published_days_whatever_they_tell_of_its_steps(funnel, name):
    funnel.messages = {(WEEK[day], step): who for (day, step), who in FUNNELS[name].items()}
    funnel.publish(date(2026, 11, 9), days=WEEK)
    outcome = funnel.publish(WEEK_CLOSED, days=WEEK)
    assert (outcome.status, outcome.leaks, outcome.closed["week"]) == ("published", (), [str(MONDAY)])
    memory = Memory(funnel.place.gate, funnel.published.current())
    told = attack_everything(memory, funnel.policy.publication, lambda: duckdb.connect(":memory:")).told()
    assert told == ()
