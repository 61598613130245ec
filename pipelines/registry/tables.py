"""What the policy says of one registry table: its key, the columns that are stored, and those that are never read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.registry.screening import Screen, screen_of
from pipelines.tabular.columns import Column, sensitive_category, stored_columns

BEGINS_WITH = ("joined_at", "given_at", "linked_at")
"""The columns that say from when a row holds, in the tables that have one of them."""
VALID_FROM, VALID_TO = "valid_from", "valid_to"
MEMBERS = "members"


@dataclass(frozen=True)
class TableSpec:
    """A registry table: `columns` are stored, in order; `declared` may stand in an export; `required` must.

    `carried` are stored beside them, for rows that hold on and as last delivered: they have no history. `screen` says what
    else is looked at in a row.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    carried: tuple[Column, ...]
    declared: frozenset[str]
    required: frozenset[str]
    sensitive: Mapping[str, tuple[str, ...]]
    screen: Screen

    @property
    def schema(self) -> pa.Schema:
        """The stored columns and the validity days: `valid_from` inclusive, `valid_to` exclusive, null while open."""
        days = [pa.field(VALID_FROM, pa.date32(), nullable=False), pa.field(VALID_TO, pa.date32())]
        return pa.schema([*(column.arrow_field for column in (*self.columns, *self.carried)), *days])

    def undeclared(self, delivered: Iterable[str]) -> tuple[str, ...]:
        """Return the delivered columns that the policy does not declare, in order."""
        return tuple(name for name in delivered if name not in self.declared)

    def missing(self, delivered: Iterable[str]) -> tuple[str, ...]:
        """Return the required columns that were not delivered, sorted."""
        return tuple(sorted(self.required - set(delivered)))

    def speaks_of(self, column: str) -> str | None:
        """Return the sensitive category that a column's name betrays (clause collect.no-sensitive), or None."""
        return sensitive_category(column, self.sensitive)


def table_spec(policy: Policy, name: str) -> TableSpec:
    """Return what `policy` says of the registry table `name`; fields of action `drop` are declared but not stored, or carried.

    Raises UsageError when the policy has no such registry table, or no key for it among the stored columns.
    """
    dataset = policy.dataset(name)
    columns = stored_columns(dataset)
    if dataset.stage != "registry":
        raise UsageError(f"{name} is no registry table: policy {policy.version} has it at stage {dataset.stage}")
    if not dataset.grain or not set(dataset.grain) <= {column.name for column in columns}:
        raise UsageError(f"policy {policy.version} does not say which stored columns name a row of {name}")
    required = frozenset(field_name for field_name, field in dataset.fields.items() if field.required)
    return TableSpec(
        name,
        dataset.grain,
        columns,
        carried_columns(policy, name),
        frozenset(dataset.fields),
        required,
        policy.sensitive,
        screen_of(policy, name),
    )


def carried_columns(policy: Policy, name: str) -> tuple[Column, ...]:
    """Return the fields of `members` that statistics drop and that are kept for a time of a member who left.

    They have to be there when the member leaves: the row that says so may no longer have them. Other tables have none.
    """
    if name != MEMBERS:
        return ()
    kept = {field for dataset in policy.datasets.values() if dataset.stage == "sealed" for field in dataset.fields}
    return tuple(
        Column(field_name, field.type, is_nullable=True)
        for field_name, field in policy.dataset(name).fields.items()
        if field.action == "drop" and field_name in kept
    )
