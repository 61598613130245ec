"""A home restored from before an erasure: others' linked rows of that day are told to be lost, and come with the same file."""

import json
import shutil
from datetime import date

import pytest

from pipelines.steps.day_files import read_day_states
from pipelines.steps.linked import derive_linked_days, linked_folder
from pipelines.steps.metrics.linked import linked_days, linked_files
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.subjects.erasing import carry_out, finish_requests
from pipelines.steps.subjects.linked_rows import segments_by_day
from pipelines.steps.subjects.person import person_of

DAY, OTHER_DAY = date(2015, 5, 20), date(2015, 5, 19)
EARLY = "2015-01-01T00:00:00+09:00"
PEOPLE = ("kim", "lee")
FIRST = [(DAY, "m-kim"), (OTHER_DAY, "m-lee")]
GROWN = [*FIRST, (DAY, "m-lee")]


def deliver(house, rows):
    folder = house.workspace.home.landing / "linked"
    folder.mkdir(parents=True, exist_ok=True)
    row = {"service": "melon", "event": "stream", "partner_id": "p1"}
    lines = [{**row, "time": f"{day}T10:00:00+09:00", "melon_member_id": who} for day, who in rows]
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (report,) = import_record_files(house.workspace, "linked").files
    derive_linked_days(house.workspace)
    return report


@pytest.fixture
def linked(house):
    house.export("members", [{"account_key": f"k-{who}", "login_id": who, "partner_id": "p1"} for who in PEOPLE])
    house.export("partners", [{"partner_id": "p1", "name": "Label", "type": "agency"}])
    link = {"service": "melon", "linked_at": EARLY, "ended_at": None}
    house.export("linked_accounts", [{**link, "account_key": f"k-{w}", "melon_member_id": f"m-{w}"} for w in PEOPLE])
    return house


def restored(house, *deliveries):
    """Deliver files, take a backup, erase kim, and restore the backup."""
    for rows in deliveries:
        deliver(house, rows)
    home = house.workspace.home.root
    backup = shutil.copytree(home, home.with_name("backup"))
    carry_out(house.workspace, person_of(house.workspace, "kim", "k-kim"), "erased", "passport")
    assert raw(house) == ["m-lee"] * sum(who == "m-lee" for _, who in deliveries[-1])
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    again = house.under()
    begin_writing(again.workspace)
    finish_requests(again.workspace)
    return again


def raw(house):
    return [
        json.loads(line)["melon_member_id"]
        for segments in segments_by_day(house.workspace).values()
        for segment in segments
        for line in house.workspace.vault.read_segment(segment).raw.splitlines()
    ]


def derived(house):
    return {day: state.rows for day, state in read_day_states(linked_folder(house.workspace)).items()}


def lost(house):
    return int(linked_files(house.workspace, None)["rows_lost"].sum())


def faults(house):
    frames = (linked_files(house.workspace, None).drop(columns="rows_lost"), linked_days(house.workspace, None))
    return sum(frame.to_numpy().sum() for frame in frames)


def test_nobody_of_the_day_is_counted_until_the_file_comes_again_and_then_all_but_the_erased(linked):
    again = restored(linked, GROWN)
    assert (raw(again), derived(again)) == (["m-lee"], {OTHER_DAY: 1, DAY: 0})
    assert (lost(again), faults(again)) == (2, 0)
    state = read_day_states(linked_folder(again.workspace))[DAY]
    assert (state.counted_rows, state.figures == state.fingerprint) == (2, False)
    assert begin_writing(again.workspace).replayed == ()
    report = deliver(again, GROWN)
    assert (report.outcome, report.record.rows, report.record.total_rows) == ("imported", 2, 3)
    assert sorted(raw(again)) == ["m-kim", "m-lee", "m-lee"]
    assert derived(again) == {OTHER_DAY: 1, DAY: 1}
    assert (lost(again), faults(again)) == (0, 0)
    assert deliver(again, GROWN).outcome == "known"


def test_a_file_that_had_grown_brings_back_the_rows_of_both_deliveries_once(linked):
    again = restored(linked, FIRST, GROWN)
    assert lost(again) == 2
    report = deliver(again, GROWN)
    assert report.record.rows == 2
    assert sorted(raw(again)) == ["m-kim", "m-lee", "m-lee"]
    assert faults(again) == 0
    assert deliver(again, [*GROWN, (OTHER_DAY, "m-lee")]).record.rows == 1
    assert derived(again) == {OTHER_DAY: 2, DAY: 1}


def test_the_parts_of_a_file_that_had_grown_may_come_one_after_the_other(linked):
    again = restored(linked, FIRST, GROWN)
    assert deliver(again, FIRST).record.rows == 1
    assert deliver(again, GROWN).record.rows == 1
    assert sorted(raw(again)) == ["m-kim", "m-lee", "m-lee"]
    assert (lost(again), faults(again)) == (0, 0)


def test_what_was_lost_of_a_day_whose_period_is_over_is_not_asked_for(linked):
    again = restored(linked, GROWN)
    assert [lost(again.at(f"2015-08-{day}T02:00:00+09:00")) for day in (20, 21)] == [2, 0]


def test_a_home_that_was_not_restored_loses_nothing(linked):
    deliver(linked, GROWN)
    carry_out(linked.workspace, person_of(linked.workspace, "kim", "k-kim"), "erased", "passport")
    begin_writing(linked.workspace)
    assert (lost(linked), raw(linked)) == (0, ["m-lee", "m-lee"])
    assert deliver(linked, GROWN).outcome == "known"
