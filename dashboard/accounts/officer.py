"""The privacy officer's page: what was destroyed, and whether each clause is kept, from the officer's own release."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dashboard import words
from dashboard.accounts.desk import Desk
from dashboard.rendering import render
from dashboard.viewer import Role, to_sign_in, viewer_of
from pipelines.releases.officer import OfficerRelease, read_officer_release

N_ = words.marked
PATH = "/register"
ORDER = ("failed", "warned", "kept")
"""What has to be looked at comes first; the others follow as the policy has them."""
STANDS = {
    "failed": N_("not kept"),
    "warned": N_("to be looked at"),
    "kept": N_("kept"),
    "attestation": N_("by attestation"),
    "software": N_("no result yet"),
    "planned": N_("not built yet"),
}


class Officer:
    """The page of the privacy officer; nobody else finds it."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """Return the route."""
        return [Route(PATH, self.page, methods=["GET"])]

    async def page(self, request: Request) -> Response:
        """Show the release; the visit is recorded."""
        viewer = viewer_of(request)
        if viewer is None:
            return to_sign_in(request)
        account = await run_in_threadpool(self._desk.own, request)
        if viewer.role is not Role.PRIVACY_OFFICER or account is None:
            await run_in_threadpool(self._desk.record, request, "refused: not the privacy officer", account)
            raise HTTPException(404)
        await run_in_threadpool(self._desk.record, request, "register of destructions and checks read", account)
        found = await run_in_threadpool(read_officer_release, self._desk.accounts.home.published)
        clauses = [] if found is None else clauses_of(found)
        counts = {stands: sum(clause["stands"] == stands for clause in clauses) for stands in ORDER}
        context = {"found": found, "clauses": clauses, "counts": counts}
        return render(request, "accounts/register.html", context)


def clauses_of(found: OfficerRelease) -> Sequence[dict[str, Any]]:
    """Return the clauses with their checks and how they stand: `failed`, `warned`, `kept`, or how else they are enforced."""
    checks = defaultdict(list)
    for check in found.parts["checks"]:
        checks[check["clause"]].append(check)
    found_clauses = []
    for clause in found.parts["clauses"]:
        own = checks[clause["id"]]
        stands = _stands(clause, own)
        found_clauses.append({**clause, "checks": own, "stands": stands, "stands_says": STANDS[stands]})
    return sorted(
        found_clauses, key=lambda clause: ORDER.index(clause["stands"]) if clause["stands"] in ORDER else len(ORDER)
    )


def _stands(clause: dict[str, Any], checks: Sequence[dict[str, Any]]) -> str:
    failed = [check for check in checks if not check["passed"]]
    if any(check["severity"] == "error" for check in failed):
        return "failed"
    if failed:
        return "warned"
    return "kept" if checks else str(clause["enforced_by"])
