"""The events: accepted lines without identities, one encrypted file a day."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from assets.charts import days_chart
from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import columns_of, counts_table, seconds_since, started
from assets.registry import FOR_EVENTS
from expectations.judging import judge
from pipelines.errors import CheckFailedError
from pipelines.partitions import FORCE, daily
from pipelines.resources import WorkspaceResource
from pipelines.steps.backfill import forget_events
from pipelines.steps.day_files import read_day_states
from pipelines.steps.events import DayReport, derive_stale_days
from pipelines.steps.workspace import OpenHome


@dg.asset(
    group_name="pseudonymised",
    kinds={"parquet"},
    owners=["team:operator"],
    tags={"layer": "pseudonymised", "clause": "purpose.statistics"},
    partitions_def=daily,
    deps=["access_logs", "cookie_records", *FOR_EVENTS],
    check_specs=check_specs("events"),
    description=(
        "One row a request: who asked is a keyed pseudonym, what was asked is reduced to route, feature and content. Built again "
        "for every day whose lines, registry or policy changed, not only for the partition of the run; each is recorded "
        "here as a materialisation of its day. A day without a delivered line stays an empty partition.\n\n"
        "요청 한 건이 한 행이며, 사람은 키 기반 가명으로만 나타납니다."
    ),
)
@guarded
def events(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource
) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult]:
    """Derive the days that are not up to date, then judge all of them."""
    began = started()
    own_days = context.partition_keys
    if context.run.tags.get(FORCE) == "true":
        forget_events(workspace.workspace, map(date.fromisoformat, own_days))
    reports = derive_stale_days(workspace.workspace)
    for report in reports:
        if len(own_days) > 1 or report.day.isoformat() not in own_days:
            yield dg.AssetMaterialization("events", partition=report.day.isoformat(), metadata=_day_metadata(report))
    results = judge(workspace.workspace, ["events"])
    own = next((report for report in reports if own_days == [report.day.isoformat()]), None)
    yield dg.MaterializeResult(
        metadata={
            **(_day_metadata(own) if own else {}),
            "days_derived": len(reports),
            "events_chart": dg.MetadataValue.md(events_chart(workspace.workspace)),
            "dagster/column_schema": columns_of(workspace.workspace.policy.dataset("events")),
            "duration_seconds": seconds_since(began),
        },
        check_results=check_results(results),
    )
    failed = [result.name for result in results if result.is_privacy and not result.passed]
    if failed:
        raise CheckFailedError(f"privacy checks failed on events: {', '.join(failed)}; nothing is built from them")


def events_chart(opened: OpenHome) -> str:
    """Return the picture of how many events the latest days have."""
    states = read_day_states(opened.home.events)
    return days_chart("events / 이벤트", {day: state.rows for day, state in states.items()})


def _day_metadata(report: DayReport) -> dict[str, object]:
    return {
        "dagster/partition_row_count": report.rows,
        "lines_by_person": counts_table("decided", report.people),
        "lines_by_cookie": counts_table("shown", report.cookies),
        "bytes_stored": report.bytes,
    }
