"""Records of the orchestrator's runs destroyed apart from a night: planned, begun, deleted and entered as everything else is."""

from dataclasses import dataclass

from pipelines.clock import seoul_day
from pipelines.policy.periods import Length, Period
from pipelines.retention.entries import NIGHTLY, Destroyed
from pipelines.retention.items import Item, Kind
from pipelines.retention.plan import DUE, Plan, Planned
from pipelines.retention.states import standing
from pipelines.steps.retention.executing import carry_out_resolved
from pipelines.steps.retention.planning import Wiring
from pipelines.steps.workspace import Workspace

RUN_RECORDS = "run_records"
_NO_BYTES = "0" * 64
"""A run has no file of its own to take a digest of."""


@dataclass(frozen=True)
class RunsDestroyed:
    """What was entered in the register; runs that are due and on hold, and runs that never ended and so have no clock."""

    entries: tuple[Destroyed, ...]
    on_hold: int
    unfinished: int

    @property
    def runs(self) -> int:
        """How many runs went."""
        return sum(entry.rows for entry in self.entries)


def destroy_old_runs(workspace: Workspace, wiring: Wiring, most_days: int) -> RunsDestroyed:
    """Destroy the runs that ended more than `most_days` ago, or longer than the policy's period; call it while holding the home.

    The clock is the home's own. Only what ended has a clock, and what is on hold stays. A crash leaves a plan that was begun:
    whoever comes next with the orchestrator finishes it. Raises PlanRefusedError when the register does not hold.
    """
    runs = [
        Item(RUN_RECORDS, Kind.RUN, run.run_id, None if run.ended_at is None else seoul_day(run.ended_at), count=1)
        for run in (wiring.runs or list)()
    ]
    period = _shortened(workspace.policy.dataset(RUN_RECORDS).period, workspace, most_days)
    due = [item for item in runs if period and standing(period, item.anchor, workspace.today).state in DUE]
    going = [item for item in due if not workspace.holds.covers(item)]
    unfinished = sum(item.anchor is None for item in runs)
    if period is None or not going:
        return RunsDestroyed((), len(due), unfinished)
    planned = [Planned.of(item, item.standing(period, workspace.today), _NO_BYTES) for item in going]
    policy = workspace.policy
    plan = Plan.make(policy.version, workspace.clock.now(), policy.retention, planned, with_unknown=False)
    done = carry_out_resolved(workspace, plan, approved_by=NIGHTLY, wiring=wiring)
    return RunsDestroyed(done.entries, len(due) - len(going), unfinished)


def _shortened(period: Period | None, workspace: Workspace, most_days: int) -> Period | None:
    """Return the period, or one of `most_days` where that ends earlier."""
    if period is None:
        return None
    today, shorter = workspace.today, Length(f"P{most_days}D", days=most_days)
    ends, earlier = period.ends(today), shorter.ends(today)
    return period if ends and earlier and ends <= earlier else period.model_copy(update={"at_most": shorter})
