"""A partner's file is opened for reading it and nothing else, and a page keeps the release it began with."""

import duckdb
import pytest
from dashboard_sample import FILES, LAST, NEXT_RELEASE, RELEASE, write_release

from dashboard.settings import DashboardSettings
from dashboard.shelf import Shelf


@pytest.fixture
def shelf(sample_home):
    return Shelf(DashboardSettings(home=sample_home))


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (x INTEGER)",
        "DELETE FROM release",
        "ATTACH 'other.duckdb'",
        "COPY release TO 'out.csv'",
        "FROM read_csv('/etc/hostname')",
        "FROM read_text('/etc/hostname')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "INSTALL httpfs",
        "LOAD httpfs",
    ],
)
def test_a_partners_file_is_read_and_nothing_else_is_reached(shelf, sql):
    with shelf.current().open(FILES["p-001"]) as connection:
        assert connection.execute("SELECT release_id FROM release").fetchone() == (RELEASE,)
        with pytest.raises(duckdb.Error):
            connection.execute(sql)


def test_a_file_of_no_name_of_a_release_is_none(shelf):
    for name in ("d" * 32, "../../2026", "manifest"):
        assert shelf.current().open(name) is None
    assert shelf.release("2026-01-01-0001") is None
    assert shelf.release("..") is None


def test_no_more_files_stay_open_than_allowed_and_who_reads_goes_on(sample_home):
    shelf = Shelf(DashboardSettings(home=sample_home, open_files=1))
    first = shelf.current().open(FILES["p-001"])
    second = shelf.current().open(FILES["p-003"])
    assert len(shelf._open) == 1
    for connection, partner in ((first, "p-001"), (second, "p-003")):
        assert connection.execute("SELECT DISTINCT partner_id FROM partner_daily_usage").fetchall() == [(partner,)]


def test_what_was_opened_stays_of_its_release_when_a_newer_one_comes(tmp_path):
    write_release(tmp_path, RELEASE, LAST, ["p-001"])
    shelf = Shelf(DashboardSettings(home=tmp_path))
    before = shelf.current()
    reading = before.open(FILES["p-001"])
    write_release(tmp_path, NEXT_RELEASE, LAST, ["p-001"])
    assert (before.id, shelf.current().id) == (RELEASE, NEXT_RELEASE)
    assert reading.execute("SELECT release_id FROM release").fetchone() == (RELEASE,)
    assert before.open(FILES["p-001"]).execute("SELECT release_id FROM release").fetchone() == (RELEASE,)
    assert shelf.current().open(FILES["p-001"]).execute("SELECT release_id FROM release").fetchone() == (NEXT_RELEASE,)
