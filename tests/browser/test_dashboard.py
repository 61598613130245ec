"""The dashboard in a browser: every page for everyone, with and without scripts, on a phone and a desk, light and dark."""

import csv
import io
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest
from dashboard_sample import visits_in, write_release
from dashboard_site import DESKTOP, PATHS, PHONE, Site, axe_source, faults_of, serving_app, sign_in
from playwright.sync_api import Page, expect, sync_playwright
from served import served_at

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Looks:
    """How a page is looked at: language, screen, what the system wants, and the theme the reader chose, if any."""

    language: str
    viewport: Mapping[str, int]
    scheme: str
    theme: str = ""

    def __str__(self) -> str:
        """Name it for the test's report."""
        screen = "phone" if self.viewport is PHONE else "desk"
        return f"{self.language}-{screen}-{f'{self.theme}-by-choice' if self.theme else self.scheme}"


LOOKS = (
    Looks("ko", PHONE, "light"),
    Looks("en", DESKTOP, "dark"),
    Looks("ko", DESKTOP, "light", "dark"),
    Looks("en", PHONE, "dark", "light"),
)
"""Each of two languages, screens and shades twice, half of them by the reader's own choice of theme."""
EVERY_LOOK = [Looks(*each) for each in product(("ko", "en"), (PHONE, DESKTOP), ("light", "dark"))]
OCTOBER = visits_in(date(2026, 10, 1), date(2026, 10, 31))
FIRST_PAGE_BYTES = 400_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository, chromium) -> Iterator[Site]:
    """The dashboard over the sample, and a browser; shared by every test here."""
    sample = tmp_path_factory.mktemp("sample")
    write_release(sample, partners=["p-001"])
    served = served_at(
        tmp_path_factory.mktemp("site"), sample, repository, is_tls=False, limits={"requests_per_minute": 100_000}
    )
    with serving_app(served) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield Site(address, browser)
        browser.close()


def _walk(page: Page, language: str, theme: str = "", paths: Sequence[str] = PATHS) -> Iterator[str]:
    """Go to pages and yield the path of each once it is there."""
    for path in paths:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}{f'&theme={theme}' if theme else ''}")
        yield path


def _faults(
    site: Site, looks: Looks, paths: Sequence[str], *, opened: bool = False, scripts: bool = True
) -> dict[str, list[str]]:
    """Return what axe finds wrong with pages, and which are wider than the screen; `opened`: with all that folds open."""
    source, faults = axe_source(), {}
    with site.visit(viewport=looks.viewport, color_scheme=looks.scheme, reduced_motion="reduce") as page:
        if not scripts:
            page.route("**/*.js", lambda asked: asked.abort())
        for path in _walk(page, looks.language, looks.theme, paths):
            if opened:
                page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            wide = page.evaluate("document.documentElement.scrollWidth") - looks.viewport["width"]
            found = faults_of(page, source) + ([f"{wide} pixels too wide"] if wide > 0 else [])
            faults |= {path: found} if found else {}
    return faults


@pytest.mark.parametrize(("place", "looks"), list(enumerate(LOOKS)), ids=str)
def test_axe_finds_nothing_wrong_with_a_page_and_it_is_no_wider_than_its_screen(site, place, looks):
    """Each page in one of the looks; `make soak` tries every page in each."""
    assert _faults(site, looks, PATHS[place :: len(LOOKS)]) == {}


@pytest.mark.soak
@pytest.mark.parametrize("looks", [*EVERY_LOOK, *LOOKS[2:]], ids=str)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
@pytest.mark.parametrize("opened", [False, True], ids=["folded", "open"])
def test_axe_finds_nothing_wrong_with_any_page_in_any_look(site, looks, scripts, opened):
    """Without scripts means without the site's own: axe is one itself."""
    assert _faults(site, looks, PATHS, opened=opened, scripts=scripts) == {}


def test_axe_finds_what_is_planted(site):
    with site.visit(viewport=PHONE) as page:
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/x.png\"><button></button>')"
        )
        rules = {fault.split(":")[0] for fault in faults_of(page, axe_source())}
        assert {"image-alt", "button-name"} <= rules


@pytest.mark.parametrize("looks", LOOKS[:2], ids=str)
def test_without_scripts_every_page_has_its_figures_as_tables(site, looks):
    with site.visit(viewport=looks.viewport, color_scheme=looks.scheme, java_script_enabled=False) as page:
        for path in _walk(page, looks.language):
            expect(page.locator("h1")).to_be_visible()
            if path in {"/", "/contents/song-001"}:
                expect(page.locator("figure table tbody tr")).to_have_count(31)
                expect(page.locator("figure table tbody tr").first).to_be_visible()
        page.goto("/?lang=ko")
        page.locator("#earlier").click()
        expect(page.locator(".chosen")).to_have_text("2026년 9월")


