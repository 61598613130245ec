"""Exports hold what the page shows, no formula and no other partner; the interface for programs says what it is of."""

import csv
import io
import zipfile
from datetime import date

import pytest
from dashboard_sample import CONTENTS, HIDDEN_DAYS, HOSTILE, RELEASE, reader_of, visits_in, visits_on

from dashboard.exports.openapi import DESCRIPTION
from pipelines.releases.spreadsheets import bared

WORKBOOKS = ("overview", "contents", "people", "reach", "linked", "features")


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_page_is_downloaded_as_csv_in_the_readers_language(client):
    answer = client.get("/exports/contents/content.csv?period=month&at=2026-10")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contents-content-2026-10.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, first, *rest = _rows(answer.content)
    assert heading[:2] == ["콘텐츠", "페이지뷰"]
    assert first[0] == CONTENTS[0]
    assert len(rest) == len(CONTENTS) - 1


def test_a_hidden_day_is_an_empty_cell(client):
    rows = {row[0]: row for row in _rows(client.get("/exports/overview/course.csv").content)}
    assert rows[HIDDEN_DAYS[0].isoformat()][1:4] == ["", "", ""]
    assert rows["2026-10-20"][2] == str(visits_on(date(2026, 10, 20)))


def test_no_cell_of_a_spreadsheet_is_a_formula(client_of):
    browser = client_of(reader_of("p-003"))
    names = [row[0] for row in _rows(browser.get("/exports/contents/content.csv").content)[1:]]
    assert not [name for name in names if name.startswith(("=", "+", "-", "@"))]
    assert {bared(name) for name in names} == set(HOSTILE)
    with zipfile.ZipFile(io.BytesIO(browser.get("/exports/contents.xlsx").content)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
    assert not [sheet for sheet in sheets if "<f>" in sheet or "hyperlink" in sheet]


@pytest.mark.parametrize("page", WORKBOOKS)
def test_every_page_with_figures_is_downloaded_as_a_workbook(client, page):
    answer = client.get(f"/exports/{page}.xlsx?period=week&at=2026-10-19")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{page}-2026-10-19.xlsx"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.testzip() is None
        assert RELEASE in book.read("xl/sharedStrings.xml").decode()


def _shared_texts(answer) -> str:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return book.read("xl/sharedStrings.xml").decode()


@pytest.mark.parametrize("path", ["/exports/people.xlsx", "/downloads/partner_daily_usage.xlsx"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_workbook_says_what_its_figures_are_and_not_what_others_are(client, path, language):
    semantics = client.app.state.semantics
    texts = _shared_texts(client.get(path, params={"lang": language}))
    bounces, events = (semantics.measures[name] for name in ("bounces", "events"))
    assert (bounces.definition_ko if language == "ko" else bounces.definition) in texts
    assert (bounces.definition if language == "ko" else bounces.definition_ko) not in texts
    assert events.definition not in texts and events.definition_ko not in texts
    if "people" in path:
        pages = semantics.derived["pages_per_visit"]
        assert (pages.definition_ko if language == "ko" else pages.definition) in texts


def test_a_published_table_is_downloaded_whole_or_between_two_days(client):
    whole = _rows(client.get("/downloads/partner_daily_usage.csv").content)
    assert whole[0][:2] == ["partner_id", "day"]
    assert len(whole) > 390
    part = _rows(client.get("/downloads/partner_daily_usage.csv?first=2026-10-01&last=2026-10-10").content)
    assert [row[1] for row in part[1:]] == [f"2026-10-{day:02d}" for day in range(1, 11)]
    assert client.get("/downloads/partner_daily_usage.xlsx?first=2026-10-01").status_code == 200


@pytest.mark.parametrize("table", ["release", "closed_periods", "nothing", "partner_daily_usage; DROP TABLE release"])
def test_nothing_but_published_tables_is_downloaded(client, table):
    assert client.get(f"/downloads/{table}.csv").status_code == 404


@pytest.mark.parametrize("query", ["first=yesterday", "last=2026-02-30", "first=%00"])
def test_a_day_that_is_none_is_refused(client, query):
    assert client.get(f"/downloads/partner_daily_usage.csv?{query}").status_code == 400


def test_programs_read_tables_page_by_page(client):
    tables = {table["name"]: table for table in client.get("/api/v1/tables").json()["tables"]}
    assert tables["partner_daily_usage"]["period"] == "day"
    seen, path = [], "/api/v1/tables/partner_daily_usage?limit=200"
    while path:
        answer = client.get(path).json()
        assert answer["release"] == RELEASE
        seen += answer["rows"]
        path = answer["next"]
    assert len(seen) == len({row["day"] for row in seen}) > 390
    assert sum(row["visits"] or 0 for row in seen if row["day"] >= "2026-10-01") == visits_in(
        date(2026, 10, 1), date(2026, 10, 31)
    ) - sum(map(visits_on, HIDDEN_DAYS))


def test_rows_of_another_release_are_refused(client):
    assert client.get("/api/v1/tables/partner_daily_usage?release=2026-01-01-0001&offset=10").status_code == 409


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=10001", "limit=-1", "limit=x", "offset=-1", "from=x", "to=2026-13-01"]
)
def test_a_parameter_that_cannot_be_read_is_named(client, query):
    answer = client.get(f"/api/v1/tables/partner_daily_usage?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(query.split("=")[0])


def test_programs_need_a_token_and_see_nothing_but_tables(client, client_of):
    answer = client_of(None).get("/api/v1/tables")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert client.get("/api/v1/tables/closed_periods").status_code == 404
    assert client_of(reader_of(None)).get("/api/v1/release").status_code == 404
    assert client.get("/api/v1/release").json()["newest"]["month"] == "2026-10-01"
    assert "visits" in client.get("/api/v1/measures").json()["measures"]


def test_every_measure_of_the_tables_is_explained_to_people_as_to_programs(client):
    page = client.get("/about", params={"lang": "en"}).text
    told = client.get("/api/v1/measures").json()["measures"]
    assert {"contributing_people", "visits"} <= set(told)
    assert "largest_page_views" not in told
    assert {name: f'<dt id="{name}">' in page for name in told} == dict.fromkeys(told, True)
    assert "do not see it" not in page


def test_the_description_tells_of_every_route_and_of_no_other(client_of):
    routes = {
        route.path.removeprefix("/api/v1") for route in client_of(None).app.routes if route.path.startswith("/api/v1")
    }
    assert routes - {"/openapi.json"} == set(DESCRIPTION["paths"])
    assert client_of(None).get("/api/v1/openapi.json").json() == DESCRIPTION


def test_answers_have_what_the_description_says(client):
    for path, methods in DESCRIPTION["paths"].items():
        said = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = client.get("/api/v1" + path.replace("{table}", "partner_monthly_usage")).json()
        assert set(answer) == set(said["properties"]) == set(said["required"])


def test_no_export_reaches_another_partner(client_of):
    for partner in ("p-001", "p-003"):
        browser = client_of(reader_of(partner))
        rows = _rows(browser.get("/downloads/partner_content_daily.csv").content)
        assert {row[0] for row in rows[1:]} == {partner}
