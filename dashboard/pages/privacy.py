"""Privacy: the policy's purposes, periods and rights in its own plain words, and whom to turn to."""

from collections.abc import Mapping
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard import words
from dashboard.rendering import language_of, render
from dashboard.viewer import to_sign_in, viewer_of
from pipelines.policy import Policy

N_ = words.marked
PATH, TITLE = "/privacy", N_("Privacy")
_SECTIONS = {
    "stats": N_("What partners get to see"),
    "purpose": N_("What personal data is for"),
    "keep": N_("How long it is kept"),
    "destroy": N_("How it is destroyed"),
    "rights": N_("The rights of members"),
    "cookie": N_("Cookies"),
    "secure": N_("How it is protected"),
}


async def privacy(request: Request) -> Response:
    """Show the policy to everyone who is signed in: it is about nobody's figures."""
    if viewer_of(request) is None:
        return to_sign_in(request)
    return await run_in_threadpool(render, request, "pages/privacy.html", _content(request))


def _content(request: Request) -> Mapping[str, Any]:
    policy = cast("Policy", request.app.state.policy)
    is_korean = language_of(request) == "ko"
    sections: dict[str, list[str]] = {chapter: [] for chapter in _SECTIONS}
    for name, clause in policy.clauses.items():
        chapter = name.partition(".")[0]
        if chapter in sections:
            sections[chapter].append(clause.says_ko if is_korean else clause.says)
    return {
        "page_title": TITLE,
        "policy": policy,
        "sections": [(_SECTIONS[chapter], said) for chapter, said in sections.items() if said],
        "contacts": [
            (one.title_ko if is_korean else one.title, one.phone, one.email, one.url)
            for one in policy.contacts.values()
        ],
        "processors": [
            (one.name_ko if is_korean else one.name, one.scope_ko if is_korean else one.scope)
            for one in policy.processors.values()
        ],
    }
