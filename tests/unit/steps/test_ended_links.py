"""When a link ends the rows of linked events that it let in go, of that member alone, and figures built before stand."""

import json
from collections import Counter
from datetime import date

import pytest

from pipelines.retention.items import Kind
from pipelines.retention.states import State
from pipelines.steps.day_files import built_from, read_day_states
from pipelines.steps.linked import derive_linked_days, linked_folder
from pipelines.steps.metrics.linked import linked_days, linked_files
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.ended_links import TakenOut, rows_past_their_link, take_ended_links_out
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.holds import Order, hold_member
from pipelines.steps.subjects.linked_rows import segments_by_day
from pipelines.steps.subjects.person import person_of

DAY, OTHER_DAY = date(2015, 5, 20), date(2015, 5, 19)
EARLY, ENDED = "2015-01-01T00:00:00+09:00", "2015-05-20T18:00:00+09:00"
PEOPLE = ("kim", "lee")


def links(house, **ended):
    """Export the links, those named in `ended` with their end; None: no row at all."""
    rows = [
        {
            "account_key": f"k-{who}",
            "service": "melon",
            "melon_member_id": f"m-{who}",
            "linked_at": EARLY,
            "ended_at": ended.get(who),
        }
        for who in PEOPLE
        if ended.get(who, "") is not None
    ]
    return house.export("linked_accounts", rows)


def deliver(house, *rows, name="events.jsonl"):
    folder = house.workspace.home.landing / "linked"
    folder.mkdir(parents=True, exist_ok=True)
    row = {"service": "melon", "event": "stream", "partner_id": "p1"}
    lines = [{**row, "time": f"{day}T10:00:00+09:00", "melon_member_id": who} for day, who in rows]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_record_files(house.workspace, "linked")
    derive_linked_days(house.workspace)


@pytest.fixture
def linked(house):
    """Kim and Lee have linked MelOn; on one day both did something there, on the day before Kim alone."""
    house.export("members", [{"account_key": f"k-{who}", "login_id": who, "partner_id": "p1"} for who in PEOPLE])
    house.export("partners", [{"partner_id": "p1", "name": "Label", "type": "agency"}])
    links(house)
    deliver(house, (DAY, "m-kim"), (DAY, "m-lee"), (OTHER_DAY, "m-kim"))
    return house


def raw(house):
    """The IDs of the rows as delivered that are on disk."""
    return sorted(
        json.loads(line)["melon_member_id"]
        for segments in segments_by_day(house.workspace).values()
        for segment in segments
        for line in house.workspace.vault.read_segment(segment).raw.splitlines()
    )


def derived(house):
    return {day: state.rows for day, state in read_day_states(linked_folder(house.workspace)).items()}


def test_while_links_live_nothing_goes(linked):
    assert take_ended_links_out(linked.workspace) == TakenOut()
    assert list(open_register(linked.workspace).entries()) == []
    assert len(raw(linked)) == 3


def test_the_rows_of_a_link_that_ended_go_and_nobody_elses(linked):
    links(linked, kim=ENDED)
    former = {
        key.name for day in (DAY, OTHER_DAY) for key in linked.workspace.keyring.keys_of_day("linked_events", day)
    }
    assert take_ended_links_out(linked.workspace) == TakenOut(2, (OTHER_DAY, DAY), 2)
    assert raw(linked) == ["m-lee"]
    assert derived(linked) == {OTHER_DAY: 0, DAY: 1}
    assert former <= linked.workspace.keyring.destroyed()
    assert linked_days(linked.workspace, None).to_numpy().sum() == 0
    assert linked_files(linked.workspace, None).to_numpy().sum() == 0
    assert take_ended_links_out(linked.workspace) == TakenOut()


def test_the_register_says_how_many_by_which_clause_and_of_nobody(linked):
    links(linked, kim=ENDED)
    take_ended_links_out(linked.workspace)
    begun, gone = (entry.body for entry in open_register(linked.workspace).entries())
    assert (begun.kind, begun.plan, begun.items) == ("begun", gone.plan, 2)
    assert (gone.dataset, gone.rows, gone.clause, gone.method) == ("linked_events", 2, "collect.linked", "rewrite")
    assert gone.days == (OTHER_DAY, DAY)
    assert b"kim" not in open_register(linked.workspace).path.read_bytes()


def test_figures_built_before_stand_until_the_day_changes_for_another_reason(linked):
    links(linked, kim=ENDED)
    derive_linked_days(linked.workspace)
    before = built_from(linked.workspace.home.events)
    take_ended_links_out(linked.workspace)
    assert built_from(linked.workspace.home.events) == before
    deliver(linked, (DAY, "m-lee"), name="late.jsonl")
    after = built_from(linked.workspace.home.events)
    assert (after[DAY] == before[DAY], after[OTHER_DAY] == before[OTHER_DAY]) == (False, True)
    assert derived(linked)[DAY] == 2


def test_a_night_that_destroys_the_link_keeps_no_row_and_the_audit_passes(linked):
    links(linked, kim=ENDED)
    later = linked.at("2015-05-22T04:00:00+09:00")
    links(later, kim=ENDED)
    take_ended_links_out(later.workspace)
    retain(later.workspace)
    assert later.workspace.registry.load("linked_accounts")["melon_member_id"].to_pylist() == ["m-lee"]
    assert audit(later.workspace, later.workspace.today).of(State.OVER_RETAINED, State.UNDER_RETAINED) == []


