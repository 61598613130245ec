"""What a reader sees when a page cannot be shown: which one it is, what to do, and nothing of the cause."""

from collections.abc import Mapping
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboard import words
from dashboard.rendering import render
from pipelines.errors import PartnerstatsError

N_ = words.marked
_SAID: Mapping[int, tuple[str, str]] = {
    400: (
        N_("This link cannot be read"),
        N_("A part of the address is not what it should be. Go back and choose anew."),
    ),
    403: (N_("This was not accepted"), N_("The form may be too old. Reload the page and send it again.")),
    404: (N_("There is nothing here"), N_("The page does not exist, or is not one of yours.")),
    409: (N_("The figures are newer now"), N_("New figures came while you read. Reload the page.")),
    413: (N_("That was too much"), N_("What was sent is larger than anything this page takes.")),
    429: (N_("Too many requests"), N_("Wait a minute, then try again.")),
    500: (N_("Something went wrong here"), N_("It is our fault, and it is noted. Try again in a while.")),
    503: (
        N_("The figures cannot be read at the moment"),
        N_("It is our fault, and it is noted. Try again in a while."),
    ),
}


async def refused(request: Request, error: Exception) -> Response:
    """Answer for a request that was refused; programs get JSON, people a page in their language."""
    found = cast("HTTPException", error)
    headers = dict(found.headers or {})
    if 300 <= found.status_code < 400:
        return Response(status_code=found.status_code, headers=headers)
    return answer(request, found.status_code, headers)


async def unreadable(request: Request, _error: Exception) -> Response:
    """Answer when published data cannot be read."""
    return answer(request, 503)


async def failed(request: Request, _error: Exception) -> Response:
    """Answer when the application itself failed."""
    return answer(request, 500)


def answer(request: Request, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return the page or document that tells of an error."""
    title, advice = _SAID.get(status, _SAID[400 if status < 500 else 500])
    if request.url.path.startswith("/api/"):
        response: Response = JSONResponse({"error": title}, status, {"Cache-Control": "no-store"})
    else:
        response = render(request, "error.html", {"title": title, "advice": advice, "status": status}, status)
    response.headers.update(headers or {})
    return response


HANDLERS: Mapping[Any, Any] = {HTTPException: refused, PartnerstatsError: unreadable, Exception: failed}
