"""The morning's question as Dagster keeps it: two checks, and a run that fails when yesterday is not there."""

from datetime import date

import dagster as dg
import pytest

from pipelines import freshness
from pipelines.freshness import freshness_checks
from pipelines.steps.freshness import Freshness

DAY = date(2026, 3, 5)


def _morning(monkeypatch, found):
    monkeypatch.setattr(freshness, "existing_home", lambda _: None)
    monkeypatch.setattr(freshness, "freshness_of", lambda _: found)
    assets = [dg.AssetSpec("events"), dg.AssetSpec("service_daily_usage")]
    job = dg.define_asset_job("freshness", selection=dg.AssetSelection.checks(freshness_checks))
    defs = dg.Definitions(assets=assets, asset_checks=[freshness_checks], jobs=[job])
    result = defs.resolve_job_def("freshness").execute_in_process(raise_on_error=False)
    errors = [str(event.step_failure_data.error) for event in result.all_events if event.is_step_failure]
    return [check.passed for check in result.get_asset_check_evaluations()], result.success, "".join(errors)


@pytest.mark.parametrize(
    ("found", "passed", "sentence"),
    [
        (Freshness(DAY, 3, is_built=True), [True, True], ""),
        (Freshness(DAY, 3, is_built=False), [True, False], "2026-03-05 is due and is not in the marts"),
        (Freshness(DAY, 0, is_built=False), [False, False], "2026-03-05 is due and has no events"),
    ],
)
def test_what_is_missing_fails_its_check_and_the_run(monkeypatch, found, passed, sentence):
    checks, is_success, told = _morning(monkeypatch, found)
    assert checks == passed
    assert is_success is all(passed)
    assert sentence in told
