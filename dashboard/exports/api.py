"""The interface for programs: the published tables as JSON, page by page, read-only, one partner's at a time.

Who asks is known as on pages, by the viewer of the request; a token is sent as `Authorization: Bearer`. Pages of rows name the
release they are of, so that rows of two releases never come together.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dashboard import words
from dashboard.asking import opened
from dashboard.exports.openapi import DESCRIPTION
from dashboard.exports.parameters import day_of, number_of
from dashboard.exports.published import period_of, published_tables, read
from dashboard.figures.reading import Figures
from dashboard.periods import KINDS
from dashboard.shelf import Release
from dashboard.viewer import Endpoint, viewer_of
from pipelines.warehouse.semantics import Semantics

PREFIX = "/api/v1"
MOST_ROWS = 10_000
_ROWS = 1_000
_NEVER_STORED = {"Cache-Control": "no-store"}
Make = Callable[[Request, Release, Figures], Mapping[str, Any]]


def endpoint_of(make: Make) -> Endpoint:
    """Return what answers one request for JSON; without a viewer 401, without a partner's file 404."""

    async def endpoint(request: Request) -> Response:
        viewer = viewer_of(request)
        if viewer is None:
            return JSONResponse(
                {"error": "a token is needed: Authorization: Bearer"},
                401,
                {"WWW-Authenticate": "Bearer"} | _NEVER_STORED,
            )
        if viewer.partner_file is None:
            return _error(404, "there is nothing here")
        try:
            return JSONResponse(await run_in_threadpool(_made, request, make), headers=_NEVER_STORED)
        except HTTPException as refused:
            return _error(refused.status_code, refused.detail)

    return endpoint


def release(_request: Request, published: Release, figures: Figures) -> Mapping[str, Any]:
    """Return what the current release is, and up to where it goes."""
    at = published.published_at()
    newest = {kind: figures.closed.newest_of(kind) for kind in KINDS}
    return {
        "release": published.id,
        "published_at": at.isoformat() if at is not None else None,
        "policy_version": figures.policy_version,
        "newest": {kind: found.first.isoformat() if found is not None else None for kind, found in newest.items()},
    }


def tables(_request: Request, published: Release, figures: Figures) -> Mapping[str, Any]:
    """Return the published tables with their columns."""
    return {
        "release": published.id,
        "tables": [
            {
                "name": name,
                "title": words.TABLES.get(name, name),
                "period": period_of(columns),
                "columns": list(columns),
            }
            for name, columns in published_tables(figures).items()
        ],
    }


def measures(request: Request, published: Release, figures: Figures) -> Mapping[str, Any]:
    """Return what each measure is, in English and Korean, and over what it adds up."""
    semantics = cast("Semantics", request.app.state.semantics)
    seen = {column for columns in figures.columns.values() for column in columns}
    return {
        "release": published.id,
        "measures": {
            name: found.model_dump(exclude={"says"}) for name, found in semantics.measures.items() if name in seen
        },
    }


def rows(request: Request, published: Release, figures: Figures) -> Mapping[str, Any]:
    """Return rows of a table. A figure that is not shown is null, and so is one that does not exist."""
    table = request.path_params["table"]
    wished = request.query_params.get("release")
    if wished is not None and wished != published.id:
        raise HTTPException(409, "a newer release came: begin anew without `release` and `offset`")
    first, last = day_of(request, "from"), day_of(request, "to")
    limit = number_of(request, "limit", _ROWS, least=1, most=MOST_ROWS)
    offset = number_of(request, "offset", 0, least=0, most=10**9 - 1)
    try:
        found = read(figures, table, first, last, limit=limit, offset=offset)
    except KeyError:
        raise HTTPException(404, "there is no such table") from None
    bounds = {name: day.isoformat() for name, day in (("from", first), ("to", last)) if day is not None}
    following = urlencode({**bounds, "limit": limit, "offset": offset + limit, "release": published.id})
    return {
        "release": published.id,
        "table": table,
        "rows": [dict(zip(found.columns, map(_json, row), strict=True)) for row in found.rows],
        "next": f"{PREFIX}/tables/{table}?{following}" if found.has_more else None,
    }


async def openapi(_request: Request) -> Response:
    """Answer with the description of this interface; it is the same for everybody."""
    return JSONResponse(DESCRIPTION, headers={"Cache-Control": "no-cache"})


def _made(request: Request, make: Make) -> Mapping[str, Any]:
    with opened(request) as found:
        if found is None:
            raise HTTPException(404, "nothing was published yet")
        return make(request, found[0], found[1])


def _json(value: Any) -> Any:  # noqa: ANN401 -- whatever a published table holds
    return value.isoformat() if hasattr(value, "isoformat") else value


def _error(status: int, text: str) -> JSONResponse:
    return JSONResponse({"error": text}, status, _NEVER_STORED)
