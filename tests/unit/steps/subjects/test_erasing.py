"""A member planted everywhere is found everywhere, erased where no law keeps, and stays out whatever is delivered again."""

import json
import shutil
from datetime import date

import pytest
from planted import (
    DAY,
    GOING,
    KEPT_BY_LAW,
    KIM,
    LEE,
    SIGN_UP,
    TABLES,
    counts,
    erase,
    kim,
    records,
    rows_of,
    who,
    without_access,
)

from pipelines.errors import UsageError
from pipelines.steps.linked import derive_linked_days
from pipelines.steps.record_imports import record_files
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.erasing import carry_out, find, finish_requests
from pipelines.steps.subjects.person import person_of

# Find ----------------------------------------------------------------------------------------------------------------


def test_a_member_is_found_in_every_dataset_that_a_delivery_fills(lived):
    found = {name: count for name, count in counts(lived).items() if count}
    assert found.pop("delivered_files", 0) == 0
    assert found.pop("access_records", 0) <= 1
    assert found == {
        "access_logs": 2,
        "cookie_records": 1,
        "linked_events": 1,
        "quarantine": 1,
        "events": 1,
        "linked_events_pseudonymised": 1,
        "members": 1,
        **dict.fromkeys(TABLES, 1),
    }


def test_every_registry_table_and_store_is_looked_at_also_where_nothing_is_found(lived):
    found = counts(lived, "account-nobody", "nobody")
    assert set(TABLES) | {"members", "held_lines", "holds", "tombstones", "former_members_1y", "import_ledger"} <= set(
        found
    )
    assert {name for name, count in found.items() if count} <= {"access_records"}


def test_a_file_put_there_by_hand_is_searched_whatever_it_is(house):
    home = house.workspace.home
    (home.root / "old.csv").write_text("name\nkim\n")
    (home.staging / "left.jsonl").write_text('{"member": "account-kim"}\n')
    (home.ledger / "notes.txt").write_text("akim and kimono are somebody else\n")
    found = counts(house)
    assert found["staged_files"] == 2


def test_asking_needs_an_identification_and_says_no_name(house):
    for attempt in (
        lambda: find(house.workspace, kim(house), " "),
        lambda: carry_out(house.workspace, kim(house), "erased", ""),
        lambda: person_of(house.workspace, "canary-login", None),
        lambda: person_of(house.workspace, None, None),
    ):
        with pytest.raises(UsageError) as caught:
            attempt()
        assert "canary" not in str(caught.value)


def test_the_identification_stands_in_the_sealed_access_record_alone(erased):
    house, _ = erased
    workspace = house.workspace
    (month,) = workspace.access_records.months()
    actions = [record.action for record in workspace.access_records.read(month)]
    assert "subject erase; identified by: passport, seen at the counter" in actions
    for path in workspace.home.root.rglob("*"):
        assert not path.is_file() or b"passport" not in path.read_bytes(), path


# Erase ---------------------------------------------------------------------------------------------------------------


def test_only_what_the_law_keeps_is_left(erased):
    house, _ = erased
    left = {name for name, count in counts(house).items() if count}
    assert left == {
        *KEPT_BY_LAW,
        "sign_up_digests",
        "tombstones",
        "access_records",
        "import_ledger",
    }


def test_the_answer_lists_each_dataset_with_day_law_and_both_languages(erased):
    _, answer = erased
    lines = {line.dataset: line for line in answer.lines}
    assert {name for name, line in lines.items() if line.outcome == "erased"} == {
        *GOING,
        "events",
        "linked_events_pseudonymised",
        "linked_events",
    }
    assert {name: lines[name].until for name in KEPT_BY_LAW} == KEPT_BY_LAW
    assert "통신비밀보호법" in lines["access_logs"].sentence_ko
    assert "2015-08-20" in lines["access_logs"].sentence_ko
    assert "Protection of Communications Secrets Act" in lines["access_logs"].sentence
    assert lines["disputes"].until_says == "until it is settled"
    assert lines["former_members_permanent"].until_says == "for good"
    for line in answer.lines:
        assert line.count > 0
        assert line.basis or line.outcome == "erased"
    for text in (answer.text("ko"), answer.text("en"), json.dumps(answer.to_body(), default=str)):
        assert "kim" not in text
        assert SIGN_UP["contact_phone"] not in text


def test_of_a_delivered_files_name_in_the_ledger_the_answer_does_not_say_that_it_names_nobody(house, line):
    house.deliver([line(DAY, "12:00:00")], "export of kim.log")
    assert counts(house)["import_ledger"] > 0
    (said,) = [one for one in erase(house).lines if one.dataset == "import_ledger"]
    assert "no identity" not in said.sentence
    assert "name of a delivered file" in said.sentence
    assert "파일 이름" in said.sentence_ko


def test_nobody_else_is_touched(lived, erased):
    house, _ = erased
    before, after = (counts(h, "account-lee", "lee") for h in (lived, house))
    for found in (before, after):
        found.pop("access_records", None)
    assert {name: n for name, n in after.items() if n} == {name: n for name, n in before.items() if n}


