"""A plan carried out: keys first, then what they opened, each step entered in the register and safe to be done again.

Samples for the proof are taken, `begun` is entered, the keys go all at once, then rows and files; `destroyed` is entered for
each dataset when nothing of it is left. A crash before `begun` leaves samples that count for nothing. One after it leaves
`begun` without all of its `destroyed`: whoever comes next finishes that plan before anything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipelines.retention.entries import NIGHTLY, Begun, Destroyed
from pipelines.retention.items import Kind
from pipelines.retention.plan import Group, Plan, differences, needs_person
from pipelines.retention.plan_store import PlanRefusedError
from pipelines.retention.register import Register
from pipelines.steps.retention.destroying import Destroyer, take_samples
from pipelines.steps.retention.planning import NO_WIRING, Wiring, plan_store, resolve
from pipelines.steps.retention.processing import record_processing
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.sampling import sweep_samples
from pipelines.steps.workspace import Workspace

Progress = Callable[[str, int, int], None]


def _silent(_what: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Executed:
    """What a plan's execution came to; `was_done` says that nothing was left to do."""

    plan: Plan
    approved_by: str
    entries: tuple[Destroyed, ...]
    was_done: bool


def execute(
    workspace: Workspace,
    digest: str,
    *,
    approved_by: str,
    wiring: Wiring = NO_WIRING,
    progress: Progress = _silent,
) -> Executed:
    """Execute the plan with that digest; call it only while holding the home. What was executed before is left as it is.

    `approved_by` is the role of who confirmed the digest, or NIGHTLY, which keeps to the policy's limits. Raises
    PlanRefusedError, before anything is touched, for a plan that is unknown, expired, from later than now, made under another
    policy, or no longer what is due; and when the register of destructions does not hold.
    """
    register = open_register(workspace)
    plan = plan_store(workspace).load(digest)
    _require_register(register)
    begun, done = _progress(register, plan)
    if begun is not None:
        approved_by = begun.body.approved_by
    groups = plan.groups()
    if begun is not None and done.keys() >= groups.keys():
        return Executed(plan, approved_by, tuple(done[group] for group in groups), was_done=True)
    if begun is None:
        _require_fresh(workspace, plan, approved_by, wiring)
        sweep_samples(workspace)
        take_samples(workspace, plan)
        begun = _begin(workspace, register, plan, approved_by)
    return Executed(plan, approved_by, _carried_out(workspace, register, plan, begun, done, wiring, progress), False)


def carry_out_resolved(workspace: Workspace, plan: Plan, *, approved_by: str, wiring: Wiring = NO_WIRING) -> Executed:
    """Save and execute a plan that was resolved just now, while the home has been held since; a crash leaves it begun.

    Nothing is sampled: it is for items without content of their own. Raises PlanRefusedError when the register does not hold.
    """
    register = open_register(workspace)
    _require_register(register)
    plan_store(workspace).save(plan, [])
    begun = _begin(workspace, register, plan, approved_by)
    return Executed(plan, approved_by, _carried_out(workspace, register, plan, begun, {}, wiring, _silent), False)


def finish_begun(workspace: Workspace, wiring: Wiring = NO_WIRING, progress: Progress = _silent) -> list[Executed]:
    """Finish every plan whose execution a crash cut short. Raises DamagedError when the register is not what was written."""
    register = open_register(workspace)
    unfinished = []
    for entry in register.entries():
        if isinstance(entry.body, Begun) and (plan_store(workspace).folder / f"{entry.body.plan}.json").is_file():
            plan = plan_store(workspace).load(entry.body.plan)
            _, done = _progress(register, plan)
            if not done.keys() >= plan.groups().keys():
                unfinished.append(entry.body)
    return [
        execute(workspace, body.plan, approved_by=body.approved_by, wiring=wiring, progress=progress)
        for body in unfinished
    ]


@dataclass(frozen=True)
class _Begun:
    """The entry that says that a plan was begun, and when it was entered."""

    body: Begun
    at: datetime


def _begin(workspace: Workspace, register: Register, plan: Plan, approved_by: str) -> _Begun:
    body = Begun(
        policy_version=plan.policy_version,
        plan=plan.digest,
        approved_by=approved_by,
        items=len(plan.items),
        made_at=plan.made_at,
    )
    return _Begun(body, register.append(body, workspace.clock.now()).at)


def _carried_out(
    workspace: Workspace,
    register: Register,
    plan: Plan,
    begun: _Begun,
    done: Mapping[Group, Destroyed],
    wiring: Wiring,
    progress: Progress,
) -> tuple[Destroyed, ...]:
    destroyer = Destroyer(workspace, plan, wiring)
    destroyer.destroy_keys()
    entries, groups = [], plan.groups()
    for number, (group, items) in enumerate(groups.items()):
        progress("destroy", number, len(groups))
        if items[0].kind is Kind.RUN and wiring.delete_run is None:
            # Whoever comes with the orchestrator finishes them; nothing else waits for that.
            continue
        if group in done:
            entries.append(done[group])
            continue
        record = record_processing(workspace, items, begun.at)
        destroyer.destroy(items)
        entry = plan.destroyed(group, begun.body.approved_by).model_copy(update={"record": record})
        register.append(entry, workspace.clock.now())
        entries.append(entry)
    progress("destroy", len(groups), len(groups))
    return tuple(entries)


def _progress(register: Register, plan: Plan) -> tuple[_Begun | None, dict[Group, Destroyed]]:
    """Return the entry that says that the plan was begun, and of the groups of which nothing is left what was entered."""
    begun, done, digest = None, dict[Group, Destroyed](), plan.digest
    for entry in register.entries():
        body = entry.body
        if isinstance(body, Begun) and body.plan == digest:
            begun = _Begun(body, entry.at)
        elif isinstance(body, Destroyed) and body.plan == digest:
            done[body.dataset, body.stored_as, body.clause, body.method] = body
    return begun, done


def _require_register(register: Register) -> None:
    found = register.verify()
    if not found.holds:
        raise PlanRefusedError(f"nothing is destroyed: {found.findings[0].sentence}")


def _require_fresh(workspace: Workspace, plan: Plan, approved_by: str, wiring: Wiring) -> None:
    """Raise PlanRefusedError unless the plan is what would be planned now."""
    now, policy = workspace.clock.now(), workspace.policy
    again = "; `partnerstats retention plan` makes a new one"
    if now < plan.made_at:
        raise PlanRefusedError(f"the plan was made at {plan.made_at.isoformat()}, which is later than it is now{again}")
    if now > plan.expires_at:
        raise PlanRefusedError(f"the plan expired at {plan.expires_at.isoformat()}{again}")
    if policy.version != plan.policy_version:
        raise PlanRefusedError(
            f"the plan was made under policy {plan.policy_version}, in force is {policy.version}{again}"
        )
    found = resolve(workspace, plan.day, wiring, with_unknown=plan.with_unknown)
    changed = differences(plan.items, found.items)
    if changed:
        raise PlanRefusedError(f"what is due is no longer what was planned: {'; '.join(changed)}{again}")
    reasons = needs_person(plan, policy.retention, found.rows)
    if approved_by == NIGHTLY and reasons:
        raise PlanRefusedError(f"the plan waits for a person: {'; '.join(reasons)}")
