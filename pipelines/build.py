"""The only place where definitions are assembled."""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from assets import access_logs, destruction, events, linked, night, records, registry, releases, retention, warehouse
from expectations.retention import retention_checks
from pipelines.checks import WITHIN_THEIR_ASSETS, mart_checks
from pipelines.clock import SystemClock, seoul_day
from pipelines.event_log import keep_engines
from pipelines.freshness import freshness, freshness_checks
from pipelines.jobs import nightly, summary
from pipelines.partitions import A_WEEK_A_RUN
from pipelines.policy import load_policy
from pipelines.purging import purge
from pipelines.resources import WorkspaceResource
from pipelines.schedules import freshness_schedule, nightly_schedule, purge_schedule
from pipelines.sensors import arrivals, failures, summary_of_failed_nights
from pipelines.settings import load_settings
from pipelines.steps.metrics.destruction import DESTRUCTION


def build_defs(*, resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """Assemble assets, checks, jobs, schedules and resources; reads the policy and the prebuilt dbt manifest, nothing else.

    `resource_overrides` replaces resources by name, for tests. Raises UsageError when the manifest was not built.
    """
    keep_engines()
    settings = load_settings()
    policy = load_policy(settings.policy, seoul_day(SystemClock().now()))
    korean = {name: dataset.description_ko for name, dataset in policy.datasets.items()}
    models = warehouse.warehouse_assets(settings.sql, korean)
    return dg.Definitions(
        assets=[
            access_logs.access_logs,
            *records.record_assets(),
            linked.linked_events_pseudonymised,
            *registry.registry_assets(),
            # Not in the decorator, where it is marked beta and warns at every load.
            events.events.with_attributes(backfill_policy=A_WEEK_A_RUN),
            models,
            releases.releases_asset(warehouse.marts_of(models)),
            destruction.destruction_asset(),
            retention.retention_asset([dg.AssetKey(DESTRUCTION)]),
            night.nightly_summary_asset(warehouse.marts_of(models)),
        ],
        asset_checks=[
            mart_checks,
            freshness_checks,
            retention.retention_asset_checks(retention_checks(policy, WITHIN_THEIR_ASSETS), WITHIN_THEIR_ASSETS),
        ],
        jobs=[nightly, purge, freshness, summary],
        schedules=[nightly_schedule, purge_schedule, freshness_schedule],
        sensors=[arrivals, failures, summary_of_failed_nights],
        # What is materialised by hand, or by a backfill, runs as the night does: a process for each asset would import for longer
        # than it works.
        executor=dg.in_process_executor,
        resources={"workspace": WorkspaceResource(), **(resource_overrides or {})},
    )
