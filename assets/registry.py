"""The registry: who the partners and members are and whose the contents are, as of each day."""

import dagster as dg

from assets.checking import check_results, check_specs
from assets.guarded import guarded
from assets.metadata import columns_of, counts_table, seconds_since, started
from expectations.judging import judge
from pipelines.resources import WorkspaceResource
from pipelines.steps.registry import import_registry

DESCRIPTIONS = {
    "partners": "The labels, distributors and artists that use Partner Center. 파트너(기획사·유통사·아티스트) 목록.",
    "members": (
        "The members: people who act for a partner. Identified data, encrypted; only what statistics need of it is kept, "
        "with the days from which and until which each state held. 회원 목록(식별 정보, 암호화)."
    ),
    "contents": "The contents and the partner each belongs to, with validity days. 콘텐츠와 소속 파트너.",
    "consents": (
        "What members consented to: processing at sign-up, or separately sharing, outsourcing, advertising. Once delivered, a "
        "member without a live consent to processing is held back. 회원의 동의 기록(식별 정보, 암호화)."
    ),
    "linked_accounts": (
        "Which members want which linked service, MelOn or AZTalk, and from when until when. Identified data, encrypted. "
        "연계서비스 연결 기록."
    ),
    "social_accounts": (
        "Official accounts in social networks that members entered; no statistics are made of them. 회원이 입력한 공식 소셜 계정."
    ),
    "misuse_records": (
        "Suspensions and other records of misuse. Identified data, encrypted; no statistics read it. 불량이용기록."
    ),
    "inquiries": "Questions to the service: when asked and answered; who asked is not kept here. 문의 기록.",
    "complaints": "Complaints: when received and settled; contact details are not kept here. 소비자 불만 처리 기록.",
    "contracts": "Contracts and withdrawn offers, kept as the law orders. Identified data, encrypted. 계약 또는 청약 철회 기록.",
    "ad_records": "Displays and advertising sent, kept as the law orders. Identified data, encrypted. 표시·광고 기록.",
    "disputes": "Disputes in progress; what they are about is held until they are settled. 진행 중인 분쟁.",
}


BESIDE = {
    "misuse_records": ["members"],
    "consents": ["misuse_records"],
    "linked_accounts": ["misuse_records"],
    "social_accounts": ["misuse_records"],
}
"""Tables that need another one first. Rows of nobody stay out, so members come before all; who left is sealed with the records of
misuse and is gone from then on, so the others come after these."""
FOR_EVENTS = ("partners", "members", "contents", "consents")
"""Tables that events rest on."""


def registry_assets() -> list[dg.AssetsDefinition]:
    """Return one asset for each registry table."""
    return [_table_asset(table, description) for table, description in DESCRIPTIONS.items()]


def _table_asset(table: str, description: str) -> dg.AssetsDefinition:
    @dg.asset(
        name=table,
        group_name="registry",
        deps=BESIDE.get(table, []),
        check_specs=check_specs(table),
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
                "rows_kept_out": counts_table("reason", report.kept_out),
                "rows_flagged": counts_table("flag", report.flags),
                "columns_undeclared": ", ".join(report.undeclared_columns) or "none",
                "duration_seconds": seconds_since(began),
            },
            check_results=check_results(judge(workspace.workspace, [table])),
        )

    return registry_table
