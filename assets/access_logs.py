"""The access logs: what was delivered, sealed by day."""

import dagster as dg

from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import counts_table, seconds_since, started
from assets.morning_page import lines_chart
from expectations.judging import judge
from pipelines.resources import WorkspaceResource
from pipelines.steps.imports import import_landing
from pipelines.steps.summary import summary_of


@dg.asset(
    group_name="intake",
    kinds={"log"},
    owners=["team:operator"],
    tags={"layer": "identified", "clause": "collect.automatic"},
    check_specs=check_specs("access_logs"),
    description=(
        "Delivered access logs. Every line is accepted, filtered by a named rule, or quarantined with its reason, and all of "
        "them are sealed by Asia/Seoul day under that day's key. Identified data: kept for three months, read by no report.\n\n"
        "접속 로그. 모든 행은 수용, 제외(규칙), 격리(사유) 중 하나로 계산되며 날짜별 키로 봉인됩니다."
    ),
)
@guarded
def access_logs(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
    """Take in what lies in the landing folder."""
    began = started()
    report = import_landing(workspace.workspace, on_file=lambda file: context.log.info(file.sentence))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.lines,
            "files_new": report.count("imported"),
            "files_seen_before": report.count("known"),
            "files_quarantined": report.count("quarantined"),
            "lines_accepted": report.accepted,
            "lines_filtered": counts_table("rule", report.labels("filtered")),
            "lines_quarantined": counts_table("reason", report.labels("quarantined")),
            "lines_chart": dg.MetadataValue.md(lines_chart(summary_of(workspace.workspace))),
            "bytes_decompressed": report.bytes,
            "duration_seconds": seconds_since(began),
        },
        check_results=check_results(judge(workspace.workspace, ["access_logs"], report.days)),
    )
