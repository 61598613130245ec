"""Accounts in a browser: from the one-time link to the first figure, a reader added, the officer's page, for everyone alike."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_sample import RELEASE
from dashboard_site import DESKTOP, PHONE, Site, axe_source, faults_of, serving_app, sign_in
from playwright.sync_api import Page, sync_playwright
from served import Served, served_at

from pipelines.accounts.changes import send_link
from pipelines.releases.officer import write_officer_release
from pipelines.storage.ledger import Ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NEW = "nine kettles under a pine"
ENTRY = {
    "number": 1, "at": "2026-11-03T02:00:00+09:00", "kind": "destroyed", "datasets": ["access_logs"], "first_day": "2026-08-01",
    "last_day": "2026-08-02", "files": 4, "rows": None, "keys": 2, "clause": "keep.visits", "method": "key-then-file",
    "approved_by": "nightly", "plan": "0f0f", "has_passed": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Served:
    """Accounts of every role, a release without figures, and one for the officer."""
    sample = tmp_path_factory.mktemp("sample")
    (sample / "published" / RELEASE).mkdir(parents=True)
    folder = tmp_path_factory.mktemp("accounts")
    made = served_at(folder, sample, repository, is_tls=False, limits={"requests_per_minute": 100_000})
    check = {
        "name": "a_check",
        "asset": "events",
        "severity": "error",
        "at": "2026-11-03T02:00:00+09:00",
        "clause": "keep.visits",
    }
    parts = {
        "register": {"size": 1, "root": "ab" * 32, "holds": True, "findings": []},
        "entries": [ENTRY],
        "checks": [{**check, "sentence": "Visits go in time.", "sentence_ko": "제때 파기합니다.", "passed": False}],
        "clauses": [
            {"id": name, "says": clause.says, "says_ko": clause.says_ko, "enforced_by": clause.enforced_by}
            for name, clause in made.app.state.policy.clauses.items()
        ],
    }
    write_officer_release(made.home / "published", Ledger(folder / "l.jsonl"), "2014-06-16", parts, made.clock.now())
    return made


@pytest.fixture(scope="module")
def site(served: Served, chromium: str) -> Iterator[Site]:
    with serving_app(served) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield Site(address, browser)
        browser.close()


def looked_at(page: Page, path: str, name: str) -> list[str]:
    """Go to a page and return what axe finds, and whether it is wider than its screen."""
    page.goto(path)
    if folder := os.environ.get("PARTNERSTATS_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}{re.sub('[^a-z]+', '-', path)[:30]}.png", full_page=True)
    is_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*faults_of(page, axe_source()), *(["wider than the screen"] if is_wide else [])]


@pytest.mark.parametrize(
    ("login", "paths"),
    [
        (None, ["/sign-in", "/set-password/LINK"]),
        ("administrator", ["/account?fault=not-yours", "/account/readers", "/account/programs"]),
        ("officer", ["/register"]),
    ],
)
def test_axe_finds_nothing_wrong_with_pages_of_accounts(served, site, login, paths):
    token = send_link(served.accounts, served.account("other.reader")).token
    for language, screen, scheme in (("ko", PHONE, "light"), ("en", DESKTOP, "dark")):
        with site.visit(is_signed_in=False, viewport=screen, color_scheme=scheme) as page:
            if login:
                sign_in(page, login)
            for path in paths:
                query = f"{'&' if '?' in path else '?'}lang={language}"
                faults = looked_at(page, path.replace("LINK", token) + query, f"{language}-{scheme}-{login}")
                assert faults == [], (path, language, scheme)


def test_an_administrator_adds_a_reader_who_sets_a_password_and_is_in(served, site):
    with site.visit(is_signed_in=False, viewport=PHONE) as page:
        sign_in(page, "administrator")
        page.goto("/account/readers?lang=en")
        page.fill("#login", "new.reader")
        page.click('button[value="add"]')
        link = page.inner_text("code.once")
    with site.visit(is_signed_in=False, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(link.partition("://")[2].partition("/")[2].join(["/", ""]))
        page.fill("#new", NEW)
        page.fill("#again", NEW)
        page.click("main form button")
        page.wait_for_url(re.compile(r"/$"))
        page.click(".leave button")
        page.wait_for_url(re.compile(r"/sign-in$"))
        page.goto("/account")
        assert page.url.partition("?")[0].endswith("/sign-in")
    assert served.account("new.reader").partner_id == "p-001"


def test_the_cookie_is_gone_from_the_browser_after_signing_out(site):
    with site.visit(is_signed_in=False) as page:
        sign_in(page, "reader")
        (cookie,) = page.context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (
            "partnerstats",
            True,
            "Lax",
            -1,
        )
        assert page.evaluate("document.cookie") == ""
        page.click(".leave button")
        page.wait_for_url(re.compile(r"/sign-in$"))
        assert page.context.cookies() == []
