"""What a night destroys on its own: plan, execute within the policy's limits, look for it in every byte, enter the result."""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.retention.entries import NIGHTLY, Destroyed, Verified
from pipelines.retention.plan import Plan
from pipelines.retention.plan_store import PlanRefusedError
from pipelines.steps.retention.executing import Executed, execute
from pipelines.steps.retention.planning import NO_WIRING, Wiring, make_plan, plan_store
from pipelines.steps.retention.register import begun_plans, open_register
from pipelines.steps.retention.sampling import samples_of_begun
from pipelines.steps.retention.verifying import ByteProof, due_scope, verify
from pipelines.steps.workspace import Workspace

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Retained:
    """What a night did: its plan, the execution if there was one, why it waits for a person, and the proof."""

    plan: Plan | None
    executed: Executed | None
    waits: tuple[str, ...]
    proof: ByteProof | None


def retain(
    workspace: Workspace,
    wiring: Wiring = NO_WIRING,
    progress: Progress = lambda _what, _done, _total: None,
) -> Retained:
    """Destroy what is due, within the limits; call it only while holding the home.

    The clock is the home's own: a run that derives an old day again destroys nothing earlier for it. What cannot be planned,
    or goes beyond the limits, waits for a person, and nothing of it is destroyed.
    """
    plan, executed, waits = None, None, tuple[str, ...]()
    try:
        made = make_plan(workspace, wiring, with_unknown=False)
        plan, waits = made.plan, made.reasons
        if plan.items and not waits:
            executed = execute(workspace, plan.digest, approved_by=NIGHTLY, wiring=wiring, progress=progress)
    except PlanRefusedError as cause:
        waits = (str(cause),)
    return Retained(plan, executed, waits, prove(workspace, progress))


def prove(workspace: Workspace, progress: Progress = lambda _what, _done, _total: None) -> ByteProof | None:
    """Look for what was destroyed and enter what was found; None while nothing is there to be looked for."""
    if next(samples_of_begun(workspace), None) is None:
        return None
    scope = due_scope(workspace)
    proof = verify(workspace, scope, progress=progress)
    entry = Verified(
        policy_version=workspace.policy.version,
        plan=_last_plan(workspace),
        scope=scope,
        probes=proof.probes,
        probes_found=proof.probes_found,
        controls=proof.controls,
        controls_found=proof.controls_found,
        files=proof.files,
        bytes=proof.bytes,
    )
    open_register(workspace).append(entry, workspace.clock.now())
    return proof


def waiting_plans(workspace: Workspace) -> list[str]:
    """Return the digests of the plans that were made, not begun, and have not expired: a person is to confirm or replace them."""
    store, begun = plan_store(workspace), begun_plans(workspace)
    digests = sorted(path.stem for path in store.folder.glob("*.json"))
    plans = [store.load(digest) for digest in digests if digest not in begun]
    return [plan.digest for plan in plans if workspace.clock.now() <= plan.expires_at]


def _last_plan(workspace: Workspace) -> str | None:
    """Return the plan that was destroyed last and was not looked for since."""
    last: str | None = None
    for entry in open_register(workspace).entries():
        if isinstance(entry.body, Destroyed):
            last = entry.body.plan
        elif isinstance(entry.body, Verified):
            last = None
    return last
