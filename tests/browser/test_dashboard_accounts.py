"""Accounts in a browser: from the one-time link to the first figure, a reader added, the officer's page, for everyone alike."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dashboard_sample import RELEASE
from dashboard_site import DESKTOP, PHONE, Site, axe_source, faults_of, give_password, serving_app, sign_in
from playwright.sync_api import Page, sync_playwright
from served import Served, served_at

from pipelines.accounts.account import Account
from pipelines.accounts.changes import send_link
from pipelines.accounts.second_factor import code_at
from pipelines.releases.officer import write_officer_release
from pipelines.storage.ledger import Ledger

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIMITS = {"requests_per_minute": 100_000, "sign_ins_per_minute": 100_000}
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
    made = served_at(folder, sample, repository, is_tls=False, limits=LIMITS)
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
    return faults_here(page, f"{name}{re.sub('[^a-z]+', '-', path)[:30]}")


def faults_here(page: Page, name: str) -> list[str]:
    """Return what axe finds on the page that is shown, and whether it is wider than its screen."""
    if folder := os.environ.get("PARTNERSTATS_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    is_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*faults_of(page, axe_source()), *(["wider than the screen"] if is_wide else [])]


@pytest.mark.parametrize(
    ("login", "paths"),
    [
        (None, ["/sign-in", "/set-password/LINK"]),
        (
            "administrator",
            ["/account?fault=not-yours", "/account/second-factor", "/account/readers", "/account/programs"],
        ),
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
        page.wait_for_url(re.compile(r"/sign-in/set-up"))
        page.goto("/account")
        assert page.url.partition("?")[0].endswith("/sign-in")
        page.goto("/sign-in/set-up")
        page.click("summary")
        page.fill("#code", code_at(page.inner_text("code.once").replace("-", ""), served.clock.now()))
        page.click("main form button")
        assert page.locator(".codes li").count() == 10
        page.click("a.button")
        page.wait_for_url(re.compile(r"/$"))
        page.click(".leave button")
        page.wait_for_url(re.compile(r"/sign-in$"))
        page.goto("/account")
        assert page.url.partition("?")[0].endswith("/sign-in")
    assert served.account("new.reader").partner_id == "p-001"


@pytest.mark.parametrize(("language", "screen", "scheme"), [("ko", PHONE, "light"), ("en", DESKTOP, "dark")])
def test_axe_finds_nothing_wrong_between_the_password_and_the_session(served, site, language, screen, scheme):
    """The code and the wrong one, the recovery code and the wrong one, the set-up and what it shows once."""
    other = served.account("other.reader")
    forget(served, other)
    with site.visit(is_signed_in=False, viewport=screen, color_scheme=scheme) as page:
        give_password(page, "reader")
        page.goto(f"/sign-in/code?lang={language}")
        assert faults_here(page, f"{language}-code") == []
        assert page.evaluate("document.activeElement.id") == "code"
        page.fill("#code", "000000")
        page.click("main form button")
        assert faults_here(page, f"{language}-code-wrong") == []
        page.click("summary")
        page.fill("#recovery", "none-of-them")
        page.click("details button")
        assert faults_here(page, f"{language}-recovery-wrong") == []
        link = send_link(served.accounts, served.account("other.reader")).token
        page.goto(f"/set-password/{link}?lang={language}")
        page.fill("#new", NEW)
        page.fill("#again", NEW)
        page.click("main form button")
        page.goto(f"/sign-in/set-up?lang={language}")
        page.click("summary")
        assert faults_here(page, f"{language}-set-up") == []
        page.fill("#code", "000000")
        page.click("main form button")
        page.click("summary")
        assert faults_here(page, f"{language}-set-up-wrong") == []
        page.fill("#code", code_at(page.inner_text("code.once").replace("-", ""), served.clock.now()))
        page.click("main form button")
        assert faults_here(page, f"{language}-recovery-codes") == []
        page.goto(f"/account?lang={language}")
        assert faults_here(page, f"{language}-account") == []


def forget(served: Served, account: Account) -> None:
    """Let an account have no second factor, as after an operator ended it."""
    served.accounts.store.change(account.account_id, lambda kept: replace(kept, second_factor=None))


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
