"""Cookie records and linked events that come for a day whose period is over: refused, counted, and gone with their file."""

import json

import pytest

from pipelines.retention.entries import NIGHTLY
from pipelines.steps.metrics.records import record_file_frame
from pipelines.steps.record_imports import FOLDERS, import_record_files, record_files
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.planning import make_plan

LAST, LATE = "2015-08-20T12:00:00+09:00", "2015-08-21T12:00:00+09:00"
"""On the last day of the period of 20 May, and on the day after."""
HEADERS = {
    "cookies": "time,event,cookie_name,member_id,expires\n",
    "linked": "time,service,event,partner_id,melon_member_id\n",
}
REST = {"cookies": "issued,pc_member,canary-late,\n", "linked": "melon,stream,p1,canary-late\n"}
FOLDER = pytest.mark.parametrize("folder", ["cookies", "linked"])


def rows(folder, *days):
    """A file with a row of each day of May 2015."""
    return HEADERS[folder] + "".join(f"2015-05-{day}T10:00:00+09:00,{REST[folder]}" for day in days)


def deliver(house, folder, content, name="late.csv"):
    target = house.workspace.home.landing / folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content)
    return import_record_files(house.workspace, folder)


def stored_days(house):
    home = house.workspace.home
    return sorted({path.parent.name for store in (home.vault, home.quarantine) for path in store.rglob("*.age")})


def in_the_clear(house):
    return [f.place for f in files_below({"": house.workspace.home.root}) if b"canary" in f.path.read_bytes()]


@FOLDER
def test_on_the_last_day_of_its_period_a_row_is_taken_in_and_on_the_day_after_it_is_refused_and_counted(house, folder):
    on_time = house.at(LAST)
    assert deliver(on_time, folder, rows(folder, 20)).accepted == 1
    assert stored_days(on_time) == ["2015-05-20"]
    late = deliver(house.at(LATE), folder, rows(folder, 21, 20))
    assert late.files[0].sentence == "late.csv: 2 rows = 1 accepted + 0 quarantined + 1 past their period"
    assert {str(day) for day in late.days} == {"2015-05-21"}


@FOLDER
def test_a_late_file_leaves_a_record_with_counts_and_no_byte_of_a_row(house, folder):
    later = house.at(LATE)
    late = deliver(later, folder, rows(folder, 18, 19, 20))
    (record,) = late.records
    assert (record.rows, record.accepted, record.past_period) == (3, 0, 3)
    assert (record.segments, record.quarantine, stored_days(later), in_the_clear(later)) == ([], [], [], [])
    assert (
        record_file_frame(later.workspace, FOLDERS[folder], None)[["rows_unaccounted", "parts_spoilt"]].sum().sum() == 0
    )
    again = deliver(later, folder, rows(folder, 18, 19, 20))
    assert (again.count("known"), len(record_files(later.workspace)), in_the_clear(later)) == (1, 1, [])


@FOLDER
def test_rows_of_a_day_that_was_destroyed_are_refused_whether_the_file_is_new_or_has_grown(house, folder):
    deliver(house, folder, rows(folder, 20))
    later = house.at(LATE)
    digest = make_plan(later.workspace, with_unknown=False).plan.digest
    execute(later.workspace, digest, approved_by=NIGHTLY)
    assert stored_days(later) == []
    grown = deliver(later, folder, rows(folder, 20, 20, 21))
    assert (grown.records[0].rows, grown.records[0].past_period, grown.accepted) == (2, 1, 1)
    other = deliver(later, folder, rows(folder, 19, 20), "other.csv")
    assert (other.records[0].past_period, other.accepted) == (2, 0)
    assert stored_days(later) == ["2015-05-21"]


@FOLDER
def test_rows_that_cannot_be_read_are_late_with_the_readable_one_beside_them(house, folder):
    later, bad = house.at(LATE), f"never,{REST[folder]}"
    content = rows(folder, 20)
    header, row = content.splitlines(keepends=True)
    late = deliver(later, folder, header + bad + row + bad)
    assert (late.records[0].past_period, late.records[0].quarantined, stored_days(later)) == (3, {}, [])
    kept = deliver(later, folder, header + bad + rows(folder, 21).splitlines(keepends=True)[1], "kept.csv")
    assert (sum(kept.quarantined.values()), kept.accepted) == (1, 1)
    assert "canary" not in json.dumps([entry.body for entry in later.workspace.ledger.entries()])
