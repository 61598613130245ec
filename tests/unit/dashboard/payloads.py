"""The stored attack strings, the places of a request where they go, and what may not come back."""

import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from served import Browser, Served, served_at
from tenants import ADMINISTRATOR, MATRIX, NOBODY, OFFICER, PROGRAM

QUERY = (
    "lang",
    "theme",
    "period",
    "at",
    "from",
    "to",
    "compare",
    "release",
    "limit",
    "offset",
    "next",
    "fault",
    "done",
    "q",
)
FORM = (
    "login",
    "password",
    "next",
    "present",
    "new",
    "again",
    "session",
    "language",
    "action",
    "reader",
    "label",
    "token",
    "code",
    "recovery",
    "csrf_token",
)
HEADER = (
    "User-Agent",
    "Referer",
    "Accept-Language",
    "X-Release",
    "HX-Request",
    "Authorization",
    "Cookie",
    "X-CSRF-Token",
    "Origin",
)
HALFWAY, CODE = "halfway", "/sign-in/code"
"""Who gave the password and not the code yet, and where the code goes."""
_TRACE = re.compile(
    r'Traceback|File "[^"]+\.py"|duckdb\.|sqlite3\.|starlette|BinderException|OperationalError', re.IGNORECASE
)
_PAGES = (
    "/",
    "/contents",
    "/people",
    "/downloads",
    "/api/v1/tables/partner_breakdown_monthly",
    "/account",
    "/sign-in",
    "/register",
)


@dataclass(frozen=True)
class Place:
    """Where a string goes: `how` is path, query, form or header, `name` the parameter's."""

    how: str
    method: str
    path: str
    name: str
    role: str


def payloads(real_data: Path) -> list[str]:
    """Return every distinct string: whole targets, values in them, bodies, referrers, agents, cookies, naughty strings."""
    found: dict[str, None] = {}
    with gzip.open(real_data / "payloads" / "crs_requests.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            request = json.loads(line)
            values = [value for _, value in parse_qsl(urlsplit_query(request["uri"]), keep_blank_values=True)]
            texts = [
                unquote(request["uri"] or ""),
                *values,
                request["data"],
                request["referer"],
                request["user_agent"],
                request["cookie"],
            ]
            found |= dict.fromkeys(text for text in texts if isinstance(text, str) and text)
    naughty = json.loads((real_data / "payloads" / "blns.json").read_text("utf-8"))
    return list(found | dict.fromkeys(naughty))


def urlsplit_query(uri: str) -> str:
    """Return the query of a target, also of one that is no URL."""
    try:
        return urlsplit(uri).query
    except ValueError:
        return (uri or "").partition("?")[2]


def places(house: Served) -> list[Place]:
    """Return every place: each parameter of a path, each query parameter of the pages that read any, each field, each header."""
    del house
    found = [
        Place("path", "GET", path, "", ADMINISTRATOR) for method, path in MATRIX if method == "GET" and "{" in path
    ]
    found += [Place("path", "GET", "/{anything}", "", NOBODY)]
    for page in _PAGES:
        role = (
            NOBODY
            if page == "/sign-in"
            else PROGRAM
            if page.startswith("/api")
            else OFFICER
            if page == "/register"
            else ADMINISTRATOR
        )
        found += [Place("query", "GET", page, name, role) for name in QUERY]
        found += [Place("header", "GET", page, name, role) for name in HEADER]
    for method, path in MATRIX:
        if method == "POST" and path != "/sign-out":
            role = (
                NOBODY if path in ("/sign-in", "/set-password/{token}") else HALFWAY if path == CODE else ADMINISTRATOR
            )
            found += [Place("form", "POST", path, name, role) for name in FORM]
    return found


@dataclass
class Attacks:
    """Sends strings to one application and gathers what it should not have answered."""

    house: Served
    browsers: Mapping[str, Browser]
    faults: list[str] = field(default_factory=list)
    sent: int = 0
    _tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    def on(cls, folder: Path, sample_home: Path, repository: Path) -> "Attacks":
        """Serve the sample without limits of a minute."""
        limits = {"requests_per_minute": 10**9, "sign_ins_per_minute": 10**9}
        house = served_at(folder, sample_home, repository, limits=limits)
        browsers = {role: house.browser(role) for role in (ADMINISTRATOR, OFFICER)}
        return cls(house, {**browsers, NOBODY: house.browser(), HALFWAY: house.browser(), PROGRAM: house.program()})

    def send(self, place: Place, text: str) -> None:
        """Send a string to a place. What HTTP itself cannot carry there is sent as near as it can be."""
        browser, path = self.browsers[place.role], place.path.replace("{token}", "x")
        name, self.sent = place.name, self.sent + 1
        if place.how == "path":
            answer = browser.get(re.sub(r"\{[^}]+\}", lambda _: quote(text[:1500], safe="/"), path))
        elif place.how == "query":
            answer = browser.get(path, params={name: text.encode("utf-8", "replace")[:1200]})
        elif place.how == "header":
            answer = browser.get(
                path, headers={name: text.encode("utf-8", "replace").translate(None, b"\r\n\x00")[:3000]}
            )
        else:
            form = {"csrf_token": self.token_of(place.role)} | {
                name: text.encode("utf-8", "replace").decode("utf-8")[:4000]
            }
            answer = browser.post(path, data=form)
        headers = {key.lower(): value for key, value in answer.headers.items()}
        fault = self.fault_in(answer.status_code, headers.get("content-type", ""), answer.text, headers, text)
        if fault is not None:
            self.faults.append(f"{place}: {fault}: {text[:80]!r}")

    @staticmethod
    def fault_in(status: int, kind: str, body: str, headers: Mapping[str, str], text: str) -> str | None:
        """Return what is wrong with an answer, None when nothing is."""
        if status >= 500:
            return f"failed ({status})"
        if _TRACE.search(body) and not _TRACE.search(text):
            return "a trace"
        if "html" in kind and re.search("[<>\"']", text) and len(text) > 3 and text in body:
            return "an echo as it came"
        target = headers.get("location", "/")
        if not target.startswith("/") or target.startswith(("//", "/\\")):
            return "leads away"
        return None

    def token_of(self, role: str) -> str:
        """Return a token for the forms of a role's browser."""
        if role == HALFWAY:
            return self._halfway()
        if role not in self._tokens:
            self._tokens[role] = self.browsers[role].csrf()
        return self._tokens[role]

    def _halfway(self) -> str:
        """Return the token of the page that asks for the code: wrong ones do not lock here, else few strings would get there."""
        browser, accounts = self.browsers[HALFWAY], self.house.accounts
        account_id = accounts.store.id_of("reader")
        accounts.failures.clear(account_id)
        accounts.used_codes.forgive(account_id)
        if not browser.token_on(CODE):
            browser.give_password("reader")
        return browser.token_on(CODE)

    def state(self) -> object:
        """Return everything that a request could have changed."""
        accounts = self.house.accounts
        return (
            [account.account_id for account in accounts.store.all()],
            [account.password_hash for account in accounts.store.all()],
            accounts.database.rows("SELECT count(*) AS n FROM tokens")[0]["n"],
            sorted(path.name for path in self.house.home.iterdir()),
            [
                (path.name, path.stat().st_mtime_ns)
                for path in sorted((self.house.home / "published").resolve().rglob("*"))
            ],
        )
