"""Exports of the landing folder are taken in once, removed in a real home, and told of without a value."""

import json
import sqlite3

import pytest

from pipelines.errors import InputError, UsageError
from pipelines.steps import registry
from pipelines.steps.metrics.registry import exports
from pipelines.steps.registry import KIND, import_registry, latest_findings
from pipelines.weblogs.decompression import decompressed_chunks

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


def test_a_database_is_read_each_night_beside_exports(house, changed):
    database = house.workspace.home.root / "crm.db"
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TABLE people (account_key, login_id, partner_id, member_type, status, joined_at, withdrawn_at, x)"
        )
        connection.execute(
            "INSERT INTO people VALUES ('k1', 'canary', 'p1', 'agency', 'approved', '2015-01-01', NULL, 'canary')"
        )
    crm = "registry:\n  crm:\n    kind: real\n    dialect: sqlite\n    path: crm.db\n    tables: {members: people}\n"
    house = changed(house, "policy/sources.yml", "version: 1\n", f"version: 1\n{crm}")
    report = import_registry(house.workspace, "members")
    assert (report.rows, report.total("added")) == (1, 1)
    assert [export.name for export in report.exports] == ["crm:crm.db"]
    assert report.undeclared_columns == ("x",)
    assert import_registry(house.workspace, "members").total("changed") == 0
    assert import_registry(house.workspace, "partners").exports == ()
    assert len(house.workspace.ledger.entries(KIND)) == 1
    assert database.exists()


def test_what_an_export_showed_is_kept_until_the_next_one_shows_otherwise(house):
    house.export("contents", [{"content_id": "c", "partner_id": "p", "content_type": "album", "channel": "scraper"}])
    assert latest_findings(house.workspace)["contents"]["flags"] == {"unknown_channels": 1}
    house.export("contents", [{"content_id": "c", "partner_id": "p", "content_type": "album", "channel": "paper"}])
    assert latest_findings(house.workspace)["contents"]["flags"] == {}
    assert len(house.workspace.ledger.entries(KIND)) == 2


CONTENT = {"content_id": "c", "partner_id": "p", "content_type": "album", "channel": "paper"}


def lay_contents(house, **exports):
    """Lay exports of contents side by side, by the middle of their names, each a list of rows."""
    folder = house.workspace.home.landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in exports.items():
        (folder / f"contents.{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_clean_export_does_not_hide_what_another_of_the_same_night_had(house):
    bad = {**CONTENT, "channel": "scraper", "shoe_size": 43, "religion": "none"}
    lay_contents(house, a=[bad, {**CONTENT, "content_id": ""}], b=[CONTENT])
    import_registry(house.workspace, "contents")
    found = latest_findings(house.workspace)["contents"]
    assert (found["flags"], found["refused"]) == ({"unknown_channels": 1}, {"content_id: missing": 1})
    assert (found["undeclared_columns"], found["sensitive_columns"]) == (["religion", "shoe_size"], ["religion"])
    (frame,) = exports("contents", house.workspace, None).to_dict("records")
    assert frame["refused_share"] == pytest.approx(1 / 3)
    assert (frame["columns_undeclared"], frame["columns_sensitive"], frame["unknown_channels"]) == (2, 1, 1)


def test_findings_of_several_exports_of_one_night_are_summed_and_those_of_another_night_are_not(house):
    bad = {**CONTENT, "channel": "scraper"}
    lay_contents(house, a=[bad], b=[bad, {**bad, "content_id": "d"}])
    import_registry(house.workspace, "contents")
    assert latest_findings(house.workspace)["contents"]["flags"] == {"unknown_channels": 3}
    lay_contents(house, a=[bad, {**CONTENT, "content_id": "d"}])
    import_registry(house.workspace, "contents")
    assert latest_findings(house.workspace)["contents"]["flags"] == {"unknown_channels": 1}


def test_the_same_exports_again_leave_no_entry_and_fewer_of_them_do(house):
    bad = {**CONTENT, "channel": "scraper"}
    staying = house.under(remove_landing=False)
    lay_contents(staying, a=[bad], b=[CONTENT])
    for _ in range(2):
        import_registry(staying.workspace, "contents")
        # The first export's rows are no others than the second's: a channel is not kept.
        assert len(house.workspace.ledger.entries(KIND)) == 2
    (house.workspace.home.landing / "registry" / "contents.a.jsonl").unlink()
    import_registry(staying.workspace, "contents")
    assert len(house.workspace.ledger.entries(KIND)) == 3
    assert latest_findings(house.workspace)["contents"]["flags"] == {}


def test_what_an_export_showed_is_told_of_though_the_next_one_cannot_be_used(house):
    lay_contents(house, a=[{**CONTENT, "channel": "scraper"}], b=[{"content_id": "c"}])
    with pytest.raises(InputError, match="required columns are missing"):
        import_registry(house.workspace, "contents")
    assert latest_findings(house.workspace)["contents"]["flags"] == {"unknown_channels": 1}


def test_an_entry_of_a_single_export_that_does_not_say_so_stands_alone(house):
    body = {"table": "contents", "rows": 1, "refused": {}, "undeclared_columns": [], "sensitive_columns": []}
    for flags in ({"unknown_channels": 2}, {}):
        house.workspace.ledger.append(KIND, {**body, "flags": flags}, house.workspace.clock.now())
    assert latest_findings(house.workspace)["contents"]["flags"] == {}


def test_an_export_that_lost_too_many_rows_waits_for_a_persons_word(house):
    rows = [{**MEMBER, "account_key": f"k{n}", "login_id": f"l{n}"} for n in range(20)]
    house.export("members", rows)
    with pytest.raises(InputError, match="20 rows are gone") as refusal:
        house.export("members", rows[:5])
    digest = str(refusal.value).rpartition("members=")[2]
    assert len(digest) == 64
    assert (house.workspace.home.landing / "registry" / "members.csv").exists()
    with pytest.raises(InputError, match="20 rows are gone"):
        import_registry(house.under(confirm_vanished=(f"contents={digest}",)).workspace, "members")
    confirming = house.under(confirm_vanished=(f"members={digest[:12]}",))
    assert import_registry(confirming.workspace, "members").total("closed") == 15
    entries = [entry.body for entry in house.workspace.ledger.entries(KIND)]
    assert [entry.get("confirmed") for entry in entries] == [None, True]
    # Left where it was, the setting lets no other export in.
    house.export("members", rows)
    with pytest.raises(InputError, match="of 20 rows are gone"):
        confirming.export("members", rows[:6])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("mumbers=0123456789ab", "'mumbers' is no registry table"),
        ("members", "write members=DIGEST, the export's SHA-256"),
        ("members=0123456789a", "write members=DIGEST"),
        ("members=0123456789ag", "write members=DIGEST"),
    ],
)
def test_a_confirmation_of_no_export_is_an_error(house, text, fault):
    with pytest.raises(UsageError, match=fault):
        import_registry(house.under(confirm_vanished=(text,)).workspace, "contents")


