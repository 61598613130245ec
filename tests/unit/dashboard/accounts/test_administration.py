"""A partner's administrator manages the partner's own readers and programs, and nobody else's."""

import re

import pytest
from served import PASSWORD, set_up

LINK = re.compile(r"https://stats\.example(/set-password/[0-9a-f]{32}\.[A-Za-z0-9_-]{43})")
TOKEN = re.compile(r"pst_[A-Za-z0-9_-]{43}")
NEW = "nine kettles under a pine"


def test_a_reader_is_added_signs_in_and_sees_the_partners_figures(served):
    answer = served.browser("administrator").submit("/account/readers", {"action": "add", "login": "new.reader"})
    path = LINK.search(answer.text)[1]
    browser = served.browser()
    assert browser.post(path, data={"new": NEW, "again": NEW}).headers["location"].startswith("/sign-in/set-up")
    assert browser.get("/").status_code == 303
    assert set_up(browser, served).status_code == 200
    assert browser.get("/").status_code == 200
    assert served.account("new.reader").partner_id == "p-001"
    assert served.actions()[-5:] == [
        "reader added", "password set", "password accepted, a second factor is to be set up", "second factor set up", "signed in",
    ]  # fmt: skip


@pytest.mark.parametrize("login", ["reader", "other.reader", "a b", "x", "<script>alert(1)</script>"])
def test_a_login_that_is_taken_anywhere_or_is_none_is_refused_alike(served, login):
    browser = served.browser("administrator")
    answer = browser.submit("/account/readers", {"action": "add", "login": login})
    assert answer.status_code == 422
    assert "This login cannot be given" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("action", ["reset", "lost", "disable", "end"])
def test_what_is_done_to_an_own_reader_holds_at_once(served, action):
    reader, browser = served.browser("reader"), served.browser("administrator")
    given = {"action": action, "reader": served.account("reader").account_id}
    assert browser.submit("/account/readers", given).status_code in (200, 303)
    assert reader.get("/").status_code == 303
    assert served.browser().sign_in("reader").status_code == 401


def test_a_disabled_reader_is_let_in_again_with_a_new_password(served):
    browser = served.browser("administrator")
    given = {"reader": served.account("reader").account_id}
    browser.submit("/account/readers", {**given, "action": "disable"})
    link = LINK.search(browser.submit("/account/readers", {**given, "action": "enable"}).text)[1]
    assert served.browser().sign_in("reader", PASSWORD).status_code == 401
    assert served.browser().post(link, data={"new": NEW, "again": NEW}).status_code == 303


@pytest.mark.parametrize("action", ["reset", "lost", "disable", "enable", "end"])
@pytest.mark.parametrize("whose", ["other.reader", "other.administrator", "officer", "administrator", "nobody"])
def test_an_account_that_is_no_reader_of_the_partner_is_not_there(served, action, whose):
    before = {login: served.account(login) for login in ("other.reader", "officer", "administrator")}
    name = "f" * 32 if whose == "nobody" else served.account(whose).account_id
    answer = served.browser("administrator").submit("/account/readers", {"action": action, "reader": name})
    assert answer.status_code == 404
    assert {login: served.account(login) for login in before} == before
    assert served.actions()[-1] == "refused: not a reader of the partner"


def test_the_list_has_the_partners_accounts_and_no_other(served):
    page = served.browser("administrator").get("/account/readers").text
    rows = re.findall(r'<th scope="row">([^<]+)<br>', page)
    assert rows == ["administrator", "reader"]


def test_a_token_is_shown_once_reads_the_partners_figures_and_ends(served):
    browser = served.browser("administrator")
    token = TOKEN.search(browser.submit("/account/programs", {"action": "make", "label": "nightly export"}).text)[0]
    assert token not in browser.get("/account/programs").text
    program = served.browser()
    assert program.get("/api/v1/release").status_code == 401
    program.headers["Authorization"] = f"Bearer {token}"
    assert program.get("/api/v1/release").status_code == 200
    name = re.search(r'name="token" value="([0-9a-f]+)"', browser.get("/account/programs").text)[1]
    other = served.browser("other.administrator")
    assert other.submit("/account/programs", {"action": "end", "token": name}).status_code == 404
    assert program.get("/api/v1/release").status_code == 200
    assert browser.submit("/account/programs", {"action": "end", "token": name}).status_code == 303
    assert program.get("/api/v1/release").status_code == 401


def test_a_token_opens_no_page_and_changes_nothing(served):
    program = served.program()
    assert program.get("/api/v1/tables").status_code == 200
    for path in ("/", "/account", "/account/readers", "/downloads"):
        assert program.get(path).status_code == 303
    assert program.post("/api/v1/tables", data={"x": "y"}).status_code == 405


def test_a_token_ends_with_who_made_it(served):
    program = served.program()
    assert program.get("/api/v1/release").status_code == 200
    served.accounts.shut_out(served.account("administrator").account_id)
    assert program.get("/api/v1/release").status_code == 401