def test_a_partner_finds_last_months_visitors_best_content_and_busiest_hour_and_downloads_them(site):
    with site.visit(viewport=PHONE) as page:
        expect(page.locator(".chosen")).to_have_text("2026년 10월")
        expect(page.locator(".kpi.first .value")).to_contain_text(f"{round(OCTOBER * 0.6):,}")
        facts = page.locator(".facts")
        expect(facts).to_contain_text("song-001")
        expect(facts).to_contain_text("금요일 20:00")
        with page.expect_download() as waiting:
            page.locator(".card:has(.facts) a.file", has_text="CSV").click()
        rows = list(csv.reader(io.StringIO(waiting.value.path().read_text("utf-8-sig"))))
        assert rows[1][:2] == ["방문자", str(round(OCTOBER * 0.6))]
        page.get_by_role("link", name="콘텐츠", exact=True).first.click()
        expect(page.locator("table.figures tbody th").first).to_have_text("song-001")


def test_another_period_comes_without_leaving_the_page_and_the_way_back_works(site):
    with site.visit(viewport=DESKTOP) as page:
        page.evaluate("window.stayed = true")
        page.locator("#earlier").click()
        expect(page.locator(".chosen")).to_have_text("2026년 9월")
        expect(page.locator(".drawing canvas")).to_be_visible()
        assert page.evaluate("window.stayed") is True
        assert "at=2026-09" in page.url
        expect(page.locator("nav.pages a", has_text="사람")).to_have_attribute(
            "href", "/people?lang=ko&period=month&at=2026-09"
        )
        page.go_back()
        expect(page.locator(".chosen")).to_have_text("2026년 10월")


def test_a_chart_is_drawn_changes_its_figure_and_is_saved_as_a_picture(site):
    with site.visit(viewport=DESKTOP) as page:
        expect(page.locator(".drawing canvas")).to_be_visible()
        page.get_by_role("button", name="페이지뷰").click()
        expect(page.locator(".drawing")).to_have_attribute("aria-label", "추이: 페이지뷰")
        expect(page.get_by_text("점선은 2026년 9월입니다.")).to_be_visible()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="그림").click()
        assert waiting.value.suggested_filename == "overview-course.png"
        assert _size(waiting.value.path().read_bytes()) > (1000, 500)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize(
    ("path", "card", "name", "least"),
    [
        ("/people", ".card:has(.heat)", "people-rhythm.png", (600, 1200)),
        ("/people", ".card:has(svg.bar)", "people-frequency.png", (600, 300)),
        ("/contents", ".card", "contents-content.png", (600, 3000)),
        ("/reach", ".card:has-text('기기')", "reach-device.png", (600, 300)),
    ],
    ids=lambda given: given if isinstance(given, str) and given.endswith(".png") else "",
)
def test_a_map_of_hours_and_tables_with_bars_are_saved_as_pictures(site, viewport, path, card, name, least):
    with site.visit(viewport=viewport) as page:
        page.goto(f"{path}?lang=ko")
        with page.expect_download() as waiting:
            page.locator(card).first.get_by_role("button", name="그림").click()
        assert waiting.value.suggested_filename == name
        if folder := os.environ.get("PARTNERSTATS_SCREENSHOTS"):
            waiting.value.save_as(f"{folder}/{viewport['width']}-{name}")
        width, height = _size(waiting.value.path().read_bytes())
        assert (width >= least[0], height >= least[1], max(width, height) < 8000) == (True, True, True), (width, height)


def _size(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG, which begins with them; one of a few colours would be smaller than a hundredth."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    assert len(picture) > width * height / 100
    return width, height


def test_the_first_page_is_light_and_keeps_nothing_in_the_browser(site):
    with site.visit(viewport=PHONE, is_signed_in=False) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        sign_in(page, "reader")
        expect(page.locator(".drawing canvas")).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert 50_000 < sum(received) < FIRST_PAGE_BYTES
        page.locator("#earlier").click()
        expect(page.locator(".chosen")).to_have_text("September 2026")
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
        assert len(page.context.cookies()) == 1


def test_keys_alone_reach_the_figures_and_the_periods(site):
    with site.visit(viewport=DESKTOP) as page:
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#earlier")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".chosen")).to_have_text("2026년 9월")
        expect(page.locator("#earlier")).to_be_focused()


def test_printed_a_page_keeps_its_figures_and_leaves_the_controls_out(site):
    with site.visit(viewport=DESKTOP) as page:
        page.emulate_media(media="print")
        expect(page.locator(".kpi .value").first).to_be_visible()
        expect(page.locator(".chosen")).to_be_visible()
        for control in ("nav.pages", ".kinds", ".file", ".buttons"):
            expect(page.locator(control).first).to_be_hidden()
