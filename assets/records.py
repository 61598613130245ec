"""The record files: cookie records and linked events as delivered, sealed by day."""

import dagster as dg

from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import counts_table, seconds_since, started
from expectations.judging import judge
from pipelines.resources import WorkspaceResource
from pipelines.steps.record_imports import FOLDERS, import_record_files

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
                "columns_undeclared": ", ".join(intake.undeclared_columns) or "none",
                "duration_seconds": seconds_since(began),
            },
            check_results=check_results(judge(workspace.workspace, [dataset], intake.days)),
        )

    return records
