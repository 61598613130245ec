"""What partners may see: the release of what closed, gated by the attack."""

from collections.abc import Iterable, Iterator
from typing import Any

import dagster as dg

from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import seconds_since, started
from expectations.judging import judge
from pipelines.errors import CheckFailedError
from pipelines.releases.given import Outcome
from pipelines.resources import WorkspaceResource
from pipelines.steps.metrics.releases import RELEASES
from pipelines.steps.publishing.publishing import publish_release


def releases_asset(after: Iterable[dg.AssetDep]) -> dg.AssetsDefinition:
    """Return the asset; it comes `after` the statistics, and so after the checks that block what follows them."""

    @dg.asset(
        name=RELEASES,
        group_name="publication",
        kinds={"duckdb"},
        owners=["team:analytics"],
        tags={"layer": "aggregates", "clause": "stats.partners"},
        check_specs=check_specs(RELEASES),
        deps=list(after),
        description=(
            "Closed days, weeks and months, one read-only file per partner. Rows on too few people are hidden, and those that "
            "would tell them; every cell ever published is attacked before anything comes out. A release that leaks is refused, "
            "and so is one while a privacy check fails: the last one stays.\n\n"
            "마감된 일·주·월의 통계를 파트너별 읽기 전용 파일로 공개합니다. 사람 수가 적은 칸과 그것을 드러낼 칸은 숨기고, "
            "공개 전에 모든 칸을 공격해 봅니다. 하나라도 드러나면 공개하지 않고 이전 공개본을 유지합니다."
        ),
    )
    @guarded
    def releases(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        began, opened = started(), workspace.workspace
        done = publish_release(opened)
        outcome = done.outcome
        if outcome.status == "refused":
            yield from check_results(judge(opened, [RELEASES]))
            told = "; ".join(f"{name}: {count} {leak}" for leak, name, count in outcome.leaks)
            raise CheckFailedError(f"the gate refused the release, the last one stays: {told}")
        if outcome.waiting:
            context.log.warning(f"{len(outcome.waiting)} closed days have no statistics yet and are waited for")
        yield dg.MaterializeResult(
            metadata={
                **_told(outcome),
                "releases_retired": len(done.retired),
                "duration_seconds": seconds_since(began),
            },
            check_results=check_results(judge(opened, [RELEASES])),
        )

    return releases


def _told(outcome: Outcome) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "release": outcome.release or "none",
        "status": outcome.status,
        "partner_files": outcome.files,
        "files_without_news": outcome.linked,
        "units_restated": outcome.restated,
        "units_left": outcome.left,
        "days_waited_for": len(outcome.waiting),
    }
    if outcome.cells:
        facts["cells"] = dg.MetadataValue.table([_row(name, counts) for name, counts in outcome.cells.items()])
    return facts


def _row(name: str, counts: dict[str, int]) -> dg.TableRecord:
    shown = counts.get("shown", 0)
    return dg.TableRecord({"table": name, "shown": shown, "hidden": sum(counts.values()) - shown})
