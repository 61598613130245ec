"""A second factor is set up before any page opens, by whom it is shown to; lost, it ends through a link that says so."""

import re
from dataclasses import replace

import pytest
from served import SECRET, offered_on, served_at, set_up

from dashboard.accounts.pictures import picture_of
from dashboard.serving import make_app
from pipelines.accounts.account import AccountRole
from pipelines.accounts.changes import invite, send_link
from pipelines.accounts.second_factor import address_of, code_at
from pipelines.clock import SystemClock
from pipelines.errors import HomeError, UsageError
from pipelines.home import Home

SET_UP, NEW = "/sign-in/set-up?lang=en", "nine kettles under a pine"
LINK = re.compile(r"https://stats\.example(/set-password/[0-9a-f]{32}\.[A-Za-z0-9_-]{43})")


def without_factor(served, login="reader"):
    """Let an account be as one from before there was a second factor."""
    kept = served.account(login)
    served.accounts.store.change(kept.account_id, lambda account: replace(account, second_factor=None))


def codes_on(answer):
    return re.findall(r"<li><code>([a-z2-7-]{29})</code>", answer.text)


@pytest.mark.parametrize("login", ["reader", "administrator", "officer"])
def test_an_account_without_one_sets_it_up_at_its_next_sign_in_before_anything_opens(served, login):
    without_factor(served, login)
    browser = served.browser()
    assert browser.give_password(login).headers["location"] == SET_UP
    for path in ("/", "/account", "/account/second-factor", "/register", "/sign-in/code"):
        assert browser.get(path).status_code == 303, path
    answer = set_up(browser, served, SET_UP)
    assert (answer.status_code, len(set(codes_on(answer)))) == (200, 10)
    assert browser.get("/account").status_code == 200
    assert served.account(login).second_factor is not None


def test_an_invited_person_sets_password_and_second_factor_and_is_in(served):
    invited = invite(served.accounts, "new.reader", AccountRole.PARTNER_READER, ("p-001", "a" * 32), "en")
    browser, path = served.browser(), f"/set-password/{invited.token}"
    assert browser.post(path, data={"new": NEW, "again": NEW}).headers["location"] == SET_UP
    assert browser.get("/").status_code == 303
    assert set_up(browser, served, SET_UP).status_code == 200
    assert browser.get("/account").status_code == 200
    secret = served.account("new.reader").second_factor.secret
    served.clock.move(seconds=30)
    other = served.browser()
    other.give_password("new.reader", NEW)
    assert other.give_code(code_at(secret, served.clock.now())).headers["location"] == "/"


def test_the_picture_the_link_and_the_letters_say_the_same(served):
    without_factor(served)
    browser = served.browser()
    browser.give_password("reader")
    page = browser.get(SET_UP).text
    address = address_of(offered_on(page), "reader")
    assert f'href="{address.replace("&", "&amp;")}"' in page
    assert f'src="{picture_of(address)}"'.replace("'", "&#39;") in page
    assert picture_of(address).startswith("data:image/svg+xml;")
    assert picture_of(address) != picture_of(address_of(SECRET, "reader"))


def test_pages_that_show_a_secret_are_kept_by_nobody_and_need_nothing_inline(served):
    """Each in its turn: the code, the set-up, the recovery codes."""
    asked, browser = served.browser(), served.browser()
    asked.give_password("reader")
    without_factor(served, "administrator")
    browser.give_password("administrator")
    pages = [asked.get("/sign-in/code"), browser.get(SET_UP), set_up(browser, served, SET_UP)]
    assert {page.status_code for page in pages} == {200}
    assert {page.headers["cache-control"] for page in pages} == {"no-store"}
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")
    assert not [page for page in pages if inline.search(page.text)]


def test_a_wrong_first_code_sets_nothing_up_and_is_told_beside_its_field(served):
    without_factor(served)
    browser = served.browser()
    browser.give_password("reader")
    before = offered_on(browser.get(SET_UP).text)
    answer = browser.submit(SET_UP, {"code": "000000"}, token=browser.token_on(SET_UP))
    assert answer.status_code == 422
    assert re.search(r'<input id="code"[^>]*aria-invalid="true" aria-describedby="code-fault"', answer.text)
    assert served.account("reader").second_factor is None
    assert browser.get("/").status_code == 303
    assert offered_on(answer.text) == before
    assert set_up(browser, served, SET_UP).status_code == 200


def test_without_the_stages_token_nothing_is_set_up(served):
    without_factor(served)
    browser = served.browser()
    browser.give_password("reader")
    code = code_at(offered_on(browser.get(SET_UP).text), served.clock.now())
    for token in ("", "x" * 86):
        assert browser.submit(SET_UP, {"code": code}, token=token).status_code == 403
    assert served.account("reader").second_factor is None
    assert set_up(browser, served, SET_UP).status_code == 200


def test_who_knows_the_password_and_looked_first_learns_nothing_of_what_the_owner_sets_up(served):
    without_factor(served)
    stranger, owner = served.browser(), served.browser()
    stranger.give_password("reader")
    seen = offered_on(stranger.get(SET_UP).text)
    owner.give_password("reader")
    assert stranger.get(SET_UP).headers["location"] == "/sign-in?lang=en"
    assert set_up(owner, served, SET_UP).status_code == 200
    assert served.account("reader").second_factor.secret != seen


