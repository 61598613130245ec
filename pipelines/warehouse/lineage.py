"""Which fields of the events each model reads, from dbt's compiled SQL, and whether the policy allows them for its purpose.

A model declares its purpose in `meta.purpose`, by the clause of the policy that names it. It reads a field when one of its
columns rests on it, and also when it only filters, joins, groups or orders by it. Through the models in between a field is
followed column by column; a model answers as well for what their rows were chosen by. What cannot be followed is an error.
"""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.warehouse.dbt import DbtProject, run_dbt
from pipelines.warehouse.periods import days_to_build
from pipelines.warehouse.scopes import Reads, Relation, SourceField, reads_of, relation_of

DIALECT = "duckdb"
_COMPILE = ("compile", "--select", "resource_type:model", "--indirect-selection", "empty")
A_DAY = date(2015, 5, 21)
"""A day to compile for: which one makes no difference to what is read."""


@dataclass(frozen=True)
class CompiledModel:
    """A model as dbt compiled it: where it stands, its SQL, and the clause of the purpose it declares, if any."""

    name: str
    relation: Relation
    sql: str
    purpose: str | None


def compiled_models(sql_folder: Path) -> list[CompiledModel]:
    """Return the models of the project in `sql_folder` with dbt's compiled SQL. Raises DbtFailedError with dbt's cause."""
    with tempfile.TemporaryDirectory() as scratch:
        project = DbtProject(sql_folder, Path(scratch) / "warehouse.duckdb", Path(scratch))
        compiled = run_dbt(_COMPILE, project=project, building=days_to_build([A_DAY]))
    return [
        CompiledModel(
            name=node.name,
            relation=(node.database, node.schema, node.identifier),
            sql=node.compiled_code,
            purpose=node.config.meta.get("purpose"),
        )
        for node in (result.node for result in compiled.answer.results)
    ]


def source_reads(sql_folder: Path) -> dict[Relation, Reads]:
    """Return each table that models/sources.yml declares, as reading itself: a dataset of the policy and its fields."""
    declared = yaml.safe_load((sql_folder / "models" / "sources.yml").read_text(encoding="utf-8"))["sources"]
    return {
        (source["database"], source["schema"], table["identifier"]): Reads(
            {column["name"]: frozenset({SourceField(table["name"], column["name"])}) for column in table["columns"]},
            frozenset(),
        )
        for source in declared
        for table in source["tables"]
    }


def fields_read(models: Iterable[CompiledModel], sources: Mapping[Relation, Reads]) -> dict[str, Reads]:
    """Return what each model reads, by name. Raises UsageError, naming the model, for SQL that cannot be followed."""
    by_relation = {model.relation: model for model in models}
    trees = {relation: _parsed(model) for relation, model in by_relation.items()}
    upstream = {
        relation: {relation_of(table) for table in tree.find_all(exp.Table)} & by_relation.keys()
        for relation, tree in trees.items()
    }
    known = dict(sources)
    for relation in TopologicalSorter(upstream).static_order():
        known[relation] = _reads(by_relation[relation], trees[relation], known)
    return {model.name: known[relation] for relation, model in by_relation.items()}


def purpose_faults(models: Iterable[CompiledModel], reads: Mapping[str, Reads], policy: Policy) -> list[str]:
    """Return a sentence for each model without a purpose of `policy`, and for each field it reads that does not serve it."""
    purposes = {purpose.clause: name for name, purpose in policy.purposes.items()}
    faults = []
    for model in models:
        purpose = purposes.get(model.purpose or "")
        if purpose is None:
            faults.append(f"{model.name} declares no purpose of the policy")
            continue
        faults += [
            f"{model.name} reads {field.dataset}.{field.name}, which does not serve {model.purpose}"
            for field in sorted(reads[model.name].all)
            if field.name not in policy.fields_for(field.dataset, purpose)
        ]
    return faults


def _parsed(model: CompiledModel) -> exp.Expr:
    try:
        return parse_one(model.sql, dialect=DIALECT)
    except SqlglotError as cause:
        raise UsageError(f"{model.name}: cannot be parsed ({type(cause).__name__})") from cause


def _reads(model: CompiledModel, tree: exp.Expr, known: Mapping[Relation, Reads]) -> Reads:
    schema: dict[str, Any] = {}
    for (database, folder, table), reads in known.items():
        schema.setdefault(database, {}).setdefault(folder, {})[table] = dict.fromkeys(reads.columns, "text")
    try:
        return reads_of(qualify(tree, schema=schema, dialect=DIALECT), known)
    except (SqlglotError, UsageError) as cause:
        raise UsageError(f"{model.name}: cannot be followed to its sources: {cause}") from cause
