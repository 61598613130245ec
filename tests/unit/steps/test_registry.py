"""Exports of the landing folder are taken in once, removed in a real home, and told of without a value."""

import json

import pytest

from pipelines.errors import InputError
from pipelines.steps.registry import KIND, import_registry

MEMBER = {"account_key": "canary-key", "login_id": "canary-login", "partner_id": "p1"}


def test_an_export_is_taken_in_and_its_landing_copy_removed(house):
    report = house.export("members", [MEMBER])
    assert (report.rows, report.total("added")) == (1, 1)
    assert not list((house.workspace.home.landing / "registry").iterdir())
    assert house.workspace.home.state().kind == "real"
    (entry,) = house.workspace.ledger.entries(KIND)
    assert (entry.body["table"], entry.body["rows"], entry.body["as_of_day"]) == ("members", 1, "2015-05-20")


def test_the_landing_copy_stays_in_a_demo_home_and_when_asked(house):
    house.workspace.home.enter("demo")
    house.export("members", [MEMBER])
    assert list((house.workspace.home.landing / "registry").iterdir())
    house.under(remove_landing=True).export("members", [MEMBER])
    assert not list((house.workspace.home.landing / "registry").iterdir())


def test_the_same_export_again_leaves_no_entry(house):
    house.export("members", [MEMBER])
    report = house.export("members", [MEMBER])
    assert (report.total("added"), report.total("changed"), report.total("closed")) == (0, 0, 0)
    assert len(house.workspace.ledger.entries(KIND)) == 1


def test_no_export_is_no_change(house):
    report = import_registry(house.workspace, "members")
    assert (report.rows, report.exports) == (0, ())
    assert house.workspace.home.state().kind is None
    assert house.workspace.ledger.entries() == []


def test_refused_rows_and_undeclared_columns_are_told_without_their_values(house):
    rows = [MEMBER, {**MEMBER, "account_key": ""}, {**MEMBER, "account_key": "k3", "status": "canary-status"}]
    report = house.export("members", rows)
    assert report.refused == {"account_key: missing": 1, "status: not one of the declared values": 1}
    report = house.export(
        "contents", [{"content_id": "c", "partner_id": "p", "content_type": "album", "secret": "canary"}]
    )
    assert report.undeclared_columns == ("secret",)
    told = json.dumps([entry.body for entry in house.workspace.ledger.entries()])
    assert "canary" not in told
    assert b"canary" not in b"".join(p.read_bytes() for p in house.workspace.home.root.rglob("*") if p.is_file())


def test_an_export_that_cannot_be_used_is_an_error_and_stays(house):
    folder = house.workspace.home.landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "members.csv").write_text("account_key,login_id\nk1,kim\n")
    with pytest.raises(InputError, match=r"members\.csv: required columns are missing: .*partner_id"):
        import_registry(house.workspace, "members")
    assert (folder / "members.csv").exists()
