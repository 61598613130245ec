"""Pages show the partner's figures of the chosen period, say what is not shown in one way, and never break."""

import re
from datetime import date, timedelta

import pytest
from dashboard_app import app_for
from dashboard_sample import CONTENTS, FILES, HIDDEN_DAYS, HOSTILE, LAST, reader_of, visits_in, write_release
from starlette.testclient import TestClient

from dashboard.pages.registry import PAGES
from dashboard.viewer import Role

PATHS = sorted({page.path.replace("{content_id:path}", CONTENTS[0]) for page in PAGES} | {"/privacy"})
NOT_SHOWN = {"ko": "보호를 위해 표시하지 않음", "en": "not shown, to protect people"}
OCTOBER = visits_in(date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_there_in_both_languages(client, path, language):
    answer = client.get(path, params={"lang": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("개요" in answer.text) is (language == "ko")


@pytest.mark.parametrize("path", PATHS)
def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(client_of, path):
    answer = client_of(None).get(path, params={"period": "week"})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (303, "/sign-in")
    assert answer.headers["Location"].endswith("%3Fperiod%3Dweek")


@pytest.mark.parametrize("path", sorted(set(PATHS) - {"/privacy"}))
def test_a_privacy_officer_finds_no_figures(client_of, path):
    assert client_of(reader_of(None, role=Role.PRIVACY_OFFICER)).get(path).status_code == 404


def test_korean_is_the_language_until_english_is_chosen(client, client_of):
    assert '<html lang="ko"' in client.get("/").text
    assert '<html lang="en"' in client_of(reader_of(language="en")).get("/").text
    assert '<html lang="ko"' in client.get("/?lang=xx").text


def test_the_overview_tells_visitors_visits_and_page_views_of_the_newest_month(client):
    page = client.get("/").text
    assert "2026년 10월" in page
    for figure in (round(OCTOBER * 0.6), OCTOBER, OCTOBER * 3):
        assert f"{figure:,}" in page
    september = visits_in(date(2026, 9, 1), date(2026, 9, 30))
    assert f"{(OCTOBER - september) / september * 100:+.1f}%" in page
    assert "song-001" in page
    assert "금요일 20:00" in page


def test_each_kind_of_period_has_its_own_figures(client):
    week = visits_in(date(2026, 10, 19), date(2026, 10, 25))
    assert f"{week:,}" in client.get("/?period=week&at=2026-10-19").text
    assert f"{visits_in(day := date(2026, 10, 20), day):,}" in client.get("/?period=day&at=2026-10-20").text


def test_an_own_range_sums_what_adds_up_and_leaves_visitors_out(client):
    page = client.get("/?period=range&from=2026-10-10&to=2026-10-20&lang=en").text
    total = visits_in(date(2026, 10, 10), date(2026, 10, 20))
    assert f"{total:,}" in page
    assert f"{total * 3:,}" in page
    assert "Own range: only what adds up over days is shown." in page
    assert 'data-drawn="unique_visitors"' not in page


def test_a_day_that_is_not_shown_reads_so_in_both_languages(client):
    for language, says in NOT_SHOWN.items():
        page = client.get(f"/?period=day&at={HIDDEN_DAYS[0]}&lang={language}").text
        assert page.count(says) >= 3


def test_hidden_and_empty_look_the_same(client_of):
    """Of `p-002` everything is hidden; the figures of a day hidden for `p-001` and of one that `p-002` never had read alike."""
    cards = re.compile(r'<section class="cards".*?</section>', re.DOTALL)
    hidden = cards.search(client_of(reader_of("p-001")).get(f"/?period=day&at={HIDDEN_DAYS[1]}&compare=none").text)
    empty = cards.search(client_of(reader_of("p-002")).get("/?period=day&at=2026-10-20&compare=none").text)
    assert hidden[0] == empty[0]


@pytest.mark.parametrize("path", sorted(set(PATHS) - {f"/contents/{CONTENTS[0]}"}))
def test_a_partner_of_whom_nothing_is_shown_has_every_page(client_of, path):
    answer = client_of(reader_of("p-002")).get(path)
    assert answer.status_code == 200


def test_a_content_has_a_page_and_one_that_was_never_shown_has_none(client, client_of):
    page = client.get(f"/contents/{CONTENTS[0]}").text
    assert "60개 중 1위" in page
    assert client.get("/contents/song-999").status_code == 404
    assert client_of(reader_of("p-002")).get(f"/contents/{CONTENTS[0]}").status_code == 404


def test_the_ranking_is_searched_sorted_and_cut(client):
    assert client.get("/contents?q=song-05").text.count('<th scope="row">') == 10
    assert "song-060" not in client.get("/contents").text
    assert "song-060" in client.get("/contents?page=2").text
    assert client.get("/contents?page=99&sort=name").status_code == 200
    assert client.get("/contents?q=nothing-of-that-name").status_code == 200


def test_names_that_programs_stumble_over_are_texts(client_of):
    browser = client_of(reader_of("p-003"))
    for path in ("/", "/contents", "/contents?sort=fall"):
        page = browser.get(path).text
        assert "<script>alert" not in page
    links = re.findall(r'href="(/contents/[^"?]+)', browser.get("/contents").text)
    assert len(links) == len(HOSTILE)
    assert [browser.get(link).status_code for link in links] == [200] * len(HOSTILE)


@pytest.mark.parametrize(
    "value", ["<svg onload=alert(1)>", "' OR 1=1 --", "%(x)s %s", "{{7*7}}", "\x00", "9" * 400, "../../etc"]
)
@pytest.mark.parametrize("name", ["period", "at", "from", "to", "compare", "lang", "theme", "sort", "q", "page"])
def test_no_parameter_breaks_a_page_or_comes_back_unescaped(client, name, value):
    for path in ("/", "/contents"):
        answer = client.get(path, params={name: value})
        assert answer.status_code == 200
        assert "<svg onload" not in answer.text
        assert "49" not in re.findall(r'name="q" value="([^"]*)"', answer.text)


def test_an_unknown_page_is_told_of_without_a_trace(client):
    for path in ("/nowhere", "/contents/%00", "/exports/overview/nothing.csv", "/static/x/../../app.py"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Traceback" not in answer.text
        assert "찾을 수 없습니다" in answer.text


def test_a_partner_without_a_file_and_a_home_without_a_release_are_told_to_wait(client_of, tmp_path):
    lost = reader_of("p-009")
    assert lost.partner_file is None
    nobody = TestClient(app_for(tmp_path, reader_of()), follow_redirects=False)
    assert "첫 수치를 준비하고 있습니다" in nobody.get("/").text
    assert nobody.get("/ready").status_code == 503
    assert client_of(None).get("/ready").json() == {"status": "ready", "release": "2026-11-03-0001"}


def test_a_damaged_file_is_told_of_and_nothing_of_it_comes_out(tmp_path):
    folder = write_release(tmp_path, first=LAST, partners=["p-001"])
    file = folder / f"{FILES['p-001']}.duckdb"
    file.chmod(0o600)
    file.write_bytes(b"not a database" * 1000)
    answer = TestClient(app_for(tmp_path, reader_of()), raise_server_exceptions=False).get("/")
    assert answer.status_code == 503
    assert "duckdb" not in answer.text


def test_a_part_of_a_page_comes_from_the_release_the_page_shows_or_the_page_is_read_anew(client):
    asks = {"HX-Request": "true", "X-Release": "2026-11-03-0001"}
    assert client.get("/", headers=asks).text.count("2026-11-03-0001") >= 1
    gone = client.get("/", headers={**asks, "X-Release": "2026-11-01-0001"})
    assert (gone.status_code, gone.headers["HX-Refresh"], gone.text) == (200, "true", "")
    assert client.get("/", headers={**asks, "X-Release": "../../etc"}).headers["HX-Refresh"] == "true"


def test_the_page_of_an_hour_map_has_every_hour_once(client):
    page = client.get("/people").text
    assert page.count('<tr><th scope="row">') >= 24
    assert page.count('class="h0"') == 7 * 3


def test_links_keep_period_language_and_theme(client):
    page = client.get("/?period=week&at=2026-10-19&lang=en&theme=dark").text
    assert '<html lang="en" data-theme="dark"' in page
    assert 'href="/contents?lang=en&amp;theme=dark&amp;period=week&amp;at=2026-10-19"' in page


def test_the_newest_month_is_the_last_one_closed(client):
    assert (
        client.get(f"/?period=day&at={date(2026, 10, 31) + timedelta(days=1)}&lang=en").text.count("not published") == 1
    )


@pytest.mark.parametrize(("language", "says"), [("ko", "휴대전화 / Android"), ("en", "Phone / Android")])
def test_the_system_of_a_device_is_named_by_the_word_for_the_device(client_of, language, says):
    assert says in client_of(reader_of()).get("/reach", params={"lang": language}).text


@pytest.mark.parametrize("kind", ["month", "week", "day"])
def test_an_arrow_stands_by_what_changed_as_it_is_told(client, kind):
    text = client.get("/people", params={"lang": "en", "period": kind}).text
    told = re.findall("(▲|▼|same)[^0-9]*([0-9.]+)%", text)
    assert "same" in {which for which, _ in told}
    assert [(which, number) for which, number in told if (float(number) == 0) != (which == "same")] == []


def test_pages_a_visit_and_the_share_of_single_page_visits_are_told(client):
    text = " ".join(
        re.sub("<[^>]+>", " ", client.get("/people", params={"lang": "en", "period": "month"}).text).split()
    )
    assert re.search(r"Pages a visit \d\.\d \d\.\d", text)
    assert re.search(r"Share of single-page visits \d+\.\d% \d+\.\d%", text)


@pytest.mark.parametrize(("kind", "is_told"), [("month", True), ("week", False), ("day", False)])
def test_new_visitors_are_told_of_months_and_said_to_be(client, kind, is_told):
    text = client.get("/people", params={"lang": "en", "period": kind}).text
    assert ("New visitors" in text) is is_told
    assert ("New and returning visitors are told for months." in text) is not is_told
