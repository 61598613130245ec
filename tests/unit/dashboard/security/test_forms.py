"""What changes something comes from a page of this session: a token of it, this site, a small form."""

import pytest

from dashboard.security.csrf import is_own, masked

CHANGING = [
    ("/sign-out", {}),
    ("/account/language", {"language": "ko"}),
    ("/account/password", {"present": "x", "new": "y", "again": "y"}),
    ("/account/sessions", {"present": "x"}),
    ("/account/readers", {"action": "add", "login": "planted.reader"}),
    ("/account/programs", {"action": "make", "label": "planted"}),
]


def test_a_token_is_another_one_on_every_page_and_each_is_the_sessions():
    tokens = {masked("a-session") for _ in range(20)}
    assert len(tokens) == 20
    assert all(is_own(token, "a-session") for token in tokens)
    assert not any(is_own(token, "another-session") for token in tokens)


@pytest.mark.parametrize("given", ["", "x", "é", "A" * 86, "A" * 85, "=" * 88, "\x00", "a-session"])
def test_what_is_no_token_is_refused(given):
    assert not is_own(given, "a-session")


@pytest.mark.parametrize(("path", "form"), CHANGING)
def test_without_a_token_of_the_session_nothing_changes_and_with_it_it_does(served, path, form):
    browser, other = served.browser("administrator"), served.browser("other.administrator")
    before = served.records()
    for token in ("", "x", other.csrf()):
        assert browser.submit(path, form, token=token or "none").status_code == 403
    assert browser.post(path, data={**form, "x": "y"}).status_code == 403
    assert served.records() == before
    assert browser.submit(path, form).status_code in (200, 303, 422)


def test_the_token_may_come_in_a_header(served):
    browser = served.browser("reader")
    answer = browser.post("/account/language", data={"language": "ko"}, headers={"X-CSRF-Token": browser.csrf()})
    assert answer.headers["location"] == "/account?done=language"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://stats.example.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused_also_before_signing_in(served, headers):
    """Signing somebody in as somebody else is a change too."""
    form = {"login": "reader", "password": "seven lamps over the harbour"}
    assert served.browser().post("/sign-in", data=form, headers=headers).status_code == 403
    own = {"Origin": "https://stats.example", "Sec-Fetch-Site": "same-origin"}
    assert served.browser().post("/sign-in", data=form, headers=own).status_code == 303


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"login=x&password=" + b"y" * 16_384, "application/x-www-form-urlencoded", 413),
        (b'{"login": "x"}', "application/json", 415),
        (b"login=x", "multipart/form-data; boundary=x", 415),
        (b"login=x", "", 415),
        (b"login=x&login=y", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"a%d=1" % n for n in range(30)), "application/x-www-form-urlencoded", 400),
        (b"login=\xff", "application/x-www-form-urlencoded", 400),
        (b"login=%ff&password=x", "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 401),
    ],
)
def test_a_body_that_is_no_small_form_goes_no_further(served, content, kind, status):
    headers = {"Content-Type": kind} if kind else {}
    assert served.browser().post("/sign-in", content=content, headers=headers).status_code == status


def test_a_query_has_a_longest_length(served):
    assert served.browser().get("/sign-in?next=/" + "a" * 4000).status_code == 200
    assert served.browser().get("/sign-in?next=/" + "a" * 4100).status_code == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT"])
def test_other_methods_change_nothing(served, method):
    browser = served.browser("administrator")
    for path in ("/account/readers", "/account", "/", "/api/v1/tables", "/sign-out"):
        assert browser.request(method, path).status_code in (403, 405, 415)
