"""What changes something is a small form of this site: its size, its kind, where it comes from and its token are looked at."""

from typing import cast
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.pages.errors import answer
from dashboard.security.csrf import FIELD, HEADER, is_own

LARGEST_BODY = 16 * 1024
LONGEST_QUERY = 4 * 1024
_MOST_FIELDS = 20
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"


class _RefusedError(Exception):
    """A request is refused with a status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Forms:
    """Reads forms and refuses those that are too large, of another kind, or not this site's own (403)."""

    def __init__(self, app: ASGIApp) -> None:
        """Take the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the form in `request.state.form`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            if len(scope.get("query_string", b"")) > LONGEST_QUERY:
                raise _RefusedError(414)
            scope.setdefault("state", {})["form"] = {} if request.method in _SAFE else await _read(request)
        except _RefusedError as refused:
            await answer(request, refused.status)(scope, receive, send)
            return
        except ClientDisconnect:
            return
        await self._app(scope, receive if request.method in _SAFE else _nothing_more, send)


def form_of(request: Request) -> dict[str, str]:
    """Return the fields of the form that a request brought."""
    return cast("dict[str, str]", request.state.form)


async def _read(request: Request) -> dict[str, str]:
    if not _is_from_here(request):
        raise _RefusedError(403)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != _FORM:
        raise _RefusedError(415)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _RefusedError(413)
    form = _parsed(bytes(body))
    session = getattr(request.state, "session_token", None)
    if session is not None and not is_own(request.headers.get(HEADER) or form.get(FIELD, ""), session):
        raise _RefusedError(403)
    return form


def _is_from_here(request: Request) -> bool:
    """Say whether a browser sends it from a page of this site; what is no browser says neither and has no session to abuse."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def _parsed(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict", encoding="utf-8"
        )
    except ValueError:
        raise _RefusedError(400) from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _RefusedError(400)
    return form


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
