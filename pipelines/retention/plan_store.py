"""Plans on disk: `<digest>.json` with what the digest covers, and `<digest>.txt` as a person reads it."""

import json
import re
from pathlib import Path

from pipelines.errors import UsageError
from pipelines.retention.plan import Plan
from pipelines.retention.plan_text import plan_text
from pipelines.storage.atomic import write_json, write_text

_DIGEST = re.compile(r"[0-9a-f]{64}")


class PlanRefusedError(UsageError):
    """A plan is not executed; says why, and what to do."""


class PlanStore:
    """The plans in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made by the first plan."""
        self.folder = folder

    def save(self, plan: Plan, reasons: list[str]) -> Path:
        """Write a plan in both forms, on the disk when this returns; return the JSON file."""
        path = self.folder / f"{plan.digest}.json"
        write_text(path.with_suffix(".txt"), plan_text(plan, reasons))
        write_json(path, plan.to_body())
        return path

    def load(self, digest: str) -> Plan:
        """Return the plan with that digest. Raises PlanRefusedError when there is none or it is not what was written."""
        path = self.folder / f"{digest}.json"
        if not _DIGEST.fullmatch(digest) or not path.is_file():
            raise PlanRefusedError("there is no plan with this digest; `partnerstats retention plan` makes one")
        try:
            plan = Plan.from_body(json.loads(path.read_bytes()))
        except (ValueError, TypeError, KeyError):
            raise PlanRefusedError(f"ledger/plans/{path.name}: not a plan") from None
        if plan.digest != digest:
            raise PlanRefusedError(f"ledger/plans/{path.name}: not the plan that this digest was made over")
        return plan
