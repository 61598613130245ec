"""What the policy says of one kind of record: the columns that are kept, and those that may be there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.tabular.columns import Column, sensitive_category, stored_columns

TIME = "time"
"""The column every record has: the instant it speaks of, whose Asia/Seoul day it is kept under."""


@dataclass(frozen=True)
class RecordSpec:
    """One kind of record: `columns` are kept, in order; `declared` may be delivered, `required` must; the rest is dropped."""

    dataset: str
    columns: tuple[Column, ...]
    declared: frozenset[str]
    required: frozenset[str]
    sensitive: Mapping[str, tuple[str, ...]]

    @property
    def schema(self) -> pa.Schema:
        """The kept columns as they are read back."""
        return pa.schema([column.arrow_field for column in self.columns])

    def undeclared(self, delivered: Iterable[str]) -> tuple[str, ...]:
        """Return the delivered columns that the policy does not declare, in order."""
        return tuple(name for name in delivered if name not in self.declared)

    def missing(self, delivered: Iterable[str]) -> tuple[str, ...]:
        """Return the required columns that were not delivered, sorted."""
        return tuple(sorted(self.required - set(delivered)))

    def is_sensitive(self, column: str) -> bool:
        """Whether a column's name speaks of a category never collected (clause collect.no-sensitive)."""
        return sensitive_category(column, self.sensitive) is not None


def record_spec(policy: Policy, dataset: str) -> RecordSpec:
    """Return what `policy` says of the records `dataset`. Raises UsageError when it declares none, or none with a time."""
    declared = policy.dataset(dataset)
    columns = stored_columns(declared)
    if declared.stage != "vault" or not any(column.name == TIME and column.type == "instant" for column in columns):
        raise UsageError(f"policy {policy.version} declares no records with a time called {dataset}")
    required = frozenset(name for name, field in declared.fields.items() if field.required)
    return RecordSpec(dataset, columns, frozenset(declared.fields), required, policy.sensitive)
