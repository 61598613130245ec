"""A test of dbt as Dagster shows it: one that fails is a failed check, with its rows, beside the step that failed."""

from pathlib import Path

import dagster as dg
import pytest

from assets import warehouse
from pipelines.failures import cause_of
from pipelines.resources import WorkspaceResource
from pipelines.warehouse.dbt import DbtTestsFailedError, NodeResult

SQL = Path(__file__).parents[3] / "sql"


class Nowhere(WorkspaceResource):
    """A workspace without a home."""

    def setup_for_execution(self, context):
        """Open nothing."""

    @property
    def workspace(self):
        """There is none."""


@pytest.fixture(scope="module")
def models():
    return warehouse.warehouse_assets(SQL, {})


def _run(models, monkeypatch, build):
    monkeypatch.setattr(warehouse, "build_warehouse", build)
    monkeypatch.setattr(warehouse, "mart_charts", lambda _home, _marts: {})
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [models],
            instance=instance,
            resources={"workspace": Nowhere()},
            partition_key="2026-03-05",
            raise_on_error=False,
        )


def test_a_test_that_fails_is_a_failed_check_of_its_table_and_the_step_fails(models, monkeypatch):
    spec = min(models.check_specs, key=lambda spec: spec.name)
    node = NodeResult(str(spec.metadata[warehouse.UNIQUE_ID]), spec.name, "test", "fail", 0.1, 3, "Got 3 results")

    def build(*_):
        raise DbtTestsFailedError([node])

    result = _run(models, monkeypatch, build)
    assert not result.success
    (found,) = result.get_asset_check_evaluations()
    assert (found.asset_key, found.check_name, found.passed) == (spec.asset_key, spec.name, False)
    assert found.metadata["faults"].value == 3
    (failed,) = result.get_step_failure_events()
    cause = cause_of([failed.step_failure_data.error])
    assert (cause.told, cause.is_check_failure) == (f"failed: {spec.name} (Got 3 results)", True)


def test_when_nothing_had_to_be_built_every_test_still_holds(models, monkeypatch):
    result = _run(models, monkeypatch, lambda *_: None)
    assert result.success
    assert {found.check_name for found in result.get_asset_check_evaluations()} == {s.name for s in models.check_specs}
    assert all(found.passed for found in result.get_asset_check_evaluations())
