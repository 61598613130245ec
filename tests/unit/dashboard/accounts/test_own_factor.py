"""A person's own second factor: how many recovery codes are left, new ones, another phone; each for password and code."""

import re
from dataclasses import replace

import pytest
from served import PASSWORD, SECRET, offered_on

from pipelines.accounts.factors import renew_recovery_codes
from pipelines.accounts.second_factor import code_at

PATH, COOKIE = "/account/second-factor?lang=en", "__Host-partnerstats"


def ask(browser, action, **form):
    return browser.submit(PATH, {"action": action, "present": PASSWORD, **form})


def codes_on(answer):
    return re.findall(r"<li><code>([a-z2-7-]{29})</code>", answer.text)


def test_new_recovery_codes_are_shown_once_and_end_the_former(served):
    former = renew_recovery_codes(served.accounts, served.account("reader")).recovery_codes
    browser = served.browser("reader")
    answer = ask(browser, "codes", code=served.code("reader"))
    assert (answer.status_code, len(codes_on(answer))) == (200, 10)
    assert not codes_on(browser.get(PATH))
    assert "10 recovery codes left" in browser.get("/account").text
    other, form = served.browser(), "/sign-in/code"
    other.give_password("reader")
    assert other.submit(form, {"recovery": former[0]}, token=other.token_on(form)).status_code == 401
    assert other.submit(form, {"recovery": codes_on(answer)[0]}, token=other.token_on(form)).headers["location"] == "/"
    assert "recovery codes made anew" in served.actions()


def test_another_phone_takes_the_place_of_the_former_and_every_other_session_ends(served):
    here, there = served.browser("reader"), served.browser("reader")
    before = here.cookies[COOKIE]
    shown = ask(here, "replace", code=served.code("reader"))
    secret = offered_on(shown.text)
    assert served.account("reader").second_factor.secret == SECRET  # nothing changed yet
    assert there.get("/").status_code == 200
    answer = here.submit(PATH, {"action": "confirm", "code": code_at(secret, served.clock.now())})
    assert len(codes_on(answer)) == 10
    assert served.account("reader").second_factor.secret == secret
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)
    assert here.cookies[COOKIE] != before
    served.clock.move(seconds=30)
    assert served.browser().sign_in("reader").status_code == 401
    other = served.browser()
    other.give_password("reader")
    assert other.give_code(code_at(secret, served.clock.now())).headers["location"] == "/"


def test_the_page_that_shows_the_new_recovery_codes_signs_out_too(served):
    browser = served.browser("reader")
    secret = offered_on(ask(browser, "replace", code=served.code("reader")).text)
    answer = browser.submit(PATH, {"action": "confirm", "code": code_at(secret, served.clock.now())})
    token = re.search(r'action="/sign-out"><input type="hidden" name="csrf_token" value="([^"]+)"', answer.text)[1]
    assert browser.submit("/sign-out", {}, token=token).headers["location"] == "/sign-in"


def test_who_lost_the_phone_proves_it_with_a_recovery_code(served):
    codes = renew_recovery_codes(served.accounts, served.account("reader")).recovery_codes
    shown = ask(served.browser("reader"), "replace", code=codes[0])
    assert offered_on(shown.text)
    assert len(served.account("reader").second_factor.recovery_digests) == 9


@pytest.mark.parametrize("action", ["codes", "replace"])
@pytest.mark.parametrize("form", [{"present": "wrong"}, {"code": "000000"}, {"code": ""}])
def test_without_password_or_code_nothing_changes_and_it_is_told_beside_the_fields(served, action, form):
    browser, before = served.browser("reader"), served.account("reader")
    answer = ask(browser, action, **{"code": served.code("reader"), **form})
    assert answer.status_code == 422
    assert answer.text.count('aria-describedby="fault"') == 2
    assert '<p id="fault" class="fault" role="alert">' in answer.text
    assert served.account("reader") == before


def test_the_code_with_which_one_signed_in_does_not_do_a_second_time(served):
    browser, code = served.browser(), served.code("reader")
    browser.give_password("reader")
    assert browser.give_code(code).headers["location"] == "/"
    assert ask(browser, "codes", code=code).status_code == 422
    served.clock.move(seconds=30)
    assert ask(browser, "codes", code=code_at(SECRET, served.clock.now())).status_code == 200


def test_a_session_in_other_hands_guesses_ten_times_and_every_session_is_over(served):
    """Also with the right password: it takes no failure back while the code is wrong."""
    stolen, own = served.browser("reader"), served.browser("reader")
    token = stolen.csrf()
    for _ in range(10):
        assert own.get("/").status_code == 200
        form = {"action": "codes", "present": PASSWORD, "code": "000000"}
        assert stolen.submit(PATH, form, token=token).status_code == 422
    assert [browser.get("/").status_code for browser in (stolen, own)] == [303, 303]


def test_what_is_offered_to_one_session_is_not_confirmed_by_another(served):
    here, there = served.browser("reader"), served.browser("reader")
    secret = offered_on(ask(here, "replace", code=served.code("reader")).text)
    code = code_at(secret, served.clock.now())
    assert there.submit(PATH, {"action": "confirm", "code": code}).headers["location"] == "/account/second-factor"
    assert served.account("reader").second_factor.secret == SECRET
    assert here.submit(PATH, {"action": "confirm", "code": code}).status_code == 200


def test_a_wrong_first_code_of_another_phone_leaves_the_former(served):
    browser = served.browser("reader")
    ask(browser, "replace", code=served.code("reader"))
    answer = browser.submit(PATH, {"action": "confirm", "code": "000000"})
    assert (answer.status_code, 'aria-describedby="code-fault"' in answer.text) == (422, True)
    assert served.account("reader").second_factor.secret == SECRET
    served.clock.move(minutes=10)
    assert browser.submit(PATH, {"action": "confirm", "code": "000000"}).status_code == 303


def test_nothing_is_done_that_is_not_offered(served):
    browser = served.browser("reader")
    assert ask(browser, "remove", code=served.code("reader")).status_code == 400
    assert browser.submit(PATH, {"action": "codes"}, token="").status_code == 403
    assert served.account("reader").second_factor.secret == SECRET


def test_who_needs_none_sets_one_up_for_the_password(served):
    """As the reader of a demo may: from then on the code is asked for."""
    browser = served.browser("reader")
    kept = served.account("reader")
    served.accounts.store.change(kept.account_id, lambda account: replace(account, second_factor=None))
    assert "No second factor is set up." in browser.get(PATH).text
    assert ask(browser, "codes").status_code == 400
    assert ask(browser, "replace", present="wrong").status_code == 422
    secret = offered_on(ask(browser, "replace").text)
    assert browser.submit(PATH, {"action": "confirm", "code": code_at(secret, served.clock.now())}).status_code == 200
    assert served.browser().give_password("reader").headers["location"].startswith("/sign-in/code")


def test_the_account_page_says_when_few_recovery_codes_are_left(served):
    codes = renew_recovery_codes(served.accounts, served.account("reader")).recovery_codes
    browser, few = served.browser("reader"), "Few recovery codes are left"
    assert few not in browser.get("/account?lang=en").text
    kept = served.account("reader")
    for left, is_told in ((3, False), (2, True)):
        digests = kept.second_factor.recovery_digests[:left]
        factor = replace(kept.second_factor, recovery_digests=digests)
        served.accounts.store.change(
            kept.account_id, lambda account, factor=factor: replace(account, second_factor=factor)
        )
        assert (few in browser.get("/account?lang=en").text) == is_told
    assert len(codes) == 10