def test_it_may_take_ten_minutes_and_not_longer(served):
    without_factor(served)
    late, later = served.browser(), served.browser()
    late.give_password("reader")
    served.clock.move(minutes=10, seconds=-1)
    assert set_up(late, served, SET_UP).status_code == 200
    without_factor(served)
    later.give_password("reader")
    served.clock.move(minutes=10)
    assert later.get(SET_UP).headers["location"] == "/sign-in?lang=en"
    assert served.account("reader").second_factor is None


def test_the_recovery_codes_are_shown_once_and_each_opens(served):
    without_factor(served)
    browser = served.browser()
    browser.give_password("reader")
    codes = codes_on(set_up(browser, served, SET_UP))
    for path in ("/account", "/account/second-factor", SET_UP):
        assert not codes_on(browser.get(path))
    other = served.browser()
    other.give_password("reader")
    form = {"recovery": codes[9]}
    assert other.submit("/sign-in/code", form, token=other.token_on("/sign-in/code")).headers["location"] == "/"


def test_a_password_past_its_day_is_renewed_after_the_second_factor_was_set_up(served):
    without_factor(served)
    served.clock.move(days=181)
    browser = served.browser()
    browser.give_password("reader")
    answer = set_up(browser, served, SET_UP)
    assert 'href="/sign-in/renew?lang=en"' in answer.text
    assert browser.get("/").status_code == 303
    path = "/sign-in/renew?lang=en"
    assert browser.submit(path, {"new": NEW, "again": NEW}, token=browser.token_on(path)).headers["location"] == "/"
    assert browser.get("/account").status_code == 200


def test_a_link_for_a_forgotten_password_asks_for_the_code_as_before(served):
    """ASVS 6.4.3: the reset goes not past the second factor."""
    path = f"/set-password/{send_link(served.accounts, served.account('reader')).token}"
    browser = served.browser()
    assert browser.post(path, data={"new": NEW, "again": NEW}).headers["location"] == "/sign-in/code?lang=en"
    assert browser.get("/").status_code == 303
    assert browser.give_code(served.code("reader")).headers["location"] == "/"


@pytest.mark.parametrize(("action", "leads"), [("reset", "/sign-in/code?lang=en"), ("lost", SET_UP)])
def test_an_administrator_gives_an_own_reader_a_link_that_says_what_it_ends(served, action, leads):
    """ASVS 6.4.4: the lost second factor ends only where it was asked for, and the administrator knows who asks."""
    reader, browser = served.browser("reader"), served.browser("administrator")
    given = {"action": action, "reader": served.account("reader").account_id}
    path = LINK.search(browser.submit("/account/readers", given).text)[1]
    assert reader.get("/").status_code == 303
    assert (served.account("reader").second_factor is None) == (action == "lost")
    assert served.browser().post(path, data={"new": NEW, "again": NEW}).headers["location"] == leads
    assert f"reader: {action}" in served.actions()


@pytest.mark.parametrize("required", [True, False])
def test_a_role_that_needs_none_may_have_one_and_is_asked_for_it_then(served, monkeypatch, required):
    factor = served.accounts.rules.second_factor
    roles = factor.required_of if required else ("privacy-officer",)
    rules = served.accounts.rules.model_copy(update={"second_factor": factor.model_copy(update={"required_of": roles})})
    monkeypatch.setitem(vars(served.accounts), "rules", rules)
    assert served.browser().give_password("reader").headers["location"] == "/sign-in/code?lang=en"
    without_factor(served)
    browser = served.browser()
    assert browser.give_password("reader").headers["location"] == (SET_UP if required else "/")
    assert browser.get("/").status_code == (303 if required else 200)


@pytest.fixture
def demo(tmp_path, sample_home, repository):
    """The application of a home of which a test says the kind, with an account that is let in without a second factor."""

    def made(kind):
        served = served_at(tmp_path, sample_home, repository)
        home = Home.open(served.home, SystemClock(), rehearsal=False)
        if kind is not None:
            home.enter(kind)
        without_factor(served)
        without_factor(served, "administrator")
        served.app = make_app(served.settings, served.accounts, without_factor={served.account("reader").account_id})
        return served

    return made


def test_in_a_demo_home_the_demo_accounts_sign_in_with_the_password_alone_and_nobody_else(demo):
    served = demo("demo")
    assert served.browser().give_password("reader").headers["location"] == "/"
    assert served.browser().give_password("administrator").headers["location"] == SET_UP


@pytest.mark.parametrize("kind", ["real", None])
def test_a_home_that_is_no_demo_lets_nobody_in_without_a_second_factor(demo, kind):
    """The twin of the test above: the same accounts, of the same names."""
    with pytest.raises(UsageError, match="only a demo home"):
        demo(kind)


def test_a_home_that_does_not_say_what_it_is_lets_nobody_in_without_a_second_factor(served):
    with pytest.raises(HomeError):
        make_app(served.settings, served.accounts, without_factor={served.account("reader").account_id})
    assert make_app(served.settings, served.accounts)
