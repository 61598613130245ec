"""Words that would say more than the figures do: what is most, which rank, why something is not shown or not compared."""

import re
from datetime import date

import duckdb
import pytest
from dashboard_app import app_for
from dashboard_sample import FILES, reader_of, write_release
from starlette.testclient import TestClient

from dashboard.pages.overview import _is_most
from dashboard.pages.registry import PAGES


@pytest.mark.parametrize(
    ("shown", "total", "is_most"),
    [([50, 20], 119, True), ([50, 20], 120, False), ([50, 20], 70, True), ([50], None, False)],
)
def test_what_is_most_is_so_for_sure_only_if_all_that_is_not_shown_is_less(shown, total, is_most):
    assert _is_most(50, shown, total) is is_most


def test_the_overview_says_what_is_most_of_those_shown_alone(client, monkeypatch):
    def facts() -> str:
        return (
            client.get("/", params={"lang": "en", "unlike": str(sure)})
            .text.split("Most came from")[1]
            .split("</dd>")[0]
        )

    for sure in (True, False):
        monkeypatch.setattr("dashboard.pages.overview._is_most", lambda *_given, sure=sure: sure)
        assert ("of those shown" in facts()) is not sure


def test_where_nothing_is_shown_a_link_says_why(client_of):
    reader = client_of(reader_of("p-002"))
    for path in ("/", "/people", "/linked", "/contents"):
        assert '/about#hidden">Why?</a>' in reader.get(path, params={"lang": "en"}).text.replace("?lang=en", "")
    assert 'id="hidden"' in reader.get("/about").text


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A reader of figures that begin amid September, of whose contents in October the last is not shown."""
    home = tmp_path_factory.mktemp("changed")
    file = write_release(home, first=date(2026, 9, 9), partners=["p-001"]) / f"{FILES['p-001']}.duckdb"
    file.chmod(0o600)
    with duckdb.connect(file) as connection:
        connection.execute("INSERT INTO closed_periods VALUES ('month', DATE '2026-09-01')")
        connection.execute(
            "UPDATE partner_breakdown_monthly SET page_views = NULL, is_suppressed = true WHERE value = 'song-060'"
        )
    return TestClient(app_for(home, reader_of()))


def test_a_value_that_is_not_shown_has_no_rank(changed):
    page = changed.get("/contents", params={"lang": "en", "page": "2"}).text
    ranks = dict(re.findall(r'class="rank">([^<]+)</td>\s*<th[^>]*><a[^>]*>(song-0[56]\d)', page))
    assert (ranks["59"], ranks["–"]) == ("song-059", "song-060")
    assert "59 shown" in changed.get("/contents/song-001", params={"lang": "en"}).text


def test_a_month_that_is_not_whole_is_named_as_why_there_is_no_comparison(changed):
    page = changed.get("/", params={"lang": "en"}).text
    assert "Figures begin on Wed 9 Sep 2026: September 2026 is not whole, and not compared with." in page
    year = changed.get("/", params={"lang": "en", "compare": "year"}).text
    assert "There are no figures of October 2025 to compare with." in year


def test_a_range_with_days_that_are_not_shown_says_so_and_is_not_compared(client):
    def asked(first: str, last: str, path: str = "/") -> str:
        return client.get(path, params={"lang": "en", "period": "range", "from": first, "to": last}).text

    hidden, whole = asked("2026-10-01", "2026-10-10"), asked("2026-10-07", "2026-10-08")
    assert "are not in the sums: 2 of 10." in hidden
    assert "against as many days before" not in hidden
    assert "are not in the sums" not in whole
    assert "Such sums" not in asked("2026-10-15", "2026-10-20")
    assert "against as many days before" in asked("2026-10-15", "2026-10-20")


def test_a_range_is_not_compared_with_one_that_lacks_days(client):
    given = {"lang": "en", "period": "range", "from": "2026-10-07", "to": "2026-10-09"}
    assert "against as many days before" not in client.get("/", params=given).text
    heading, *rows = client.get("/exports/contents/content.csv", params=given).text.splitlines()
    assert heading.endswith("Change")
    assert {row.split(",")[-1] for row in rows} == {""}


def test_the_first_days_have_every_page_before_a_week_or_month_closed(tmp_path):
    write_release(tmp_path, first=date(2026, 10, 30), partners=["p-001"])
    reader = TestClient(app_for(tmp_path, reader_of()))
    for path in [page.path for page in PAGES if "{" not in page.path]:
        answer = reader.get(path, params={"lang": "en"})
        assert answer.status_code == 200, path
        assert "Nothing was published" not in answer.text, path
    overview, people = (reader.get(path, params={"lang": "en"}).text for path in ("/", "/people"))
    assert "Sat 31 Oct 2026" in overview
    assert "Weeks and months can be chosen once one has closed." in overview
    assert (overview.count("Comes with the first month"), people.count("Comes with the first month")) == (1, 4)


def test_once_a_month_closed_nothing_is_told_to_come(client, client_of):
    for reader in (client, client_of(reader_of("p-002"))):
        for path in ("/", "/people"):
            text = reader.get(path, params={"lang": "en"}).text
            assert [word for word in ("Comes with the first", "Weeks and months can") if word in text] == []
