"""A person's own account: password, sessions, language."""

import re

import pytest
from served import PASSWORD, set_up

from pipelines.accounts.account import AccountRole
from pipelines.accounts.changes import invite, send_link

NEW = "nine kettles under a pine"


def change(browser, present=PASSWORD, new=NEW, again=None):
    return browser.submit("/account/password", {"present": present, "new": new, "again": again or new})


def test_a_new_password_ends_every_other_session_and_signs_this_one_in_anew(served):
    here, there = served.browser("reader"), served.browser("reader")
    before = here.cookies["__Host-partnerstats"]
    assert change(here).headers["location"] == "/account?done=password"
    assert here.cookies["__Host-partnerstats"] != before
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 303
    assert served.browser().sign_in("reader").status_code == 401
    assert served.browser().sign_in("reader", NEW).status_code == 303


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"present": "wrong"}, "not-yours"),
        ({"new": "short"}, "too-short"),
        ({"new": "qwertyuiop12"}, "common"),
        ({"new": "partnerstats-reader"}, "guessable"),
        ({"again": "nine kettles under a tree"}, "not-the-same"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing_and_says_why(served, given, fault):
    browser, before = served.browser("reader"), served.account("reader")
    assert change(browser, **given).headers["location"] == f"/account?fault={fault}"
    assert served.account("reader") == before
    assert 'role="alert"' in browser.get(f"/account?fault={fault}").text


def test_password_fields_are_masked_and_may_be_pasted_and_filled_in(served):
    pages = [served.browser().get("/sign-in").text, served.browser("reader").get("/account").text]
    for page in pages:
        assert 'type="password"' in page
        assert "onpaste" not in page
        assert 'autocomplete="off"' not in page
    assert 'autocomplete="current-password"' in pages[0]
    assert 'autocomplete="new-password"' in pages[1]


def test_a_password_of_256_characters_works_whole(served):
    browser, long = served.browser("reader"), (NEW * 20)[:256]
    assert change(browser, new=long).headers["location"] == "/account?done=password"
    assert served.browser().sign_in("reader", long[:255]).status_code == 401
    assert served.browser().sign_in("reader", long).status_code == 303


def test_the_link_of_an_invitation_sets_the_first_password_once(served):
    invited = invite(served.accounts, "new.reader", AccountRole.PARTNER_READER, ("p-001", "a" * 32))
    browser, path = served.browser(), f"/set-password/{invited.token}"
    assert browser.get(path).status_code == 200
    assert browser.get(path).status_code == 200
    assert browser.post(path, data={"new": "short", "again": "short"}).status_code == 422
    assert browser.post(path, data={"new": NEW, "again": NEW}).headers["location"].startswith("/sign-in/set-up")
    assert set_up(browser, served).status_code == 200
    assert browser.get("/").status_code == 200
    assert served.browser().get(path).status_code == 404
    assert served.browser().post(path, data={"new": NEW, "again": NEW}).status_code == 404


def test_a_link_past_its_day_opens_nothing(served):
    path = f"/set-password/{send_link(served.accounts, served.account('reader')).token}"
    served.clock.move(hours=24, seconds=-1)
    assert served.browser().get(path).status_code == 200
    served.clock.move(seconds=1)
    assert served.browser().get(path).status_code == 404


def test_own_sessions_are_listed_and_ended_for_the_password(served):
    here, there, third = (served.browser("reader") for _ in range(3))
    page = here.get("/account").text
    assert page.count('<option value="') >= 3
    assert here.submit("/account/sessions", {"present": "wrong"}).headers["location"] == "/account?fault=not-yours"
    assert there.get("/").status_code == 200
    assert here.submit("/account/sessions", {"present": PASSWORD}).headers["location"] == "/account?done=sessions"
    assert [browser.get("/").status_code for browser in (here, there, third)] == [200, 303, 303]


@pytest.mark.parametrize("path", ["/account/password", "/account/sessions"])
def test_a_session_in_other_hands_does_not_help_to_guess_the_password(served, path):
    """Ten wrong ones in a row lock the account as failures to sign in do, and every session of it is over."""
    stolen, own = served.browser("reader"), served.browser("reader")
    form = {"present": "wrong", "new": NEW, "again": NEW}
    token = stolen.csrf()
    for _ in range(9):
        assert stolen.submit(path, form, token=token).headers["location"] == "/account?fault=not-yours"
    assert own.get("/").status_code == 200
    stolen.submit(path, form, token=token)
    assert [browser.get("/").status_code for browser in (stolen, own)] == [303, 303]
    assert served.browser().sign_in("reader").status_code == 401
    served.clock.move(minutes=15)
    assert served.browser().sign_in("reader").status_code == 303


def test_the_language_is_kept_with_the_account(served):
    browser = served.browser("reader")
    assert '<html lang="en"' in browser.get("/account").text
    browser.submit("/account/language", {"language": "ko"})
    assert '<html lang="ko"' in served.browser("reader").get("/account").text
    assert browser.submit("/account/language", {"language": "xx"}).status_code == 400


def test_every_page_that_asks_for_signing_in_shows_how_to_sign_out(served):
    browser = served.browser("reader")
    for path in ("/", "/contents", "/people", "/account", "/downloads", "/about"):
        assert 'action="/sign-out"' in browser.get(path).text, path


def test_no_form_asks_for_a_hint_or_for_the_answer_to_a_question(repository):
    """ASVS 6.4.2: what forms of accounts ask for is this, and nothing else."""
    pages = (repository / "dashboard" / "templates" / "accounts").glob("*.html")
    names = {
        name
        for page in pages
        for name in re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page.read_text("utf-8"))
    }
    assert names == {
        "csrf_token", "next", "login", "password", "code", "recovery", "present", "new", "again", "session", "language",
        "reader", "label", "token", "action",
    }  # fmt: skip
