"""Yesterday by six: checks of their own job, since a night cannot tell that it did not run.

Dagster's partition freshness checks ask whether yesterday's partition was materialised. Every night materialises it, also
when nothing was delivered, and a rehearsal has another clock than the machine. These ask for events, by the home's clock.
"""

from collections.abc import Iterator

import dagster as dg

from assets.checking import check_results, spec_of
from assets.guarded import guarded
from expectations.freshness import FRESHNESS, judge_freshness
from pipelines.errors import CheckFailedError
from pipelines.settings import load_settings
from pipelines.steps.freshness import freshness_of
from pipelines.steps.workspace import existing_home


@dg.multi_asset_check(
    name="freshness_checks",
    specs=[spec_of(check) for check in FRESHNESS],
    can_subset=True,
    description="Is yesterday there? 전날의 데이터가 준비되었는지 확인합니다.",
)
@guarded
def freshness_checks(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
    """Judge the day that is due. A day that is not there fails the run too, so that its failure is told."""
    fresh = freshness_of(existing_home(load_settings()))
    wanted = {key.name for key in context.selected_asset_check_keys}
    for result in check_results(result for result in judge_freshness(fresh) if result.name in wanted):
        day, events = dg.MetadataValue.text(fresh.day.isoformat()), dg.MetadataValue.int(fresh.events)
        yield result._replace(metadata={**result.metadata, "day": day, "events": events})
    if not (fresh.has_events and fresh.is_built):
        missing = "is not in the marts" if fresh.has_events else "has no events"
        raise CheckFailedError(f"{fresh.day} is due and {missing}")


freshness = dg.define_asset_job(
    "freshness",
    selection=dg.AssetSelection.checks(freshness_checks),
    executor_def=dg.in_process_executor,
    description="Is yesterday there? 전날의 데이터가 준비되었는지 확인합니다.",
)
