"""Who looks at a page: the one thing of a session that pages know. The partner comes from here, never from a request."""

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

SIGN_IN = "/sign-in"
Language = Literal["ko", "en"]
Endpoint = Callable[[Request], Awaitable[Response]]


class Role(StrEnum):
    """What an account may do; a partner administrator reads too, a privacy officer sees no partner."""

    PARTNER_READER = "partner-reader"
    PARTNER_ADMINISTRATOR = "partner-administrator"
    PRIVACY_OFFICER = "privacy-officer"


@dataclass(frozen=True)
class Viewer:
    """Who is signed in. `partner_file` is the name of the partner's published file; both are None for who reads no partner."""

    account_id: str
    role: Role
    partner_id: str | None
    partner_file: str | None
    language: Language
    csrf_token: str


def viewer_of(request: Request) -> Viewer | None:
    """Return who is signed in with this request, None for nobody."""
    found = getattr(request.state, "viewer", None)
    return found if isinstance(found, Viewer) else None


def for_partner(endpoint: Endpoint) -> Endpoint:
    """Let only viewers of a partner in: nobody is sent to sign in and back, another role finds nothing there (404)."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        viewer = viewer_of(request)
        if viewer is None:
            return to_sign_in(request)
        if viewer.role is Role.PRIVACY_OFFICER or viewer.partner_id is None or viewer.partner_file is None:
            raise HTTPException(404)
        return await endpoint(request)

    return guarded


def to_sign_in(request: Request) -> Response:
    """Send the reader to the sign-in page, which leads back here; an answer to htmx reloads the whole page to get there."""
    query = f"?{request.url.query}" if request.url.query else ""
    target = f"{SIGN_IN}?next={quote(request.url.path + query, safe='')}"
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)
