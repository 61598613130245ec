"""The warehouse: dbt's models as assets, built in one go into the next file and swapped in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets

from assets.dbt_sentences import KOREAN, test_sentences, with_korean
from assets.guarded import guarded
from assets.mart_charts import mart_charts
from assets.metadata import seconds_since, started
from pipelines.errors import UsageError
from pipelines.event_log import held_open
from pipelines.instance import WAREHOUSE_POOL
from pipelines.partitions import A_WEEK_A_RUN, daily
from pipelines.resources import WorkspaceResource
from pipelines.steps.warehouse import build_warehouse
from pipelines.warehouse.build import BuildReport
from pipelines.warehouse.dbt import DbtTestsFailedError, NodeResult
from pipelines.warehouse.prebuilt import manifest_path

UNIQUE_ID = "dagster_dbt/unique_id"
GROUPS = {"staging": "staging", "intermediate": "staging", "marts": "statistics"}


class ModelsByName(DagsterDbtTranslator):
    """An asset, its table and its SQL file share one name; models are grouped by layer.

    `korean` holds the Korean descriptions of datasets, by name; a model that is none of them has its own in its yml.
    """

    def __init__(self, korean: Mapping[str, str]) -> None:
        """Keep the Korean descriptions."""
        super().__init__()
        self._korean = korean

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's description in English and Korean, with its SQL."""
        meta = dbt_resource_props.get("config", {}).get("meta", {})
        korean = self._korean.get(dbt_resource_props["name"]) or meta.get(KOREAN, "")
        both = with_korean(dbt_resource_props.get("description", ""), korean)
        return super().get_description({**dbt_resource_props, "description": both})

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """Return the check of a dbt test, with a sentence in English and Korean."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=test_sentences(manifest["nodes"][unique_id]))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Return the model's or source table's own name."""
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Return the group of the model's layer, the folder it lies in."""
        return GROUPS.get(dbt_resource_props["fqn"][1])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return who answers for the model: the marts are the analysts'."""
        return ["team:analytics"] if dbt_resource_props["fqn"][1] == "marts" else ["team:operator"]

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        """Return the layer and the purpose that the model declares."""
        meta = dbt_resource_props.get("config", {}).get("meta", {})
        layer = "aggregates" if dbt_resource_props["fqn"][1] == "marts" else "pseudonymised"
        return {"layer": layer, **({"purpose": meta["purpose"]} if "purpose" in meta else {})}


def warehouse_assets(sql_folder: Path, korean: Mapping[str, str]) -> dg.AssetsDefinition:
    """Return dbt's models as daily partitioned assets, from the prebuilt manifest. Raises UsageError when it is not there.

    `korean` holds the Korean descriptions of datasets by name, the policy's.
    """
    path = manifest_path(sql_folder)
    if not path.exists():
        raise UsageError(f"{path.name} was not built: run `make setup`")

    @dbt_assets(
        manifest=json.loads(path.read_text(encoding="utf-8")),
        name="warehouse",
        partitions_def=daily,
        backfill_policy=A_WEEK_A_RUN,
        dagster_dbt_translator=ModelsByName(korean),
        pool=WAREHOUSE_POOL,
    )
    @guarded
    def warehouse(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult | dg.AssetCheckResult]:
        # Each model and each test is an event or two.
        with held_open(context.run_id):
            yield from _built(context, workspace)

    return warehouse


def _built(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource
) -> Iterator[dg.AssetMaterialization | dg.MaterializeResult | dg.AssetCheckResult]:
    began = started()
    try:
        report = build_warehouse(
            workspace.workspace, lambda node: context.log.debug(f"{node.status} {node.resource_type} {node.name}")
        )
    except DbtTestsFailedError as cause:
        yield from _failed_tests(context, cause.nodes)
        raise
    yield from _rebuilt_days(context, report)
    marts = [key.path[-1] for key in context.selected_asset_keys if _is_mart(context, key)]
    yield from _models(context, report, seconds_since(began), mart_charts(workspace.workspace, marts))
    yield from _tests(context, report)


def marts_of(models: dg.AssetsDefinition) -> list[dg.AssetDep]:
    """Return the statistics among the warehouse's assets, for what comes after them and has no days of its own.

    It rests on their last day: on all of them, Dagster would list every day since the first for each of them, each night.
    """
    marts = sorted(key for key, group in models.group_names_by_key.items() if group == GROUPS["marts"])
    return [dg.AssetDep(key, partition_mapping=dg.LastPartitionMapping()) for key in marts]


def _is_mart(context: dg.AssetExecutionContext, key: dg.AssetKey) -> bool:
    return context.assets_def.group_names_by_key.get(key) == GROUPS["marts"]


def _rebuilt_days(context: dg.AssetExecutionContext, report: BuildReport | None) -> Iterator[dg.AssetMaterialization]:
    """Record the other days that were rebuilt as materialisations of their own partition, of every model that took part."""
    for day in report.days if report else ():
        if day.isoformat() not in context.partition_keys:
            yield from (dg.AssetMaterialization(key, partition=day.isoformat()) for key in _in_order(context))


def _models(
    context: dg.AssetExecutionContext,
    report: BuildReport | None,
    duration: float,
    charts: Mapping[str, Mapping[str, Any]],
) -> Iterator[dg.MaterializeResult]:
    seconds = {node.name: round(node.execution_seconds, 2) for node in report.nodes} if report else {}
    for key in _in_order(context):
        name = key.path[-1]
        metadata: dict[str, Any] = {
            "days_rebuilt": len(report.days) if report else 0,
            "build_duration_seconds": duration,
            **charts.get(name, {}),
        }
        if name in seconds:
            metadata["duration_seconds"] = seconds[name]
        if report and name in report.rows:
            metadata["rows_of_rebuilt_days"] = report.rows[name]
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)


def _in_order(context: dg.AssetExecutionContext) -> Iterator[dg.AssetKey]:
    """Yield the selected models, each after those it reads, as Dagster wants them."""
    for key in TopologicalSorter(context.assets_def.asset_deps).static_order():
        if key in context.selected_asset_keys:
            yield key


def _tests(context: dg.AssetExecutionContext, report: BuildReport | None) -> Iterator[dg.AssetCheckResult]:
    """Give each dbt test as a check, when all of them hold: a build with one that fails ends in `_failed_tests`."""
    failures = {node.unique_id: node.failures or 0 for node in report.nodes} if report else {}
    for spec, unique_id in _specs(context):
        yield _result(spec, failures.get(unique_id, 0))


def _failed_tests(context: dg.AssetExecutionContext, nodes: Sequence[NodeResult]) -> Iterator[dg.AssetCheckResult]:
    """Give each dbt test that failed as a failed check, before the step fails: its last result would still say that it holds."""
    failures = {node.unique_id: node.failures or 1 for node in nodes}
    for spec, unique_id in _specs(context):
        if unique_id in failures:
            yield _result(spec, failures[unique_id])


def _specs(context: dg.AssetExecutionContext) -> Iterator[tuple[dg.AssetCheckSpec, str]]:
    """Yield the specs of the checks asked for, each with the id of its dbt test."""
    for spec in context.assets_def.check_specs:
        if spec.key in context.selected_asset_check_keys:
            yield spec, str(spec.metadata.get(UNIQUE_ID))


def _result(spec: dg.AssetCheckSpec, faults: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=spec.asset_key, check_name=spec.name, passed=faults == 0, metadata={"faults": faults}
    )
