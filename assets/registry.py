"""The registry: who the partners and members are and whose the contents are, as of each day."""

import dagster as dg

from assets.guarded import guarded
from assets.metadata import columns_of, counts_table, seconds_since, started
from pipelines.resources import WorkspaceResource
from pipelines.steps.registry import import_registry

DESCRIPTIONS = {
    "partners": "The labels, distributors and artists that use Partner Center. 파트너(기획사·유통사·아티스트) 목록.",
    "members": (
        "The members: people who act for a partner. Identified data, encrypted; only what statistics need of it is kept, "
        "with the days from which and until which each state held. 회원 목록(식별 정보, 암호화)."
    ),
    "contents": "The contents and the partner each belongs to, with validity days. 콘텐츠와 소속 파트너.",
}


def registry_assets() -> list[dg.AssetsDefinition]:
    """Return one asset for each registry table of this stage."""
    return [_table_asset(table, description) for table, description in DESCRIPTIONS.items()]


def _table_asset(table: str, description: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=table,
        group_name="registry",
        kinds={"table"},
        owners=["team:operator"],
        tags={"layer": "identified", "clause": "collect.minimum"},
        description=description,
    )
    @guarded
    def registry_table(workspace: WorkspaceResource) -> dg.MaterializeResult:
        began = started()
        report = import_registry(workspace.workspace, table)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": report.rows,
                "dagster/column_schema": columns_of(workspace.workspace.policy.dataset(table)),
                "exports": len(report.exports),
                "rows_added": report.total("added"),
                "rows_changed": report.total("changed"),
                "rows_closed": report.total("closed"),
                "rows_refused": counts_table("reason", report.refused),
                "columns_undeclared": ", ".join(report.undeclared_columns) or "none",
                "duration_seconds": seconds_since(began),
            }
        )

    return registry_table
