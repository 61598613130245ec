"""Yesterday by six: checks of their own job, since a night cannot tell that it did not run.

Dagster's partition freshness checks ask whether yesterday's partition was materialised. Every night materialises it, also
when nothing was delivered, and a rehearsal has another clock than the machine. These ask for events, by the home's clock.
"""

from collections.abc import Iterator

import dagster as dg

from assets.guarded import guarded
from pipelines.errors import CheckFailedError
from pipelines.settings import load_settings
from pipelines.steps.freshness import Freshness, freshness_of
from pipelines.steps.workspace import existing_home

EVENTS = dg.AssetCheckSpec(
    "events_of_yesterday_are_there",
    asset="events",
    description="By 06:00 in Seoul, yesterday has events.\n\n서울 시각 06:00까지 전날의 이벤트가 있다.",
)
STATISTICS = dg.AssetCheckSpec(
    "statistics_of_yesterday_are_there",
    asset="service_daily_usage",
    description="By 06:00 in Seoul, the marts hold yesterday, built from its events as they are.\n\n"
    "서울 시각 06:00까지 전날의 통계가 만들어져 있다.",
)


@dg.multi_asset_check(name="freshness_checks", specs=[EVENTS, STATISTICS], can_subset=True)
@guarded
def freshness_checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Judge the day that is due. A day that is not there fails the run too, so that its failure is told."""
    fresh = freshness_of(existing_home(load_settings()))
    for spec, passed in ((EVENTS, fresh.has_events), (STATISTICS, fresh.is_built)):
        if spec.key in context.selected_asset_check_keys:
            yield _result(spec, fresh, passed=passed)
    if not (fresh.has_events and fresh.is_built):
        missing = "is not in the marts" if fresh.has_events else "has no events"
        raise CheckFailedError(f"{fresh.day} is due and {missing}")


def _result(spec: dg.AssetCheckSpec, fresh: Freshness, *, passed: bool) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=passed,
        metadata={"day": fresh.day.isoformat(), "events": fresh.events},
    )


freshness = dg.define_asset_job(
    "freshness",
    selection=dg.AssetSelection.checks(freshness_checks),
    executor_def=dg.in_process_executor,
    description="Is yesterday there? 전날의 데이터가 준비되었는지 확인합니다.",
)
