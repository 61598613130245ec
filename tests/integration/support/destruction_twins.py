"""Twins of the checks on what is destroyed: a plan that is left lying, and destroyed lines that are still there."""

from datetime import date

from support.corruption import Corruption
from support.twin import Twin

from pipelines.retention.entries import NIGHTLY, Begun
from pipelines.retention.items import Item, Kind
from pipelines.retention.plan import Plan
from pipelines.steps.retention.nightly import prove
from pipelines.steps.retention.planning import plan_store, resolve
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.sampling import sample_items
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import write_bytes

PLAN = "a" * 64


def _plan_left_lying(workspace: Workspace) -> None:
    """Make a plan over a file that nothing accounts for, and go."""
    write_bytes(workspace.home.root / "forgotten" / "2001-01-01.csv", b"left")
    now, policy = workspace.clock.now(), workspace.policy
    due = resolve(workspace, workspace.today, with_unknown=True)
    plan = Plan.make(policy.version, now, policy.retention, due.items, due.held_back)
    assert plan.items
    plan_store(workspace).save(plan, [])


def _still_there(dataset: str) -> Corruption:
    """Sample a stored part as what a plan destroys, leave it where it is, and look for it."""

    def corrupt(workspace: Workspace) -> None:
        part = next(path for path in sorted((workspace.home.vault / dataset).rglob("*")) if path.is_file())
        day = date.fromisoformat(part.parent.name)
        place = part.relative_to(workspace.home.root).as_posix()
        sample_items(workspace, [Item(dataset, Kind.FILE, place, day)], PLAN)
        begun = Begun(policy_version=workspace.policy.version, plan=PLAN, approved_by=NIGHTLY, items=1)
        open_register(workspace).append(begun, workspace.clock.now())
        assert prove(workspace) is not None

    return corrupt


DESTRUCTION_TWINS = (
    Twin("retention_waits_for_nobody", "a plan left lying", _plan_left_lying),
    Twin("destroyed_data_is_found_nowhere", "visits that are still there", _still_there("access_logs")),
    Twin("destroyed_data_is_found_nowhere", "cookie records that are still there", _still_there("cookie_records")),
)
