"""The night in one place: an asset whose metadata is the morning's page."""

from collections.abc import Iterable

import dagster as dg
from dagster import DagsterRunStatus, RunRecord, RunsFilter

from assets.guarded import guarded
from assets.morning_page import ENGLISH, KOREAN, Night, checks, lines_chart, links, nights_chart, page
from assets.morning_people import people
from pipelines.clock import SystemClock
from pipelines.settings import load_settings
from pipelines.steps.summary import SHOWN_DAYS, summary_of
from pipelines.steps.workspace import existing_home

NIGHTLY_SUMMARY = "nightly_summary"
_NIGHTLY_JOB = "nightly"
_ENDED = {DagsterRunStatus.SUCCESS: True, DagsterRunStatus.FAILURE: False, DagsterRunStatus.CANCELED: False}


def nightly_summary_asset(after: Iterable[dg.AssetDep]) -> dg.AssetsDefinition:
    """Return the asset; it comes `after` the statistics, and so after the checks that block what follows them."""

    @dg.asset(
        name=NIGHTLY_SUMMARY,
        group_name="summary",
        kinds={"markdown"},
        owners=["team:analytics"],
        tags={"layer": "aggregates"},
        deps=list(after),
        description=(
            "The morning's page: what was taken in, what was dropped and why, what was decided about people, "
            "which checks hold and under which clause, how long the nights take. Read it under Metadata; "
            "counts and reasons only, no name of a file.\n\n"
            "아침에 읽는 한 장의 요약입니다. Metadata에서 한국어와 영어로 볼 수 있습니다."
        ),
    )
    @guarded
    def nightly_summary(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        summary = summary_of(existing_home(load_settings()))
        nights = nights_of(context.instance, SystemClock().now().timestamp())
        derived = _days_derived(context.instance)
        return dg.MaterializeResult(
            metadata={
                "page_ko": dg.MetadataValue.md(page(summary, nights, derived, KOREAN)),
                "people_ko": dg.MetadataValue.md(people(summary, KOREAN)),
                "checks_ko": dg.MetadataValue.md(checks(summary, KOREAN)),
                "page_en": dg.MetadataValue.md(page(summary, nights, derived, ENGLISH)),
                "people_en": dg.MetadataValue.md(people(summary, ENGLISH)),
                "checks_en": dg.MetadataValue.md(checks(summary, ENGLISH)),
                "look_at": dg.MetadataValue.md(links()),
                "lines_chart": dg.MetadataValue.md(lines_chart(summary)),
                "nights_chart": dg.MetadataValue.md(nights_chart(nights)),
                "files": summary.intake.files,
                "lines_accepted": summary.intake.accepted,
                "lines_quarantined": summary.intake.quarantined.total(),
                "checks_failed": len(summary.failed),
            }
        )

    return nightly_summary


def nights_of(instance: dg.DagsterInstance, now: float) -> list[Night]:
    """Return the latest runs of the nightly job, oldest first; `now` is the POSIX time up to which a running one is counted."""
    records = instance.get_run_records(RunsFilter(job_name=_NIGHTLY_JOB), limit=SHOWN_DAYS)
    return [_night(record, now) for record in reversed(records) if record.start_time is not None]


def _night(record: RunRecord, now: float) -> Night:
    run = record.dagster_run
    day = run.tags.get("dagster/partition") or run.tags.get("dagster/asset_partition_range_end", "-")
    seconds = (record.end_time or now) - (record.start_time or now)
    return Night(day, max(seconds, 0.0), _ENDED.get(run.status))


def _days_derived(instance: dg.DagsterInstance) -> int:
    event = instance.get_latest_materialization_event(dg.AssetKey("events"))
    found = event.asset_materialization if event is not None else None
    value = found.metadata["days_derived"].value if found is not None and "days_derived" in found.metadata else 0
    return value if isinstance(value, int) else 0
