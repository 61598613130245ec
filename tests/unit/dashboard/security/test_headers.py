"""Every answer carries the headers that keep others out, and tells nothing of how it was made."""

import re

import pytest

from dashboard.security.headers import ALWAYS, CONTENT_SECURITY_POLICY

EVERYWHERE = ["/", "/sign-in", "/account", "/nothing/here", "/health", "/api/v1/release", "/exports/x.xlsx"]


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("who", [None, "reader"])
def test_every_answer_has_every_header(served, path, who):
    headers = served.browser(who).get(path).headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert "server" not in headers
    assert "no-store" in headers["cache-control"]


def test_what_a_reader_sees_is_stored_by_nobody_and_static_files_are(served):
    browser = served.browser("reader")
    page = browser.get("/")
    assert page.headers["cache-control"] == "no-store"
    name = re.search(r'href="(/static/[^"]+app\.css)"', page.text)[1]
    assert "max-age" in browser.get(name).headers["cache-control"]


def test_the_policy_of_content_allows_nothing_inline_and_nothing_from_elsewhere():
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self';")


@pytest.mark.parametrize("path", ["/", "/contents", "/people", "/account", "/downloads", "/about", "/privacy"])
def test_no_page_needs_anything_inline(served, path):
    page = served.browser("administrator").get(path).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


@pytest.mark.parametrize("path", ["/people/", "/account/", "/api/v1/tables/", "//evil.example/", "/sign-in/"])
def test_no_answer_leads_to_a_name_that_the_request_gave_the_site(served, path):
    for who in (None, "reader"):
        answer = served.browser(who).get(f"https://stats.example{path}", headers={"Host": "evil.example"})
        assert answer.status_code == 404
        assert "location" not in answer.headers


def test_a_failure_is_a_page_with_the_headers_and_no_word_of_its_cause(served, monkeypatch, caplog):
    def fails(*_arguments):
        raise RuntimeError("secret 198.51.100.7 kim.minji")

    monkeypatch.setattr(type(served.accounts.sessions), "of", fails)
    browser = served.browser("reader")
    answer = browser.get("/account")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"]
    assert browser.get("/").status_code == 200
