"""The privacy officer sees the register and the checks, and no partner; nobody else sees them."""

import shutil

import pytest

from pipelines.releases.officer import write_officer_release
from pipelines.storage.ledger import Ledger

CHECK = {
    "name": "a_check",
    "asset": "events",
    "sentence": "A thing holds.",
    "sentence_ko": "지켜집니다.",
    "at": "2026-11-03T02:00:00+09:00",
}
_ENFORCED = {
    "keep.visits": "software",
    "cookie.session": "software",
    "collect.consent": "software",
    "secure.rooms": "attestation",
}
PARTS = {
    "register": {"size": 2, "root": "ab" * 32, "holds": True, "findings": []},
    "entries": [
        {
            "number": 2, "at": "2026-11-03T02:00:00+09:00", "kind": "destroyed", "datasets": ["access_logs"],
            "first_day": "2026-08-01", "last_day": "2026-08-02", "files": 4, "rows": None, "keys": 2, "clause": "keep.visits",
            "method": "key-then-file", "approved_by": "nightly", "plan": "0f0f", "has_passed": None,
        }
    ],
    "checks": [
        {**CHECK, "clause": "keep.visits", "severity": "error", "passed": True},
        {**CHECK, "clause": "cookie.session", "severity": "error", "passed": False},
        {**CHECK, "clause": "collect.consent", "severity": "warning", "passed": False},
    ],
    "clauses": [
        {"id": name, "says": f"It says {name}.", "says_ko": "말한다.", "enforced_by": by}
        for name, by in _ENFORCED.items()
    ],
}  # fmt: skip


@pytest.fixture
def brought_out(served, tmp_path):
    """A release for the officer beside the partners'."""
    real = (served.home / "published").resolve()
    (served.home / "published").unlink()
    shutil.copytree(real, served.home / "published")
    write_officer_release(
        served.home / "published", Ledger(tmp_path / "l.jsonl"), "2014-06-16", PARTS, served.clock.now()
    )
    return served


def test_the_officer_reads_the_register_and_the_checks_and_that_is_recorded(brought_out):
    page = brought_out.browser("officer").get("/register")
    assert page.status_code == 200
    for text in (
        "2 entries, all as they were written.",
        "access_logs",
        "2026-08-01",
        "not kept",
        "to be looked at",
        "by attestation",
    ):
        assert text in page.text, text
    assert brought_out.actions()[-1] == "register of destructions and checks read"


def test_it_is_in_korean_too(brought_out):
    assert "파기 대장" in brought_out.browser("officer").get("/register?lang=ko").text


@pytest.mark.parametrize("login", ["reader", "administrator", "other.administrator"])
def test_nobody_else_finds_it_and_the_try_is_recorded(brought_out, login):
    assert brought_out.browser(login).get("/register").status_code == 404
    assert brought_out.actions()[-1] == "refused: not the privacy officer"


@pytest.mark.parametrize(
    "path", ["/", "/contents", "/downloads", "/exports/contents.xlsx", "/api/v1/tables", "/account/readers"]
)
def test_the_officer_sees_no_partners_figures(brought_out, path):
    assert brought_out.browser("officer").get(path).status_code == 404


def test_before_the_first_night_the_page_says_so(served):
    assert "Nothing was brought out yet" in served.browser("officer").get("/register").text
