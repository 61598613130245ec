"""The linked events of members with a live link, pseudonymised: one encrypted file a day."""

from collections import Counter
from collections.abc import Iterator

import dagster as dg

from assets.charts import days_chart
from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import columns_of, counts_table, seconds_since, started
from assets.registry import FOR_EVENTS
from expectations.judging import judge
from pipelines.errors import CheckFailedError
from pipelines.resources import WorkspaceResource
from pipelines.steps.day_files import LINKED_EVENTS, read_day_states
from pipelines.steps.linked import derive_linked_days, linked_folder


@dg.asset(
    name=LINKED_EVENTS,
    group_name="pseudonymised",
    kinds={"parquet"},
    owners=["team:operator"],
    tags={"layer": "pseudonymised", "clause": "collect.linked"},
    deps=["linked_events", "linked_accounts", *FOR_EVENTS],
    check_specs=check_specs(LINKED_EVENTS),
    description=(
        "One row an event of MelOn or AZTalk whose member had linked the service when it happened; the member is a keyed "
        "pseudonym of its own kind. What has no live link is counted and goes no further.\n\n"
        "연결이 유효한 회원의 연계서비스 이벤트이며, 회원은 별도의 키 기반 가명으로만 나타납니다."
    ),
)
@guarded
def linked_events_pseudonymised(workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult]:
    """Derive the days that are not up to date, then judge all of them."""
    began = started()
    reports = derive_linked_days(workspace.workspace)
    results = judge(workspace.workspace, [LINKED_EVENTS])
    decided: Counter[str] = sum((Counter(report.decided) for report in reports), Counter())
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(report.rows for report in reports),
            "days_derived": len(reports),
            "rows_by_decision": counts_table("decided", decided),
            "events_chart": dg.MetadataValue.md(
                days_chart(
                    "events / 이벤트",
                    {day: state.rows for day, state in read_day_states(linked_folder(workspace.workspace)).items()},
                )
            ),
            "bytes_stored": sum(report.bytes for report in reports),
            "dagster/column_schema": columns_of(workspace.workspace.policy.dataset(LINKED_EVENTS)),
            "duration_seconds": seconds_since(began),
        },
        check_results=check_results(results),
    )
    failed = [result.name for result in results if result.is_privacy and not result.passed]
    if failed:
        raise CheckFailedError(
            f"privacy checks failed on linked events: {', '.join(failed)}; nothing is built from them"
        )
