"""What a night destroys: the plan, the execution within the policy's limits, and the proof on bytes."""

from typing import Any

import dagster as dg

from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import seconds_since, started
from expectations.judging import judge
from pipelines.errors import CheckFailedError
from pipelines.resources import WorkspaceResource
from pipelines.retention.plan import Plan
from pipelines.retention.plan_text import plan_text, rows
from pipelines.run_records import wiring_of
from pipelines.steps.accounts import take_over
from pipelines.steps.day_files import LINKED_EVENTS
from pipelines.steps.metrics.destruction import DESTRUCTION
from pipelines.steps.publishing.officer import publish_for_officer
from pipelines.steps.retention.ended_links import take_ended_links_out
from pipelines.steps.retention.inventory.telling import PlaceTeller
from pipelines.steps.retention.nightly import Retained, retain

LAST = {"dagster/priority": "-1"}
"""Of the steps that may run, this one comes last: nothing else of a night is ready when its turn has come."""


def destruction_asset() -> dg.AssetsDefinition:
    """Return the asset. It depends on nothing, so that no failing step or check keeps what is due; a night takes it up last."""

    @dg.asset(
        name=DESTRUCTION,
        group_name="retention",
        kinds={"file"},
        owners=["team:operator"],
        tags={"layer": "records", "clause": "destroy.prompt"},
        op_tags=LAST,
        check_specs=check_specs(DESTRUCTION),
        description=(
            "What has outlived its period is destroyed: keys first, then what they opened. Beyond the policy's limits the plan "
            "waits for a person, who confirms its digest with `partnerstats retention execute`. Then every byte that is left is "
            "searched for what went. It runs whatever else of a night failed; only what cannot be listed or read keeps it.\n\n"
            "보존 기간이 지난 데이터를 파기합니다. 한도를 넘는 계획은 담당자의 확인을 기다리며, "
            "파기 후 모든 바이트를 검색해 증명합니다."
        ),
    )
    @guarded
    def destruction(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        began, opened = started(), workspace.workspace
        try:
            taken = take_ended_links_out(opened)
        finally:
            # What cannot be read of linked events keeps nothing else that is due.
            done = retain(opened, wiring_of(context.instance))
        over = take_over(opened)
        if taken.rows:
            judge(opened, [LINKED_EVENTS])
        judged = judge(opened, [DESTRUCTION])
        publish_for_officer(opened)
        for reason in done.waits:
            context.log.warning(reason)
        if done.proof is not None and done.proof.unreadable:
            raise CheckFailedError("; ".join(done.proof.faults(PlaceTeller(opened).told)))
        return dg.MaterializeResult(
            metadata={
                **_told(done),
                "rows_of_ended_links": taken.rows,
                "accounts_ended": over.ended,
                "duration_seconds": seconds_since(began),
            },
            check_results=check_results(judged),
        )

    return destruction


def _told(done: Retained) -> dict[str, Any]:
    facts: dict[str, Any] = {"items_destroyed": len(done.plan.items) if done.plan and done.executed else 0}
    if done.plan is not None and done.plan.items:
        facts |= {"plan": done.plan.digest, "plan_by_dataset": _table(done.plan)}
        facts["plan_text"] = dg.MetadataValue.md(f"```\n{plan_text(done.plan, done.waits)}```")
    if done.waits:
        facts["waits_for_a_person"] = dg.MetadataValue.md("\n".join(f"- {reason}" for reason in done.waits))
    if done.proof is not None:
        facts |= {
            "proof_scope": done.proof.scope,
            "proof_files": done.proof.files,
            "proof_bytes": done.proof.bytes,
            "proof_controls_found": f"{done.proof.controls_found} of {done.proof.controls}",
            "proof_digests_found": done.proof.probes_found,
        }
    return facts


def _table(plan: Plan) -> dg.TableMetadataValue:
    names = ("dataset", "items", "rows", "bytes", "keys", "days", "clause", "method")
    return dg.MetadataValue.table([dg.TableRecord(dict(zip(names, row, strict=True))) for row in rows(plan)])
