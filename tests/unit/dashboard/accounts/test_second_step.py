"""The second step of signing in: after the password a code, and until then nothing opens."""

import re

import pytest
from served import PASSWORD, SECRET, served_at
from tenants import MATRIX, NOBODY

from pipelines.accounts.changes import disable, end, send_link
from pipelines.accounts.factors import renew_recovery_codes
from pipelines.accounts.second_factor import code_at

COOKIE, CODE = "__Host-partnerstats", "/sign-in/code?lang=en"
LOCKED = "or the account is locked for a while"


def halfway(served, login="reader"):
    """A browser after the right password."""
    browser = served.browser()
    assert browser.give_password(login).headers["location"] == "/sign-in/code?lang=en"
    return browser


def send(browser, token=None, **form):
    return browser.submit(CODE, form, token=browser.token_on(CODE) if token is None else token)


def recovery_codes(served, login="reader"):
    return renew_recovery_codes(served.accounts, served.account(login)).recovery_codes


def test_password_and_code_open_what_the_password_alone_does_not(served):
    browser = halfway(served)
    first = browser.cookies[COOKIE]
    assert browser.get("/").status_code == 303
    assert send(browser, code=served.code("reader")).headers["location"] == "/"
    assert browser.get("/").status_code == 200
    assert browser.cookies[COOKIE] != first


def test_between_password_and_code_every_route_is_as_for_nobody(served):
    """The token in between opens nothing: each page, file and answer for programs, by the table of the tenant matrix."""
    browser, nobody, own = halfway(served), served.browser(), "/sign-in/code"
    for (method, path), row in MATRIX.items():
        if method != "GET" or "{digest}" in path or path == own:
            continue
        answer, plain = browser.get(row.own or path), nobody.get(row.own or path)
        assert answer.status_code == plain.status_code == row.expected[NOBODY], path
        assert answer.headers.get("location") == plain.headers.get("location"), path
    assert browser.get(own).status_code == 200
    for (method, path), row in MATRIX.items():
        if method == "POST" and not path.startswith(("/sign-in", "/sign-out")):
            assert browser.post(row.own or path, data=row.form).status_code == row.expected[NOBODY], path


def test_no_route_begins_a_session_but_those_that_signing_in_is_made_of(served):
    """ASVS 6.3.4: whatever is asked without a password, a link or a stage, no cookie comes back."""
    for (method, path), row in MATRIX.items():
        if "{digest}" not in path and path != "/sign-out":
            answer = served.browser().request(method, row.own or path, data=row.form or None)
            assert "set-cookie" not in answer.headers, (method, path)
    assert served.accounts.database.rows("SELECT account_id FROM sessions UNION SELECT account_id FROM pending") == []
    assert "set-cookie" in served.browser().give_password("reader").headers


def test_after_a_wrong_password_nothing_tells_that_there_is_a_second_step(served):
    """ASVS 6.3.8: for a known account, an unknown one and one without a second factor the answer is the same."""
    answers = [served.browser().give_password(login, "wrong") for login in ("reader", "nobody.at.all")]
    kept = served.account("officer")
    send_link(served.accounts, kept, ends_factor=True)
    answers.append(served.browser().give_password("officer", "wrong"))
    assert {answer.status_code for answer in answers} == {401}
    assert not any("set-cookie" in answer.headers for answer in answers)
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1


def test_a_code_does_not_do_without_the_password(served):
    browser = served.browser()
    assert browser.give_password("reader", "wrong").status_code == 401
    answer = browser.post("/sign-in/code", data={"code": served.code("reader")})
    assert answer.headers["location"] == "/sign-in"
    assert browser.get("/").status_code == 303