def who_is_now(house, status):
    lee = {"account_key": "k-lee", "login_id": "lee", "partner_id": "p1"}
    kim = {"account_key": "k-kim", "login_id": "kim", "partner_id": "p1", "status": status, "withdrawn_at": ENDED}
    house.export("members", [lee, kim])


def test_a_member_who_was_rejected_has_no_link_either(linked):
    who_is_now(linked, "rejected")
    assert take_ended_links_out(linked.workspace).rows == 2
    assert raw(linked) == ["m-lee"]


def test_the_rows_of_who_left_go_although_the_link_went_with_the_member(linked):
    who_is_now(linked, "withdrawn")
    later = linked.at("2015-05-23T12:00:00+09:00")
    links(later, kim=ENDED)
    assert take_ended_links_out(later.workspace).rows == 2
    assert raw(linked) == ["m-lee"]


def test_a_row_without_any_link_waits_for_an_export_that_does_not_know_it_three_days_later(linked):
    deliver(linked, (DAY, "m-nobody"), name="stranger.jsonl")
    for clock, rows in (("2015-05-23T12:00:00+09:00", 0), ("2015-05-24T12:00:00+09:00", 1)):
        later = linked.at(clock)
        links(later)
        assert take_ended_links_out(later.workspace).rows == rows
    assert raw(linked) == ["m-kim", "m-kim", "m-lee"]


def test_a_late_row_of_a_link_that_ended_long_ago_goes_with_its_first_night(linked):
    later = linked.at("2015-05-30T04:00:00+09:00")
    links(later, kim=ENDED)
    take_ended_links_out(later.workspace)
    retain(later.workspace)
    deliver(later, (DAY, "m-kim"), name="late.jsonl")
    assert take_ended_links_out(later.workspace).rows == 1
    assert raw(later) == ["m-lee"]


def test_before_the_first_export_of_links_nothing_is_known_to_have_ended(house):
    deliver(house, (DAY, "m-kim"))
    assert take_ended_links_out(house.at("2015-06-20T04:00:00+09:00").workspace) == TakenOut()
    assert rows_past_their_link(house.at("2015-06-20T04:00:00+09:00").workspace) == 0


def test_what_a_hold_is_on_is_taken_aside_first(linked):
    order = Order("complaint 12", "district court", date(2015, 8, 1))
    hold_member(linked.workspace, person_of(linked.workspace, "kim", None), order)
    links(linked, kim=ENDED)
    assert take_ended_links_out(linked.workspace).rows == 2
    assert len(list(linked.workspace.home.held.rglob("linked_events/**/*.age"))) == 2


@pytest.mark.parametrize(("clock", "over"), [("2015-05-25T12:00:00+09:00", 0), ("2015-05-26T00:00:00+09:00", 2)])
def test_rows_are_over_retained_five_days_after_the_end_of_their_link(linked, clock, over):
    links(linked, kim=ENDED)
    later = linked.at(clock)
    assert rows_past_their_link(later.workspace) == over
    assert past_link(later) == {State.OVER_RETAINED if over else State.DUE: 2}
    take_ended_links_out(later.workspace)
    assert rows_past_their_link(later.workspace) == 0
    assert past_link(later) == {}


def past_link(house):
    """The rows of linked events that an audit tells of, by where they stand."""
    found = audit(house.workspace, house.workspace.today).statuses
    counts = Counter[State]()
    for status in found:
        if (status.dataset, status.stored_as) == ("linked_events", Kind.ROWS):
            counts[status.state] += status.rows
    return counts


def test_while_links_live_or_no_export_says_that_there_is_none_an_audit_tells_of_no_row(linked):
    deliver(linked, (DAY, "m-nobody"), name="stranger.jsonl")
    assert past_link(linked.at("2015-05-22T12:00:00+09:00")) == {}
    assert past_link(linked.at("2015-05-26T12:00:00+09:00")) == {State.OVER_RETAINED: 1}


def test_a_plan_leaves_rows_past_their_link_to_the_night_that_takes_them_out(linked):
    links(linked, kim=ENDED)
    later = linked.at("2015-05-22T12:00:00+09:00")
    assert past_link(later) == {State.DUE: 2}
    assert "linked_events" not in {item.dataset for item in make_plan(later.workspace).plan.items}


def as_text(values):
    return json.dumps({**values, "time": values["time"].isoformat()}).encode() + b"\n"


def as_number(values):
    return as_text(values).replace(b'"4711"', b"4711")


@pytest.mark.parametrize("at_rest", [as_text, as_number])
def test_an_id_of_digits_that_is_delivered_or_stands_at_rest_as_a_number_goes_with_its_link_too(
    linked, monkeypatch, at_rest
):
    monkeypatch.setattr("pipelines.records.importing.row_line", at_rest)
    row = {"service": "melon", "event": "stream", "partner_id": "p1", "time": f"{DAY}T10:00:00+09:00"}
    folder = linked.workspace.home.landing / "linked"
    (folder / "n.jsonl").write_text(
        "".join(json.dumps({**row, "melon_member_id": who}) + "\n" for who in (4711, "m-lee"))
    )
    import_record_files(linked.workspace, "linked")
    assert {4711, "4711"} & {json.loads(line)["melon_member_id"] for line in stored(linked)}
    later = linked.at("2015-05-24T12:00:00+09:00")
    links(later)
    assert take_ended_links_out(later.workspace).rows == 1
    assert not {4711, "4711"} & {json.loads(line)["melon_member_id"] for line in stored(linked)}


def stored(house):
    segments = [segment for found in segments_by_day(house.workspace).values() for segment in found]
    return [line for segment in segments for line in house.workspace.vault.read_segment(segment).raw.splitlines()]
