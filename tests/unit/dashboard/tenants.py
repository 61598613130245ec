"""What each role may do on each route of the application: the table that the tenant matrix is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

NOBODY, READER, ADMINISTRATOR, OFFICER, PROGRAM = "nobody", "reader", "administrator", "officer", "program"
ROLES = (NOBODY, READER, ADMINISTRATOR, OFFICER, PROGRAM)
SEEN, SENT_AWAY, NOT_THERE, UNKNOWN = 200, 303, 404, 401


@dataclass(frozen=True)
class Row:
    """A route: what each role gets, and what its path takes that is the partner's own and another partner's."""

    expected: Mapping[str, int]
    own: str = ""
    """The path with what is the partner's own, if the route takes anything."""
    other: str = ""
    """The path with what is another partner's alone."""
    form: Mapping[str, str] = field(default_factory=dict)
    """A form that the route takes; the matrix sends it with a token of the session."""


def _row(*statuses: int, own: str = "", other: str = "", form: Mapping[str, str] | None = None) -> Row:
    return Row(dict(zip(ROLES, statuses, strict=True)), own, other, form or {})


PUBLIC = (SEEN, SEEN, SEEN, SEEN, SEEN)
FIGURES = (SENT_AWAY, SEEN, SEEN, NOT_THERE, SENT_AWAY)
PERSON = (SENT_AWAY, SEEN, SEEN, SEEN, SENT_AWAY)
PERSON_DOES = (SENT_AWAY, 303, 303, 303, SENT_AWAY)
PROGRAMS = (UNKNOWN, SEEN, SEEN, NOT_THERE, SEEN)
ADMINISTERS = (SENT_AWAY, NOT_THERE, SEEN, NOT_THERE, SENT_AWAY)
TO_THE_BEGINNING = (SENT_AWAY,) * 5
"""Pages between the password and the session: there for a browser at that stage alone."""
TABLE = "partner_breakdown_monthly"
MATRIX: Mapping[tuple[str, str], Row] = {
    ("GET", "/health"): _row(*PUBLIC),
    ("GET", "/ready"): _row(*PUBLIC),
    ("GET", "/static/{digest}/{name:path}"): _row(*PUBLIC, own="STATIC"),
    ("GET", "/"): _row(*FIGURES),
    ("GET", "/contents"): _row(*FIGURES),
    ("GET", "/contents/{content_id:path}"): _row(*FIGURES, own="/contents/song-001", other="/contents/%3D1%2B1"),
    ("GET", "/people"): _row(*FIGURES),
    ("GET", "/reach"): _row(*FIGURES),
    ("GET", "/linked"): _row(*FIGURES),
    ("GET", "/features"): _row(*FIGURES),
    ("GET", "/downloads"): _row(*FIGURES),
    ("GET", "/about"): _row(*FIGURES),
    ("GET", "/privacy"): _row(*PERSON),
    ("GET", "/exports/{page}.xlsx"): _row(*FIGURES, own="/exports/contents.xlsx"),
    ("GET", "/exports/{page}/{table}.csv"): _row(*FIGURES, own="/exports/contents/content.csv"),
    ("GET", "/downloads/{table}.csv"): _row(
        *FIGURES, own=f"/downloads/{TABLE}.csv", other=f"/downloads/{'c' * 32}.csv"
    ),
    ("GET", "/downloads/{table}.xlsx"): _row(*FIGURES, own=f"/downloads/{TABLE}.xlsx", other="/downloads/p-003.xlsx"),
    ("GET", "/api/v1/openapi.json"): _row(*PUBLIC),
    ("GET", "/api/v1/release"): _row(*PROGRAMS),
    ("GET", "/api/v1/tables"): _row(*PROGRAMS),
    ("GET", "/api/v1/tables/{table}"): _row(
        *PROGRAMS, own=f"/api/v1/tables/{TABLE}", other=f"/api/v1/tables/{'c' * 32}.{TABLE}"
    ),
    ("GET", "/api/v1/measures"): _row(*PROGRAMS),
    ("GET", "/sign-in"): _row(SEEN, 303, 303, 303, SEEN),
    ("POST", "/sign-in"): _row(401, 401, 401, 401, 401, form={"login": "reader", "password": "wrong"}),
    ("GET", "/sign-in/code"): _row(*TO_THE_BEGINNING),
    ("POST", "/sign-in/code"): _row(*TO_THE_BEGINNING, form={"code": "000000"}),
    ("GET", "/sign-in/set-up"): _row(*TO_THE_BEGINNING),
    ("POST", "/sign-in/set-up"): _row(*TO_THE_BEGINNING, form={"code": "000000"}),
    ("GET", "/sign-in/renew"): _row(*TO_THE_BEGINNING),
    ("POST", "/sign-in/renew"): _row(*TO_THE_BEGINNING, form={"new": "x", "again": "x"}),
    ("POST", "/sign-out"): _row(303, 303, 303, 303, 303, form={"x": ""}),
    ("GET", "/set-password/{token}"): _row(*(404,) * 5, own="/set-password/x", other="/set-password/OTHER.x"),
    ("POST", "/set-password/{token}"): _row(
        *(404,) * 5, own="/set-password/x", other="/set-password/OTHER.x", form={"new": "x"}
    ),
    ("POST", "/account/password"): _row(NOT_THERE, 303, 303, 303, NOT_THERE, form={"present": "wrong"}),
    ("GET", "/account"): _row(*PERSON),
    ("POST", "/account/sessions"): _row(*PERSON_DOES, form={"present": "wrong"}),
    ("POST", "/account/language"): _row(*PERSON_DOES, form={"language": "en"}),
    ("GET", "/account/second-factor"): _row(*PERSON),
    ("POST", "/account/second-factor"): _row(
        SENT_AWAY, 422, 422, 422, SENT_AWAY, form={"action": "replace", "present": "wrong"}
    ),
    ("GET", "/account/readers"): _row(*ADMINISTERS),
    ("POST", "/account/readers"): _row(SENT_AWAY, 404, 422, 404, SENT_AWAY, form={"action": "add", "login": "reader"}),
    ("GET", "/account/programs"): _row(*ADMINISTERS),
    ("POST", "/account/programs"): _row(SENT_AWAY, 404, 422, 404, SENT_AWAY, form={"action": "make", "label": ""}),
    ("GET", "/register"): _row(SENT_AWAY, NOT_THERE, NOT_THERE, SEEN, SENT_AWAY),
}
OTHERS = {
    "partner": "p-003", "partner_id": "p-003", "partner_file": "c" * 32, "file": "c" * 32, "account_id": "OTHER",
    "content": "=1+1", "content_id": "=1+1", "table": "../" + "c" * 32,
}  # fmt: skip
"""Names of another partner's things, as somebody might slip them in."""
SORTS = {
    "sort": "partner_id",
    "order": "p-003",
    "filter": "partner_id=p-003",
    "where": "1=1 OR partner_id='p-003'",
}
HEADERS = {
    "X-Partner-Id": "p-003", "X-Forwarded-User": "other.administrator", "X-Original-URL": "/account/readers",
    "Remote-User": "other.reader", "X-Rewrite-URL": "/register", "X-HTTP-Method-Override": "DELETE",
    "Forwarded": "for=127.0.0.1;host=evil.example",
}  # fmt: skip
