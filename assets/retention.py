"""Retention as an analyst sees it: the audit's table and page, and the checks on every dataset."""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg

from assets.checking import check_results
from assets.guarded import guarded
from assets.metadata import columns_of, seconds_since, started
from assets.retention_page import ages_chart, counts, destroyed_table, limits_chart, limits_table
from expectations.model import Check
from expectations.retention import OVER, judge_retention
from pipelines.resources import WorkspaceResource
from pipelines.run_records import runs_of
from pipelines.steps.retention.auditing import TABLE, Audit, audit, write_status
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

CHECKS = "retention_checks"


def retention_asset(after: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the asset of the audit; it comes `after` what a night changes."""

    @dg.asset(
        name=TABLE,
        group_name="retention",
        kinds={"table"},
        owners=["team:operator"],
        tags={"layer": "records", "clause": "destroy.prompt"},
        deps=sorted(after),
        description=(
            "Where everything on disk stands in its period: which datasets are near their limit, and what was destroyed last "
            "night. Read it under Metadata; days and counts only.\n\n"
            "모든 데이터의 보존 상태입니다. 기한이 가까운 데이터셋과 지난밤에 파기된 것을 Metadata에서 볼 수 있습니다."
        ),
    )
    @guarded
    def retention_status(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        began, opened = started(), workspace.workspace
        found = _audited(opened, context.instance)
        is_written = write_status(opened, found)
        last = destroyed_table(open_register(opened).entries())
        return dg.MaterializeResult(
            metadata={
                "limits": limits_table(found),
                "destroyed_last": last if last is not None else "Nothing was destroyed yet. 아직 파기된 것이 없습니다.",
                "ages_chart": dg.MetadataValue.md(limits_chart(found)),
                **counts(found),
                "faults": len(found.faults),
                "policy_version": found.policy.version,
                "dagster/row_count": len(found.statuses) if is_written else 0,
                "dagster/column_schema": columns_of(found.policy.dataset(TABLE)),
                "duration_seconds": seconds_since(began),
            }
        )

    return retention_status


def retention_asset_checks(checks: Iterable[Check], assets: Iterable[str]) -> dg.AssetChecksDefinition:
    """Return the checks of every dataset, each on its own asset; they come after the audit's table."""
    by_name = {check.name: check for check in checks}
    known = frozenset(assets)

    @dg.multi_asset_check(
        name=CHECKS,
        specs=[_spec(check) for check in by_name.values()],
        can_subset=True,
        description="Is anything kept too long, gone too early, or waiting to be destroyed? 보존 기간 점검.",
    )
    @guarded
    def retention_checks(
        context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.AssetCheckResult]:
        found = _audited(workspace.workspace, context.instance)
        wanted = {key.name for key in context.selected_asset_check_keys}
        results = judge_retention(workspace.workspace, found, known)
        for result in check_results(result for result in results if result.name in wanted):
            yield _with_picture(result, by_name, found)

    return retention_checks


def _audited(workspace: Workspace, instance: dg.DagsterInstance) -> Audit:
    return audit(workspace, workspace.today, runs=runs_of(instance))


def _spec(check: Check) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name=check.name,
        asset=check.asset,
        description=f"{check.sentence}\n\n{check.sentence_ko}",
        blocking=False,
        additional_deps=[] if check.asset == TABLE else [TABLE],
        metadata={"clause": check.clause},
    )


def _with_picture(result: dg.AssetCheckResult, by_name: Mapping[str, Check], found: Audit) -> dg.AssetCheckResult:
    name = result.check_name or ""
    dataset = by_name[name].column.removesuffix(f"_{OVER}")
    picture = ages_chart(found, dataset) if name.endswith("_not_over_retained") else None
    if picture is None:
        return result
    return result._replace(metadata={**result.metadata, "ages_chart": dg.MetadataValue.md(picture)})
