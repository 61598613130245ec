"""Signing in and out: one opaque cookie, new at each sign-in, gone at sign-out; no answer tells who has an account."""

import re
from dataclasses import replace

import pytest
from served import PASSWORD, served_at

from dashboard.accounts.targets import own_path
from pipelines.accounts.changes import disable, end, send_link

COOKIE = "__Host-partnerstats"


def test_a_reader_signs_in_sees_the_overview_and_signs_out(served):
    browser = served.browser()
    assert browser.get("/").headers["location"] == "/sign-in?next=%2F"
    assert browser.sign_in("Reader").headers["location"] == "/"
    assert browser.get("/").status_code == 200
    assert browser.submit("/sign-out", {}).headers["location"] == "/sign-in"
    assert browser.get("/").status_code == 303
    assert served.actions() == ["password accepted, the code is asked for", "signed in", "signed out"]


def test_the_cookie_is_opaque_for_the_browser_session_and_for_this_host_alone(served):
    """Clauses cookie.only-id and cookie.session: nothing but a random token, and no end that would outlive the browser."""
    answer = served.browser().sign_in("reader")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert re.fullmatch(rf"{COOKIE}=[A-Za-z0-9_-]{{43}}; HttpOnly; Path=/; SameSite=lax; Secure", cookie)


def test_without_tls_the_cookie_has_its_plain_name(tmp_path, sample_home, repository):
    served = served_at(tmp_path, sample_home, repository, is_tls=False)
    (cookie,) = served.browser().sign_in("reader").headers.get_list("set-cookie")
    assert cookie.startswith("partnerstats=")
    assert "Secure" not in cookie


def test_signing_out_makes_the_browser_forget(served):
    browser = served.browser("reader")
    token = browser.cookies[COOKIE]
    answer = browser.submit("/sign-out", {})
    assert f'{COOKIE}=""; ' in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    browser.cookies.set(COOKIE, token, domain="stats.example", path="/")
    assert browser.get("/account").status_code == 303


def test_a_session_that_was_brought_along_is_not_taken_over(served):
    """Session fixation: what a stranger put into the browser never becomes somebody's."""
    browser = served.browser()
    browser.cookies.set(COOKIE, "planted-by-a-stranger", domain="stats.example", path="/")
    answer = browser.sign_in("reader")
    assert "planted-by-a-stranger" not in answer.headers["set-cookie"]


def test_each_sign_in_has_a_token_of_its_own(served):
    tokens = {served.browser("reader").cookies[COOKIE] for _ in range(4)}
    assert len(tokens) == 4


@pytest.mark.parametrize(
    "login", ["reader", "ended.once", "other.reader", "x", "' OR 1=1 --", "READER\x00", "k" * 5000]
)
def test_every_failure_has_the_same_answer(served, login):
    """A wrong password, an account that ended, one that is disabled (with its right password), what cannot be a login."""
    disable(served.accounts, served.account("other.reader"))
    answer = served.browser().sign_in(login, PASSWORD if login == "other.reader" else "not the password")
    plain = served.browser().sign_in("nobody.else", "not the password")
    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)
    typed = re.compile(r'value="[^"]*"')
    assert typed.sub("", answer.text) == typed.sub("", plain.text)


@pytest.mark.parametrize("login", ["reader", "nobody.here"])
def test_ten_failures_lock_an_account_whether_it_exists_or_not_and_the_right_password_too(served, login):
    browser = served.browser()
    assert [browser.sign_in(login, "wrong").status_code for _ in range(10)] == [401] * 10
    assert served.accounts.failures.locked_until(served.accounts.store.id_of(login), served.clock.now())
    assert browser.sign_in(login).status_code == 401


def test_a_locked_account_opens_after_a_quarter_of_an_hour(served):
    account = served.account("reader")
    for _ in range(10):
        served.accounts.failures.add(account.account_id, served.clock.now())
    assert served.browser().sign_in("reader").status_code == 401
    served.clock.move(minutes=15)
    assert served.browser().sign_in("reader").status_code == 303


def test_a_lock_is_not_made_longer_by_trying_on(served):
    account = served.account("reader")
    for _ in range(10):
        served.accounts.failures.add(account.account_id, served.clock.now())
    served.clock.move(minutes=14)
    served.browser().sign_in("reader", "wrong")
    served.clock.move(minutes=1)
    assert served.browser().sign_in("reader").status_code == 303


def test_one_address_tries_so_often_a_minute_and_no_more(served):
    browser = served.browser()
    statuses = [browser.sign_in(f"some.body{n}", "wrong").status_code for n in range(21)]
    assert statuses == [401] * 20 + [429]
    other = served.browser()
    other._transport.client = ("203.0.113.9", 1)
    assert other.sign_in("reader").status_code == 303


@pytest.mark.parametrize("change", [disable, end, send_link])
def test_disabled_ended_or_given_a_link_every_session_is_over_at_once(served, change):
    browsers = [served.browser("reader") for _ in range(2)]
    assert all(browser.get("/").status_code == 200 for browser in browsers)
    change(served.accounts, served.account("reader"))
    assert all(browser.get("/").status_code == 303 for browser in browsers)
    assert served.browser().sign_in("reader").status_code == 401


def test_an_expired_password_has_to_be_renewed_before_anything_is_seen(served):
    reader = served.account("reader")
    served.accounts.store.save(replace(reader, expires_on=served.clock.now().date()))
    browser = served.browser("reader")
    assert browser.get("/").status_code == 200
    served.clock.move(days=1)
    assert browser.get("/").status_code == 303
    late, path = served.browser(), "/sign-in/renew?lang=en"
    assert late.sign_in("reader").headers["location"].startswith(path)
    assert late.get("/").status_code == 303
    renewed = {"new": "nine kettles under a pine", "again": "nine kettles under a pine"}
    assert late.post(path, data=renewed).status_code == 403
    same = late.submit(path, {"new": PASSWORD, "again": PASSWORD}, token=late.token_on(path))
    assert (same.status_code, "the password you had" in same.text) == (422, True)
    assert late.get("/").status_code == 303
    assert late.submit(path, renewed, token=late.token_on(path)).headers["location"] == "/"
    assert late.get("/").status_code == 200
    assert served.account("reader").expires_on > served.clock.now().date()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("/contents?period=month", "/contents?period=month"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("javascript:alert(1)", "/"),
        ("/sign-in?next=/", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_back_to_this_site_alone(served, given, taken):
    assert own_path(given) == taken
    assert served.browser().sign_in("reader", next=given).headers["location"] == taken