def test_a_change_of_a_table_that_decides_nothing_makes_no_day_stale(house, line):
    house.export("members", [MEMBER])
    house.deliver([line()])
    house.derive()
    given = {"account_key": "canary-key", "recorded_at": "2015-05-01T00:00:00+09:00", "misuse": "spam"}
    assert house.export("misuse_records", [given]).rows == 1
    assert house.stale() == []


def _lay(house, name, *rows):
    folder = house.workspace.home.landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / name


PARTNER = {"partner_id": "P1", "name": "Label", "type": "agency"}


@pytest.mark.parametrize(
    "name", ["partners.jsonl.part", "partners.jsonl.PART", "partners.jsonl.tmp", "partners.jsonl~"]
)
def test_an_export_still_being_written_is_left_alone(house, name):
    path = _lay(house, name, PARTNER)
    assert import_registry(house.workspace, "partners").exports == ()
    assert path.exists()
    assert import_registry(house.workspace, "partners").rows == 0


def test_an_export_that_changes_while_it_is_read_changes_nothing(house, monkeypatch):
    house.export("partners", [PARTNER])
    path = _lay(house, "partners.jsonl", {**PARTNER, "name": "Renamed"})

    def growing(path, limits):
        yield from decompressed_chunks(path, limits)
        path.write_text(path.read_text() * 2)

    monkeypatch.setattr(registry, "decompressed_chunks", growing)
    with pytest.raises(InputError, match=r"^partners\.jsonl: changed while it was read$"):
        import_registry(house.workspace, "partners")
    assert path.exists()
    assert house.workspace.registry.load("partners")["name"].to_pylist() == ["Label"]
    monkeypatch.undo()
    assert import_registry(house.workspace, "partners").total("changed") == 1


def test_an_export_laid_in_the_place_of_the_one_that_was_read_waits_for_the_next_night(house, monkeypatch):
    path = _lay(house, "partners.jsonl", PARTNER)

    def replaced(workspace, reports, now):
        _lay(house, "partners.jsonl", {**PARTNER, "name": "Renamed"})

    monkeypatch.setattr(registry, "_record", replaced)
    import_registry(house.workspace, "partners")
    assert path.exists()
    monkeypatch.undo()
    assert import_registry(house.workspace, "partners").total("changed") == 1
    assert not path.exists()


def test_an_export_without_a_header_is_told_of_without_a_word_of_it(house):
    folder = house.workspace.home.landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "partners.csv").write_text("canaryid,canaryname,agency\n")
    with pytest.raises(InputError, match=r"^partners\.csv: required columns are missing: name, partner_id, type$"):
        import_registry(house.workspace, "partners")
    assert house.workspace.ledger.entries() == []
