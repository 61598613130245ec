"""The tenant matrix: every route for every role, with another partner's names slipped in wherever a request has room for them.

What a partner gets is the same byte for byte, whatever else the request names; another partner's file is never opened; what is
not one's own is not there (404). The matrix is held against the application's routing table: a route without a row fails.
"""

import re

import pytest
from dashboard_sample import FILES
from served import Browser, served_at
from starlette.routing import Route
from tenants import ADMINISTRATOR, HEADERS, MATRIX, NOBODY, OFFICER, OTHERS, PROGRAM, READER, ROLES, SORTS

from dashboard.shelf import Shelf

pytestmark = pytest.mark.slow
_CHANGING = re.compile(rb'name="csrf_token" value="[^"]*"|<li>[^<]*, since [^<]*|<time[^>]*>|docProps')
OF_OTHERS = (b"p-003", b"c" * 32, b"&lt;script&gt;alert", b"=1+1")
GETS = [(path, row) for (method, path), row in MATRIX.items() if method == "GET"]
POSTS = [(path, row) for (method, path), row in MATRIX.items() if method == "POST"]


@pytest.fixture(scope="module")
def house(tmp_path_factory, sample_home, repository):
    """One application for all rows; requests of one minute are not limited here."""
    limits = {"requests_per_minute": 10**9, "sign_ins_per_minute": 10**9}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("os.fsync", lambda _descriptor: None)
        yield served_at(tmp_path_factory.mktemp("tenants"), sample_home, repository, limits=limits)


@pytest.fixture(scope="module")
def asking(house):
    """A browser or program for each role; a session is begun anew where a row ended it."""

    def of(role: str) -> Browser:
        if role in made and (role in (NOBODY, PROGRAM) or made[role].get("/account").status_code == 200):
            return made[role]
        house.accounts.failures.clear(house.accounts.store.id_of("reader"))
        made[role] = house.browser() if role == NOBODY else house.program() if role == PROGRAM else house.browser(role)
        return made[role]

    made: dict[str, Browser] = {}
    return of


@pytest.fixture
def opened(monkeypatch):
    """The names of partners' files that were opened."""
    names: list[str] = []
    real = Shelf.connection

    def noted(self, release, partner_file):
        names.append(partner_file)
        return real(self, release, partner_file)

    monkeypatch.setattr(Shelf, "connection", noted)
    return names


def path_of(house, path, row):
    """The path of a row with what is the partner's own."""
    if row.own == "STATIC":
        return re.search(r'href="(/static/[^"]+app\.css)"', house.browser().get("/sign-in").text)[1]
    return row.own or path


def told(answer):
    """What an answer tells: its status, where it sends to, and its body without what is new in every page."""
    kind = answer.headers.get("content-type", "")
    body = b"workbook" if "spreadsheet" in kind else _CHANGING.sub(b"", answer.content)
    return answer.status_code, answer.headers.get("location"), body


def test_every_route_has_a_row_and_every_row_a_route(house):
    routes = {
        (method, route.path)
        for route in house.app.routes
        if isinstance(route, Route)
        for method in (route.methods or ()) - {"HEAD"}
    }
    assert routes == set(MATRIX)


def test_no_route_takes_a_partner_or_an_account(house):
    assert not [path for _, path in MATRIX if re.search(r"\{(partner|account|file|login)", path)]


@pytest.mark.parametrize(("path", "row"), GETS, ids=[path for path, _ in GETS])
def test_each_role_gets_what_it_may_and_nothing_of_others(house, asking, opened, path, row):
    """Each "cannot" beside its "can": the table has both for every route."""
    for role in ROLES:
        opened.clear()
        answer = asking(role).get(path_of(house, path, row))
        assert answer.status_code == row.expected[role], role
        assert not any(word in answer.content for word in OF_OTHERS), role
        assert set(opened) <= ({FILES["p-001"]} if role in (READER, ADMINISTRATOR, PROGRAM) else set()), role


