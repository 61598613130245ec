"""Pages that were made before: the same to the byte, each partner's own, without anything of who read them first."""

import re
import zlib
from dataclasses import replace
from functools import partial

import pytest
from dashboard_app import NOW
from dashboard_sample import FILES, LAST, NEXT_RELEASE, RELEASE, reader_of, visits_in, write_release
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dashboard import kept
from dashboard.answers import Answers
from dashboard.app import SigningIn, build_app
from dashboard.kept import Kept, Question
from dashboard.pages import answering
from dashboard.pages.registry import PAGES
from dashboard.settings import DashboardSettings
from dashboard.viewer import Role

PATHS = sorted(page.path for page in PAGES if "{" not in page.path)


def _who(name, partner="p-001", **given):
    return replace(reader_of(partner, **given), account_id=name, csrf_token=f"token-of-{name}")


WHO = {
    "one": _who("kim"),
    "colleague": _who("lee"),
    "other": _who("park", "p-003"),
    "administrator": _who("choi", role=Role.PARTNER_ADMINISTRATOR),
    "english": _who("kim", language="en"),
}
QUESTION = Question(RELEASE, FILES["p-001"], "p-001", Role.PARTNER_READER, "ko", "http://x/", "/", ())
OF_ONE, OF_OTHER = "song-0", "=1+1"


class ByHeader:
    """Middleware by which a request says who is signed in."""

    def __init__(self, app):
        """Take the application."""
        self._app = app

    async def __call__(self, scope, receive, send):
        """Set the viewer and go on."""
        name = dict(scope.get("headers", ())).get(b"x-who", b"one").decode()
        scope.setdefault("state", {})["viewer"] = WHO[name]
        await self._app(scope, receive, send)


def _client(home):
    signing_in = SigningIn([Middleware(ByHeader)])
    return TestClient(build_app(DashboardSettings(home=home), clock=NOW, signing_in=signing_in), follow_redirects=False)


def _seen(client, who, path="/contents"):
    answer = client.get(path, headers={"x-who": who})
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def counted(monkeypatch):
    """The questions whose pages were made, in order."""
    made, real = [], answering._made

    def noted(question, *rest):
        made.append(question)
        return real(question, *rest)

    monkeypatch.setattr(answering, "_made", noted)
    return made


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_made_once_and_is_the_same_the_next_time(sample_home, counted, path):
    client = _client(sample_home)
    assert _seen(client, "one", path) == _seen(client, "one", path)
    assert len(counted) == 1


def test_readers_of_a_partner_share_pages_but_not_tokens(sample_home, counted):
    client = _client(sample_home)
    first, second = (_seen(client, who) for who in ("one", "colleague"))
    assert len(counted) == 1
    assert 'value="token-of-kim"' in first
    assert 'value="token-of-lee"' in second
    assert first.replace("token-of-kim", "") == second.replace("token-of-lee", "")


def test_nothing_of_who_read_it_first_is_kept(sample_home):
    client = _client(sample_home)
    client.get("/", headers={"x-who": "one", "cookie": "session=biscuit", "user-agent": "Netscape"})
    ((question, packed),) = client.app.state.kept._pages.items()
    text = zlib.decompress(packed).decode() + repr(question)
    assert [word for word in ("kim", "biscuit", "Netscape", "reader-1") if word in text] == []


def _strangers(client):
    """Return what partners see of each other, one after the other through the same application."""
    pages = [(path, who, _seen(client, who, path)) for path in PATHS for who in ("one", "other", "one")]
    return [(path, who) for path, who, text in pages if (OF_OTHER if who == "one" else OF_ONE) in text]


def test_no_partner_sees_a_page_of_another(sample_home):
    assert _strangers(_client(sample_home)) == []


def test_a_question_that_forgets_the_file_is_found_out(sample_home, monkeypatch):
    def forgetful(*given):
        return replace(kept.question_of(*given), partner_file="", partner_id="")

    monkeypatch.setattr(answering, "question_of", forgetful)
    assert ("/contents", "other") in _strangers(_client(sample_home))


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"x-who": "english"}},
        {"headers": {"x-who": "administrator"}},
        {"headers": {"host": "elsewhere.example"}},
        {"params": {"theme": "dark"}},
        {"params": {"period": "week"}},
        {"params": {"nobody-knows": "1"}},
    ],
    ids=str,
)
def test_whatever_else_is_asked_is_another_page(sample_home, counted, asked):
    client = _client(sample_home)
    client.get("/downloads")
    client.get("/downloads", **asked)
    assert len(counted) == 2


def test_a_new_release_has_pages_of_its_own(tmp_path):
    for release, times in ((RELEASE, 1), (NEXT_RELEASE, 7)):
        write_release(tmp_path, release, LAST, ["p-001"], times)
    pointer = tmp_path / "published" / "current"
    client = _client(tmp_path)
    for release, times in ((RELEASE, 1), (NEXT_RELEASE, 7), (RELEASE, 1)):
        pointer.write_text(f"{release}\n", "utf-8")
        text = _seen(client, "one", "/?period=day")
        assert f"{times * visits_in(LAST, LAST):,}" in text
        assert [other for other in (RELEASE, NEXT_RELEASE) if other in text] == [release]


def test_of_a_partner_whose_file_went_nothing_is_answered(tmp_path):
    release = write_release(tmp_path, RELEASE, LAST, ["p-001"])
    client = _client(tmp_path)
    assert RELEASE in _seen(client, "one", "/")
    (release / f"{FILES['p-001']}.duckdb").unlink()
    assert RELEASE not in _seen(client, "one", "/")


def test_a_token_is_escaped_wherever_it_comes_from():
    made = Kept(10_000).keep(QUESTION, f"<i>{QUESTION.viewer.csrf_token}</i>".encode(), '"><script>')
    assert made == b"<i>&#34;&gt;&lt;script&gt;</i>"


def test_no_more_is_kept_than_allowed_and_the_ones_not_asked_for_longest_go_first():
    pages, of = Kept(4_000), partial(replace, QUESTION)
    for name in ("a", "b", "c"):
        pages.keep(of(path=name), b"page", "t")
    assert pages.get(of(path="a"), "t") == b"page"
    pages.keep(of(path="d"), b"page", "t")
    assert [name for name in "abcd" if pages.get(of(path=name), "t")] == ["a", "c", "d"]
    pages.keep(of(path="e", query=(("q", "x" * 4_000),)), b"page", "t")
    assert (len(pages), pages._bytes) == (0, 0)


def test_a_page_that_is_kept_twice_counts_once():
    pages = Kept(4_000)
    for _ in range(9):
        assert pages.keep(QUESTION, b"page", "t") == b"page"
    assert len(pages) == 1
    assert pages._bytes < 2_000


def test_answers_of_an_open_file_are_forgotten_when_they_are_too_many():
    answers = Answers()
    answers.keep("whole table", [(1,)] * 5_001)
    assert answers.get("whole table") is None
    for number in range(4):
        answers.keep(number, [(1,)] * 4_999)
    assert all(answers.get(number) for number in range(4))
    answers.keep(4, [(1,)])
    assert [answers.get(number) for number in range(5)] == [None, None, None, None, [(1,)]]


def test_a_kept_page_has_the_words_of_its_page(sample_home):
    text = _seen(_client(sample_home), "one")
    assert re.search(r"<title>[^<]+</title>", text)
    assert OF_ONE in text
