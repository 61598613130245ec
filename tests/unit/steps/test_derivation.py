"""A day is derived again when, and only when, something its events rest on has changed."""

import shutil
from datetime import date

import pytest

from pipelines.privacy.keyring import Keyring, PseudonymKey
from pipelines.steps import derivation

DAYS = [date(2015, 5, 18), date(2015, 5, 19), date(2015, 5, 20)]
MEMBERS = [{"account_key": "k1", "login_id": "kim", "partner_id": "p1"}]
CONTENTS = [{"content_id": "c1", "partner_id": "p1", "content_type": "album"}]


@pytest.fixture(scope="module")
def derived(house_in, tmp_path_factory, line):
    """Three days of logs, each of which ends within a line, and a registry; all derived."""
    folder = tmp_path_factory.mktemp("derived")
    house = house_in(folder)
    for day in DAYS:
        house.deliver([line(day), line(day, target="/contents/c1"), line(day, "23:00:00").rstrip()], f"{day}.log")
    house.export("members", MEMBERS)
    house.export("contents", CONTENTS)
    assert house.stale() == [18, 19, 20]
    assert [(report.day, report.rows) for report in house.derive()] == [(day, 3) for day in DAYS]
    return folder


@pytest.fixture
def three_days(derived, house_in, tmp_path):
    """A copy of it, home and keys."""
    for path in derived.iterdir():
        shutil.copytree(path, tmp_path / path.name)
    house = house_in(tmp_path)
    assert house.stale() == []
    return house


def test_nothing_is_derived_again_when_nothing_changed(three_days):
    files = {path: path.stat().st_mtime_ns for path in three_days.workspace.home.events.glob("*")}
    assert three_days.at("2015-05-21T23:00:00+09:00").stale() == []
    assert three_days.derive() == []
    assert {path: path.stat().st_mtime_ns for path in three_days.workspace.home.events.glob("*")} == files


def test_the_same_deliveries_again_make_nothing_stale(three_days, line):
    for day in DAYS:
        lines = [line(day), line(day, target="/contents/c1"), line(day, "23:00:00").rstrip()]
        assert three_days.deliver(lines, f"{day}-again.log").count("known") == 1
    assert three_days.export("members", MEMBERS).total("changed") == 0
    assert three_days.stale() == []


def test_new_lines_make_only_their_own_days_stale(three_days, line):
    three_days.deliver([line(DAYS[1], target="/late"), line(DAYS[2], target="/late")], "late.log")
    assert three_days.stale() == [19, 20]


def test_an_unreadable_line_makes_its_day_stale_too(three_days, line):
    three_days.deliver([line(DAYS[0], target="/late"), "broken\n"], "late.log")
    assert three_days.stale() == [18]


def test_a_completed_line_makes_its_day_stale_and_is_not_counted_twice(three_days, line):
    lines = [line(DAYS[1]), line(DAYS[1], target="/contents/c1"), line(DAYS[1], "23:00:00")]
    three_days.deliver(lines, f"{DAYS[1]}.log")
    assert three_days.stale() == [19]
    assert [report.rows for report in three_days.derive()] == [3]


def test_a_line_completed_on_another_day_makes_both_days_stale(house, line):
    start = line(DAYS[0]) + f'198.51.100.7 - - [{"18/May/2015:23:59:59 +0900"}] "GET / HTTP/1.1" 200 5 "-" "-" "-"'
    house.deliver(start)
    house.derive()
    house.deliver(start + " broken on\n" + line(DAYS[2]))
    assert house.stale() == [18, 20]
    assert [(report.day, report.rows) for report in house.derive()] == [(DAYS[0], 1), (DAYS[2], 1)]


def test_a_registry_change_makes_the_days_it_holds_on_stale(three_days):
    three_days.export("members", [{**MEMBERS[0], "status": "rejected"}])
    assert three_days.stale() == [20]


def test_a_registry_change_of_a_day_to_come_makes_no_day_stale(three_days):
    later = three_days.at("2015-05-22T12:00:00+09:00")
    later.export("contents", [*CONTENTS, {"content_id": "c2", "partner_id": "p1", "content_type": "album"}])
    assert later.stale() == []


def test_a_member_who_joined_earlier_makes_the_days_since_stale(three_days):
    joined = {"account_key": "k2", "login_id": "lee", "partner_id": "p1", "joined_at": "2015-05-19T10:00:00+09:00"}
    three_days.export("members", [*MEMBERS, joined])
    assert three_days.stale() == [19, 20]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("policy/2014-06-16.yml", "description: Access logs as", "description: Logs as"),
        ("policy/routes.yml", "name: home, path: /, feature: home", "name: home, path: /, feature: start"),
        ("sql/events/events_from_lines.sql", "coalesce(os, 'Other')", "coalesce(os,  'Other')"),
        ("sql/macros/binary.sql", "Bytes.", "Bytes"),
    ],
)
def test_policy_routes_and_sql_of_events_make_every_day_stale(three_days, changed, file, old, new):
    assert changed(three_days, file, old, new).stale() == [18, 19, 20]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("policy/sources.yml", "The web servers of", "Web servers of"),
        ("policy/sources.yml", "{name: health_check, path: /healthz}", "{name: health_check, path: /contents/c1}"),
        ("policy/routes.yml", "# The pages of", "# Pages of"),
        ("sql/models/marts/service_daily_status.sql", "from", "from "),
    ],
)
def test_what_events_do_not_rest_on_makes_no_day_stale(three_days, changed, file, old, new):
    assert changed(three_days, file, old, new).stale() == []


def test_another_pseudonym_key_or_way_of_deriving_makes_every_day_stale(three_days, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Keyring, "pseudonym_key", lambda _self: PseudonymKey(2, b"k" * 32))
        assert three_days.stale() == [18, 19, 20]
    with monkeypatch.context() as patched:
        patched.setattr(derivation, "DERIVATION", derivation.DERIVATION + 1)
        assert three_days.stale() == [18, 19, 20]
    assert three_days.stale() == []


def test_how_lines_were_read_is_part_of_the_fingerprint(house, line, changed):
    house.deliver([line(DAYS[0])], "first.log")
    before = house.fingerprints()
    other = changed(house, "policy/sources.yml", "path: /healthz", "path: /elsewhere")
    assert other.fingerprints() == before
    other.deliver([line(DAYS[0], target="/healthz"), line(DAYS[1])], "second.log")
    assert other.fingerprints()[DAYS[0]] != before[DAYS[0]]
    assert [(report.day, report.rows) for report in other.derive()] == [(DAYS[0], 2), (DAYS[1], 1)]


def test_a_day_whose_file_is_gone_is_stale(three_days):
    (three_days.workspace.home.events / "2015-05-19.parquet").unlink()
    assert three_days.stale() == [19]
    assert [report.rows for report in three_days.derive()] == [3]
