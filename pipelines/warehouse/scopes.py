"""Column lineage of one qualified query: what each column rests on and what the rows are chosen by, scope by scope.

sqlglot tells the scopes (CTEs, subqueries, sides of a union) apart and gives each column its table. What is neither a table whose
columns are known nor a query over such tables is refused, so that nothing is read unseen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from pipelines.errors import UsageError

Relation = tuple[str, str, str]
"""Database, schema and name of a table or view."""


@dataclass(frozen=True, order=True)
class SourceField:
    """A field of a table that no model makes: the dataset of the policy, and the field's name."""

    dataset: str
    name: str


@dataclass(frozen=True)
class Reads:
    """What a relation reads: the fields each of its columns rests on, and those its rows are chosen by."""

    columns: Mapping[str, frozenset[SourceField]]
    conditions: frozenset[SourceField]

    @property
    def all(self) -> frozenset[SourceField]:
        """Every field it reads."""
        return self.conditions.union(*self.columns.values())


def relation_of(table: exp.Table) -> Relation:
    """Return the relation that `table` names."""
    return (table.catalog, table.db, table.name)


def reads_of(tree: exp.Expr, known: Mapping[Relation, Reads]) -> Reads:
    """Return what the qualified query `tree` reads of the relations `known`. Raises UsageError for what cannot be followed."""
    _refuse_unnamed(tree)
    scopes = list(traverse_scope(tree))
    conditions: set[SourceField] = set()
    for scope in scopes:
        conditions.update(_conditions(scope, known))
    root = scopes[-1]
    columns = {name: _fields_of_output(root, at, known) for at, name in enumerate(_outputs(root))}
    return Reads(columns, frozenset(conditions))


def _refuse_unnamed(tree: exp.Expr) -> None:
    """Refuse what reads columns without naming them."""
    if not isinstance(tree, exp.Query):
        raise UsageError("it is no query")
    for star in tree.find_all(exp.Star, exp.Columns, exp.TableColumn):
        if not isinstance(star.parent, exp.Count):
            raise UsageError("it reads columns that it does not name")


def _conditions(scope: Scope, known: Mapping[Relation, Reads]) -> Iterator[SourceField]:
    """Yield the fields that decide which rows `scope` has: where, join, group, order, distinct, and those of its tables."""
    query = scope.expression
    for column in scope.columns:
        if not _is_in_output(column, query):
            yield from _fields_of_column(scope, column, known)
    if query.args.get("distinct") or isinstance(query, exp.Except | exp.Intersect):
        for at in range(len(_outputs(scope))):
            yield from _fields_of_output(scope, at, known)
    for source in scope.sources.values():
        if isinstance(source, exp.Table):
            yield from _known(source, known).conditions


def _is_in_output(column: exp.Column, query: exp.Expr) -> bool:
    if not isinstance(query, exp.Select):
        return False
    node: exp.Expr = column
    while node.parent is not None and node.parent is not query:
        node = node.parent
    return node.arg_key == "expressions"


def _outputs(scope: Scope) -> list[str]:
    """Return the names of the columns of the query of `scope`, in order; of what is no query there are none."""
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []


def _fields_of_output(scope: Scope, at: int, known: Mapping[Relation, Reads]) -> frozenset[SourceField]:
    """Return the fields that the column at the place `at` of the query of `scope` rests on."""
    query = scope.expression
    if isinstance(query, exp.SetOperation):
        return frozenset().union(*(_fields_of_output(side, at, known) for side in scope.set_operation_scopes))
    if not isinstance(query, exp.Select):
        raise UsageError(f"it reads from {type(query).__name__}")
    output = query.selects[at]
    if output.find(exp.Query):
        raise UsageError(f"its column {output.alias_or_name} is a query")
    return frozenset().union(*(_fields_of_column(scope, column, known) for column in output.find_all(exp.Column)))


def _fields_of_column(scope: Scope, column: exp.Column, known: Mapping[Relation, Reads]) -> frozenset[SourceField]:
    """Return the fields that `column`, as it stands in the query of `scope`, rests on."""
    at: Scope | None = scope
    while at is not None and column.table not in at.sources:
        at = at.parent
    source = at.sources[column.table] if at is not None else None
    if isinstance(source, exp.Table):
        columns = _known(source, known).columns
        if column.name in columns:
            return columns[column.name]
    elif isinstance(source, Scope) and column.name in _outputs(source):
        return _fields_of_output(source, _outputs(source).index(column.name), known)
    raise UsageError(f"its column {column.name} comes from nowhere")


def _known(table: exp.Table, known: Mapping[Relation, Reads]) -> Reads:
    relation = relation_of(table)
    if relation not in known:
        raise UsageError(f"it reads {'.'.join(part for part in relation if part)}, which no model or source declares")
    return known[relation]
