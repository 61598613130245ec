"""Checks on the marts that Great Expectations judges; those on what was delivered and on events run within their assets."""

from collections.abc import Iterator

import dagster as dg

from assets.checking import check_results, check_specs
from assets.guarded import guarded
from expectations.judging import judge
from expectations.suites import WITHIN_THEIR_ASSETS, all_checks
from pipelines.resources import WorkspaceResource

__all__ = ["MARTS", "WITHIN_THEIR_ASSETS", "mart_checks"]
MARTS = tuple(dict.fromkeys(check.asset for check in all_checks() if check.asset not in WITHIN_THEIR_ASSETS))


@dg.multi_asset_check(
    name="mart_checks",
    specs=[spec for mart in MARTS for spec in check_specs(mart)],
    can_subset=True,
    description="Do the marts agree with each other and with the events?",
)
@guarded
def mart_checks(context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
    """Judge the marts as they are in the warehouse; show what was asked for, so that a mart can be built alone."""
    wanted = {(key.asset_key.to_user_string(), key.name) for key in context.selected_asset_check_keys}
    yield from check_results(
        result for result in judge(workspace.workspace, MARTS) if (result.asset, result.name) in wanted
    )