@pytest.mark.parametrize(("path", "row"), GETS, ids=[path for path, _ in GETS])
def test_naming_another_partner_changes_nothing(house, asking, opened, path, row):
    own, others = path_of(house, path, row), {**OTHERS, "account_id": house.account("other.reader").account_id}
    for role in ROLES:
        browser = asking(role)
        plain = told(browser.get(own))
        opened.clear()
        with_query = told(browser.get(own, params={**others, **SORTS}))
        assert _without_query(with_query) == _without_query(plain), role
        assert told(browser.get(own, headers=HEADERS)) == plain, role
        in_body = browser.request("GET", own, content="&".join(f"{k}={v}" for k, v in others.items()))
        assert told(in_body) == plain, role
        assert set(opened) <= {FILES["p-001"]}, role


def _without_query(answer):
    """Pages lead back to where one was with the query; nothing else may differ."""
    status, location, body = answer
    return status, (location or "").partition("?")[0], body if status == 200 else b""


@pytest.mark.parametrize(
    ("path", "row"), [one for one in GETS if one[1].other], ids=[p for p, row in GETS if row.other]
)
def test_what_is_anothers_is_not_there_and_looks_as_what_never_was(house, asking, path, row):
    other = row.other.replace("OTHER", house.account("other.reader").account_id)
    never = re.sub(r"[^/]+$", "never-was" + ("." + other.rpartition(".")[2] if "." in other else ""), other)
    for role in (READER, ADMINISTRATOR):
        answer, plain = asking(role).get(other), asking(role).get(never)
        assert answer.status_code == plain.status_code == 404
        said = answer.content.replace(other.encode(), b"")  # links to the same page in the other language
        assert not any(word in said for word in (b"p-003", b"c" * 32))


def test_the_other_partner_finds_what_this_one_does_not(house):
    """The twin of the test above: what is not there for one is there for its owner."""
    owner = house.browser("other.reader")
    assert owner.get(MATRIX["GET", "/contents/{content_id:path}"].other).status_code == 200
    assert owner.get("/contents/song-001").status_code == 404
    assert b"=1+1" in owner.get("/contents").content
    assert b"song-0" not in owner.get("/contents").content


@pytest.mark.parametrize(("path", "row"), POSTS, ids=[path for path, _ in POSTS])
def test_each_role_does_what_it_may_whatever_else_the_form_names(house, asking, path, row):
    others = {**OTHERS, "account_id": house.account("other.reader").account_id}
    kept = {login: house.account(login) for login in ("other.reader", "other.administrator", "officer")}
    for role in ROLES:
        browser = asking(role)
        if path == "/sign-in" and role in (READER, ADMINISTRATOR, OFFICER):
            continue  # who is signed in is led on; see the row of the form
        for form in (row.form, {**others, **row.form}):
            answer = (
                asking(role).submit(row.own or path, form)
                if role != NOBODY
                else browser.post(row.own or path, data=form)
            )
            assert answer.status_code == row.expected[role], (role, form)
            assert not any(word in answer.content for word in OF_OTHERS), role
        house.accounts.failures.clear(house.accounts.store.id_of("reader"))
    assert {login: house.account(login) for login in kept} == kept


@pytest.mark.parametrize(
    "path", ["/", "/contents", "/api/v1/tables/partner_breakdown_monthly", "/downloads", "/account"]
)
def test_what_was_cached_for_one_is_not_answered_to_another(house, path):
    """One after the other through the same application, with what the first one's browser would ask with."""
    one, other = house.browser("reader"), house.browser("other.reader")
    first = one.get(path)
    asked = {"If-None-Match": first.headers.get("etag", '"x"'), "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    second = other.get(path, headers=asked)
    assert (first.status_code, second.status_code) == (200, 200)
    assert b"song-0" not in second.content
    assert first.content != second.content
    assert first.headers["cache-control"] == second.headers["cache-control"] == "no-store"
    assert b"=1+1" not in one.get(path).content


def test_a_token_of_one_partner_reads_no_other_whatever_file_it_names(house, opened):
    program = house.program("other.administrator")
    found = program.get("/api/v1/tables/partner_breakdown_monthly", params={"partner": "p-001", "limit": "10000"})
    assert found.status_code == 200
    assert "song-0" not in found.text
    assert set(opened) == {FILES["p-003"]}
    own = house.program().get("/api/v1/tables/partner_breakdown_monthly", params={"limit": "10000"})
    assert "song-0" in own.text
