"""What the privacy officer sees in the dashboard, gathered at the end of a night: register, checks and clauses, no person."""

from typing import Any

from pipelines.releases.officer import OfficerRelease, write_officer_release
from pipelines.retention.register import Recorded
from pipelines.steps.gate import read_results
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import OpenHome

SHOWN_ENTRIES = 500
"""The newest entries of the register; the whole of it is listed by `partnerstats retention register list`."""


def publish_for_officer(opened: OpenHome) -> OfficerRelease:
    """Bring out the register of destructions, the last result of each check, and the clauses; call it while holding the home."""
    policy = opened.policy
    parts = {
        "register": _register(opened),
        "entries": [_entry(one) for one in open_register(opened).entries()[-SHOWN_ENTRIES:][::-1]],
        "checks": _checks(opened),
        "clauses": [
            {"id": name, "says": clause.says, "says_ko": clause.says_ko, "enforced_by": clause.enforced_by}
            for name, clause in policy.clauses.items()
        ],
    }
    return write_officer_release(opened.home.published, opened.ledger, policy.version, parts, opened.clock.now())


def _register(opened: OpenHome) -> dict[str, Any]:
    found = open_register(opened).verify()
    said = [finding.sentence for finding in found.findings]
    return {"size": found.size, "root": found.root, "holds": found.holds, "findings": said}


def _entry(entry: Recorded) -> dict[str, Any]:
    body = entry.body.model_dump(mode="json")
    days = body.get("days") or []
    shown = ("files", "rows", "keys", "clause", "method", "approved_by")
    return {
        "number": entry.seq,
        "at": entry.at.isoformat(),
        "kind": entry.body.kind,
        "datasets": sorted(entry.body.datasets_named()),
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
        **{name: body.get(name) for name in shown},
        "plan": (body.get("plan") or "")[:12],
        "has_passed": getattr(entry.body, "has_passed", None),
    }


def _checks(opened: OpenHome) -> list[dict[str, Any]]:
    names = ("clause", "name", "asset", "sentence", "sentence_ko", "severity", "passed", "at")
    results = read_results(opened.home)["results"].values()
    found = [{name: one.get(name) for name in names} for one in results]
    return sorted(found, key=lambda one: (str(one["clause"]), str(one["name"])))
