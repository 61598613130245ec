"""`status` tells of every source: access logs, record files and registry tables, each by its own counts."""

import json
from datetime import date

from pipelines.cli.status import status
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.status import status_of

DAY = date(2015, 5, 20)
AS_BEFORE = {
    "home", "kind", "is_rehearsal", "policy", "last_import_at", "lines", "accepted", "filtered", "quarantined", "is_balanced",
    "files", "files_quarantined", "days", "checks", "last_release",
}  # fmt: skip


def lived(house, line):
    house.export("members", [{"account_key": "k1", "login_id": "kim", "partner_id": "p1"}])
    house.export("contents", [{"content_id": "1", "partner_id": "p1", "content_type": "album"}])
    house.deliver([line(DAY), "garbage\n"])
    folder = house.workspace.home.landing / "cookies"
    folder.mkdir(parents=True)
    row = {
        "time": f"{DAY}T01:00:00Z",
        "event": "issued",
        "cookie_name": "pc_member",
        "member_id": "kim",
        "expires": None,
    }
    (folder / "a.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "time": "never"}) + "\n")
    import_record_files(house.workspace, "cookies")
    return status_of(house.workspace)


def test_record_files_and_tables_are_told_beside_the_logs_whose_form_stays(house, line):
    told = lived(house, line)
    assert told.keys() == AS_BEFORE | {"records", "tables"}
    assert [(file["source"], file["lines"]) for file in told["files"]] == [("web", 2)]
    (record,) = told["records"]
    counts = {
        name: record[name] for name in ("source", "dataset", "name", "rows", "accepted", "quarantined", "past_period")
    }
    assert counts == {
        "source": "cookies", "dataset": "cookie_records", "name": "a.jsonl", "rows": 2, "accepted": 1, "quarantined": 1,
        "past_period": 0,
    }  # fmt: skip
    assert [(table["source"], table["table"], table["rows"], table["added"]) for table in told["tables"]] == [
        ("registry", "contents", 1, 1),
        ("registry", "members", 1, 1),
    ]
    assert told["lines"] == 2


def test_a_home_without_them_says_so_by_empty_lists(house, line):
    house.deliver([line(DAY)])
    told = status_of(house.workspace)
    assert (told["records"], told["tables"]) == ([], [])


def test_the_command_shows_them(house, line, capsys):
    lived(house, line)
    status(home=house.settings.home)
    shown = capsys.readouterr().out
    assert "Record files (1)" in shown
    assert "Registry tables (2)" in shown