def test_a_form_without_the_stages_token_changes_nothing_and_with_it_it_does(served):
    browser, other = halfway(served), halfway(served, "administrator")
    code = served.code("reader")
    for token in ("", "x" * 86, other.token_on(CODE)):
        assert send(browser, token, code=code).status_code == 403
    assert browser.post(CODE, data={"code": code}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert send(browser, code=code).headers["location"] == "/"


def test_a_wrong_code_is_told_beside_its_field_and_the_right_one_gets_in_after_it(served):
    browser = halfway(served)
    answer = send(browser, code="000000")
    assert answer.status_code == 401
    assert re.search(r'<input id="code"[^>]*aria-invalid="true" aria-describedby="code-fault"', answer.text)
    assert '<p id="code-fault" class="fault" role="alert">' in answer.text
    assert browser.get("/").status_code == 303
    assert send(browser, code=served.code("reader")).status_code == 303
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(("seconds", "opens"), [(-30, False), (0, True), (30, True), (59, True), (60, False)])
def test_a_code_is_taken_in_its_step_and_the_next(served, seconds, opens):
    """The clock stands at the beginning of a step."""
    assert served.clock.now().timestamp() % 30 == 0
    code = served.code("reader")
    served.clock.move(seconds=seconds)
    assert (send(halfway(served), code=code).status_code == 303) == opens


def test_a_code_opens_once_also_in_another_browser(served):
    code, one, other = served.code("reader"), halfway(served), halfway(served)
    assert send(one, code=code).status_code == 303
    answer = send(other, code=code)
    assert (answer.status_code, "was used already" in answer.text) == (401, True)
    served.clock.move(seconds=30)
    assert send(other, code=code).status_code == 401
    assert send(other, code=code_at(SECRET, served.clock.now())).status_code == 303


def test_the_code_of_another_account_does_not_do(served):
    other = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ"
    assert send(halfway(served), code=code_at(other, served.clock.now())).status_code == 401
    codes = recovery_codes(served, "administrator")
    assert send(halfway(served), recovery=codes[0]).status_code == 401
    assert send(halfway(served, "administrator"), recovery=codes[0]).status_code == 303


def test_a_recovery_code_opens_once(served):
    codes = recovery_codes(served)
    browser = halfway(served)
    assert send(browser, recovery=codes[3].upper().replace("-", " ")).headers["location"] == "/"
    assert "9 recovery codes left" in browser.get("/account").text
    answer = send(halfway(served), recovery=codes[3])
    assert (answer.status_code, 'aria-describedby="recovery-fault"' in answer.text) == (401, True)
    assert send(halfway(served), recovery=codes[4]).status_code == 303
    assert "signed in with a recovery code" in served.actions()


def test_a_code_in_the_field_of_the_other_does_not_do(served):
    codes = recovery_codes(served)
    assert send(halfway(served), code=codes[0]).status_code == 401
    assert send(halfway(served), recovery=served.code("reader")).status_code == 401


def test_the_second_step_may_take_ten_minutes_and_not_longer(served):
    late, later = halfway(served), halfway(served)
    token, code_page = late.token_on(CODE), later.token_on(CODE)
    served.clock.move(minutes=10, seconds=-1)
    assert send(late, token, code=served.code("reader")).headers["location"] == "/"
    served.clock.move(seconds=1)
    assert later.get(CODE).headers["location"] == "/sign-in?lang=en"
    assert send(later, code_page, code=served.code("reader")).headers["location"] == "/sign-in?lang=en"
    assert later.get("/").status_code == 303


def test_the_stages_token_is_used_up_by_the_code(served):
    browser = halfway(served)
    token, form = browser.cookies[COOKIE], browser.token_on(CODE)
    assert send(browser, form, code=served.code("reader")).status_code == 303
    again = served.browser()
    again.cookies.set(COOKIE, token, domain="stats.example", path="/")
    assert again.get(CODE).headers["location"] == "/sign-in?lang=en"
    assert send(again, form, code=served.code("reader")).headers["location"] == "/sign-in?lang=en"


def test_ten_failures_lock_whether_passwords_or_codes_and_the_right_code_too(served):
    """Three wrong passwords and seven wrong codes: a right password in between takes nothing back."""
    for _ in range(3):
        served.browser().give_password("reader", "wrong")
    browser = halfway(served)
    assert [send(browser, code="000000").status_code for _ in range(6)] == [401] * 6
    other = halfway(served)
    last = send(browser, code="000000")
    assert (last.status_code, LOCKED in last.text) == (401, True)
    assert other.get(CODE).status_code == 303
    assert served.browser().give_password("reader").status_code == 401
    served.clock.move(minutes=15)
    assert served.browser().sign_in("reader").headers["location"] == "/"
    assert "code refused, the account is locked" in served.actions()


def test_nine_failures_do_not_lock_and_are_forgotten_with_signing_in(served):
    for _ in range(2):
        browser = halfway(served)
        assert [send(browser, code="000000").status_code for _ in range(9)] == [401] * 9
        assert send(browser, code=served.code("reader")).status_code == 303


def test_a_lock_that_comes_meanwhile_refuses_the_right_code_and_uses_no_recovery_code_up(served):
    codes, browser = recovery_codes(served), halfway(served)
    token = browser.token_on(CODE)
    for _ in range(10):
        served.accounts.failures.add(served.account("reader").account_id, served.clock.now())
    assert send(browser, token, recovery=codes[0]).status_code == 401
    assert len(served.account("reader").second_factor.recovery_digests) == 10
    served.clock.move(minutes=15)
    assert send(halfway(served), recovery=codes[0]).status_code == 303


def test_who_goes_on_guessing_codes_day_after_day_ends_the_password(tmp_path, sample_home, repository):
    """Fifty wrong ones in a row, locks in between: then a link is needed, which leaves the second factor."""
    served = served_at(tmp_path, sample_home, repository, limits={"sign_ins_per_minute": 1000})
    there = served.browser("reader")
    for _ in range(5):
        browser = halfway(served)
        for _ in range(10):
            send(browser, code="000000")
        served.clock.move(minutes=15)
    assert served.account("reader").password_hash is None
    assert served.account("reader").second_factor is not None
    assert there.get("/").status_code == 303
    assert served.browser().give_password("reader").status_code == 401
    assert "code refused, too many: the password ended" in served.actions()


@pytest.mark.parametrize("change", [disable, end, send_link])
def test_disabled_ended_or_given_a_link_a_sign_in_halfway_is_over(served, change):
    browser = halfway(served)
    token, code = browser.token_on(CODE), served.code("reader")
    change(served.accounts, served.account("reader"))
    assert send(browser, token, code=code).headers["location"] == "/sign-in?lang=en"


def test_signing_in_anew_ends_the_session_that_was_there_at_the_password_already(served):
    browser = served.browser("reader")
    former = browser.cookies[COOKIE]
    browser.submit("/sign-in", {"login": "reader", "password": PASSWORD})
    again = served.browser()
    again.cookies.set(COOKIE, former, domain="stats.example", path="/")
    assert again.get("/").status_code == 303


def test_the_way_one_was_on_is_kept_and_leads_to_this_site_alone(served):
    browser = served.browser()
    location = browser.give_password("reader", next="/contents?period=week").headers["location"]
    page = browser.get(location).text
    assert 'name="next" value="/contents?period=week"' in page
    assert (
        send(browser, code=served.code("reader"), next="/contents?period=week").headers["location"]
        == "/contents?period=week"
    )
    browser = halfway(served)
    assert 'name="next" value="/"' in browser.get("/sign-in/code?next=//evil.example").text
    assert send(browser, code=served.code("reader"), next="//evil.example").headers["location"] == "/"


def test_the_fields_are_made_for_phones_and_for_what_fills_them_in(served):
    page = halfway(served).get(CODE).text
    assert re.search(
        r'<label for="code">[^<]+</label>\s*<input id="code"[^>]*autocomplete="one-time-code" inputmode="numeric"', page
    )
    assert re.search(r'<label for="recovery">[^<]+</label>\s*<input id="recovery"[^>]*autocomplete="off"', page)


def test_one_address_takes_so_many_steps_a_minute_and_no_more(served):
    browser = halfway(served)
    token = browser.token_on(CODE)
    statuses = []
    for _ in range(21):
        served.accounts.failures.clear(served.account("reader").account_id)
        statuses.append(send(browser, token, code="000000").status_code)
    assert statuses == [401] * 20 + [429]


def test_a_token_of_a_program_needs_no_code(served):
    """Programs have no phone: a token reads the partner's published figures and nothing else, and ends with who made it."""
    program = served.program()
    assert program.get("/api/v1/release").status_code == 200
    assert program.get("/account").status_code == 303


def test_codes_and_tokens_are_in_no_record_and_no_log(served, caplog):
    codes, browser = recovery_codes(served), halfway(served)
    code = served.code("reader")
    send(browser, recovery=codes[0] + "x")
    send(browser, code=code)
    told = " ".join(map(repr, served.records())) + caplog.text + " ".join(repr(vars(line)) for line in caplog.records)
    assert not [secret for secret in (SECRET, code, codes[0], browser.cookies[COOKIE]) if secret in told]
