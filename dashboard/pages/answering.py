"""How a page is answered: from the release that is current when the request begins, made anew or as it was made before."""

from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard.asking import Asked, ReleaseGoneError, ask, opened
from dashboard.figures.reading import Figures
from dashboard.kept import Kept, Question, question_of
from dashboard.pages.page import Page, picker
from dashboard.rendering import page_response, render, texts_of
from dashboard.shelf import Release
from dashboard.viewer import Endpoint, Viewer, for_partner, viewer_of


def endpoint_of(page: Page) -> Endpoint:
    """Return what answers requests for a page."""

    @for_partner
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_answer, request, page)

    return endpoint


def _answer(request: Request, page: Page) -> Response:
    try:
        with opened(request) as found:
            if found is None:
                return render(request, "pages/nothing_yet.html", {"page": page})
            release, figures = found
            viewer, kept = cast("Viewer", viewer_of(request)), cast("Kept", request.app.state.kept)
            question = question_of(request, release.id, viewer)
            answer = kept.get(question, viewer.csrf_token)
            if answer is None:
                made = _made(question, question.alone(request), page, release, figures)
                answer = kept.keep(question, made, viewer.csrf_token)
            return page_response(answer)
    except ReleaseGoneError:
        return Response(status_code=200, headers={"HX-Refresh": "true"})


def _made(question: Question, request: Request, page: Page, release: Release, figures: Figures) -> bytes:
    """Return a page made for a question, by a request that says nothing else."""
    asked: Asked | None = ask(request, texts_of(request), release, figures)
    if asked is None:
        return bytes(render(request, "pages/nothing_yet.html", {"page": page}).body)
    context = {"page": page, "asked": asked, "release": question.release, **picker(asked), **page.content(asked)}
    return bytes(render(request, page.template, context).body)
