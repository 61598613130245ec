"""The record files: cookie records and linked events as delivered, sealed by day."""

from collections import Counter

import dagster as dg

from assets.charts import MOST_BARS, Series, chart
from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import counts_table, seconds_since, started
from assets.morning_page import ACCEPTED, QUARANTINED
from expectations.judging import judge
from pipelines.resources import WorkspaceResource
from pipelines.steps.record_imports import FOLDERS, import_record_files, record_files
from pipelines.steps.workspace import OpenHome

DESCRIPTIONS = {
    "cookie_records": (
        "When the member cookie was issued, refused and ended. Every row is accepted or quarantined with its reason; those "
        "accepted are sealed by Asia/Seoul day, with the declared columns alone. Identified data. "
        "회원 쿠키의 발급·거부·만료 기록(식별 정보)."
    ),
    "linked_events": (
        "Events of the linked services MelOn and AZTalk, sealed by day as delivered, with the declared columns alone. Identified "
        "data; what becomes of it needs a live link record. 연계서비스 이벤트 원본(식별 정보)."
    ),
}
CLAUSES = {"cookie_records": "collect.automatic", "linked_events": "collect.linked"}


def record_assets() -> list[dg.AssetsDefinition]:
    """Return one asset for each kind of record."""
    return [_records_asset(folder, dataset) for folder, dataset in FOLDERS.items()]


def _records_asset(folder: str, dataset: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=dataset,
        group_name="intake",
        kinds={"log"},
        owners=["team:operator"],
        tags={"layer": "identified", "clause": CLAUSES[dataset]},
        check_specs=check_specs(dataset),
        description=DESCRIPTIONS[dataset],
    )
    @guarded
    def records(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
        began = started()
        intake = import_record_files(
            workspace.workspace, folder, on_file=lambda file: context.log.info(f"{folder}/{file.sentence}")
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": intake.rows,
                "files_new": intake.count("imported"),
                "files_seen_before": intake.count("known"),
                "files_quarantined": intake.count("quarantined"),
                "rows_accepted": intake.accepted,
                "rows_quarantined": counts_table("reason", intake.quarantined),
                "rows_chart": dg.MetadataValue.md(rows_chart(workspace.workspace, dataset)),
                "columns_undeclared": ", ".join(intake.undeclared_columns) or "none",
                "duration_seconds": seconds_since(began),
            },
            check_results=check_results(judge(workspace.workspace, [dataset], intake.days)),
        )

    return records


def rows_chart(opened: OpenHome, dataset: str) -> str:
    """Return the picture of how many rows of the latest days were accepted, and how many set aside.

    A row without a readable time counts on the day it is kept under.
    """
    accepted, quarantined = Counter[str](), Counter[str]()
    for record in record_files(opened, dataset):
        accepted.update(record.accepted_by_day)
        for segment in record.quarantine:
            quarantined[segment["day"]] += segment["lines"]
    days = sorted({*accepted, *quarantined})[-MOST_BARS:]
    return chart(
        "Rows taken in / 받은 행",
        days,
        [
            Series("accepted / 채택", ACCEPTED, [accepted[day] for day in days]),
            Series("quarantined / 격리", QUARANTINED, [quarantined[day] for day in days]),
        ],
    )