def test_the_lines_are_requests_of_nobody(erased):
    house, _ = erased
    assert who(house) == [(False, False), (True, True), (False, True)]
    assert house.people(DAY)["erased"] == 1


def test_the_rows_of_linked_events_are_written_anew_without_the_members(lived, erased):
    house, answer = erased
    assert answer.removed["linked_events"] == 1
    before, after = (h.workspace.keyring.keys_of_day("linked_events", DAY) for h in (lived, house))
    assert len(after) == 1
    assert before[0].name != after[0].name
    (file,) = record_files(house.workspace, "linked_events")
    assert [segment["lines"] for segment in file.segments] == [1]


def test_the_register_has_counts_and_no_person(erased):
    house, answer = erased
    (entry,) = open_register(house.workspace).entries()
    assert entry.body.kind == "erased"
    assert entry.body.removed == answer.removed
    assert entry.body.kept_by_law == answer.kept
    data = open_register(house.workspace).path.read_bytes()
    assert b"kim" not in data
    assert house.workspace.subjects.subject_digest("account-kim").encode() not in data


def test_nothing_in_the_journal_names_who_asked(erased):
    house, _ = erased
    assert house.workspace.requests.open() == []
    assert list((house.workspace.home.ledger / "requests").glob("*.age")) == []
    assert [key.name for key in house.workspace.keyring.list() if key.dataset == "open_requests"] == []
    assert b"kim" not in (house.workspace.home.ledger / "requests.jsonl").read_bytes()


def test_asked_again_nothing_more_goes(house):
    erase(house)
    before = counts(house)
    again = carry_out(house.workspace, person_of(house.workspace, "kim", "account-kim"), "erased", "passport")
    assert again.removed == {}
    assert without_access(counts(house)) == without_access(before)


def test_a_copy_of_an_imported_file_goes_and_one_that_was_not_imported_waits(house, line):
    landing = house.workspace.home.landing / "access" / "web"
    text = "".join([line(DAY, "11:00:00", member="kim"), line(DAY, "11:00:01", member="lee")])
    keeping = house.under(remove_landing=False)
    keeping.deliver(text, name="copy.log")
    (landing / "next.log").write_text(line(DAY, "12:00:00", member="kim"))
    (house.workspace.home.root / "by-hand.txt").write_text("kim")
    answer = erase(keeping)
    assert not (landing / "copy.log").exists()
    assert (landing / "next.log").exists()
    assert not (house.workspace.home.root / "by-hand.txt").exists()
    lines = {said.dataset: said for said in answer.lines}
    assert lines["delivered_files"].until_says == "until it is taken in with the next night"
    assert lines["staged_files"].outcome == "erased"


# Delivered again -----------------------------------------------------------------------------------------------------


def test_delivered_again_in_a_late_file_and_in_exports_it_is_not_counted_as_the_member(house, line):
    erase(house)
    house.export("members", [KIM, LEE])
    for table in TABLES:
        house.export(table, rows_of(table, "kim", "lee"))
    house.deliver([line(DAY, "11:00:00", member="kim")], name="late.log")
    records(
        house,
        "linked",
        [
            {
                "time": "2015-05-20T01:30:00Z",
                "service": "melon",
                "event": "play",
                "partner_id": "p1",
                "melon_member_id": "melon-kim",
            }
        ],
    )
    derive_linked_days(house.workspace)
    house.derive()
    found = counts(house)
    assert {name for name in (*GOING, "events", "linked_events_pseudonymised") if found[name]} == set()
    assert house.people(DAY)["erased"] == 2
    assert who(house)[-1] == (False, False)


def test_who_joins_again_afterwards_is_an_ordinary_member(house, line):
    erase(house)
    later = house.at("2015-05-23T12:00:00+09:00")
    later.export("members", [{**KIM, "joined_at": "2015-05-22T09:00:00+09:00"}, LEE])
    later.deliver([line(date(2015, 5, 22), member="kim")], name="later.log")
    later.derive()
    assert counts(later)["members"] == 1
    assert who(later, DAY)[0] == (False, False)


def test_restored_from_an_older_backup_the_member_is_erased_again_before_anything_else(house, tmp_path):
    backup = tmp_path / "backup"
    shutil.copytree(house.settings.home, backup)
    keys = house.workspace.keyring
    live = {key.name for key in keys.list()}
    erase(house)
    gone = {name.split(".")[0] for name in live - {key.name for key in keys.list()}}
    assert gone <= {*GOING, "open_requests", "linked_events"}
    # The registry's keys went with the rows: restoring brings back what can be opened, the events and the days' states.
    shutil.rmtree(house.settings.home / "events")
    shutil.copytree(backup / "events", house.settings.home / "events")
    restored = house.under()
    assert counts(restored)["events"] == 1
    finish_requests(restored.workspace)
    restored.derive()
    derive_linked_days(restored.workspace)
    found = counts(restored)
    assert (found["events"], found["linked_events_pseudonymised"], found["members"]) == (0, 0, 0)
