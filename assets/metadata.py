"""Metadata as analysts read it on an asset's page: columns, counts and durations, never a row."""

import time
from collections.abc import Mapping

import dagster as dg

from pipelines.policy.datasets import Dataset


def started() -> float:
    """Return a mark to measure a duration from."""
    return time.monotonic()


def seconds_since(mark: float) -> float:
    """Return the seconds since `mark`, to a hundredth."""
    return round(time.monotonic() - mark, 2)


def columns_of(dataset: Dataset) -> dg.TableSchema:
    """Return the columns that the policy declares for `dataset`, without those it says are never stored."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                "timestamp" if field.type == "instant" else field.type,
                description=f"{field.description} {field.description_ko}",
                constraints=dg.TableColumnConstraints(nullable=field.nullable),
                tags={"action": field.action},
            )
            for name, field in dataset.fields.items()
            if field.action != "drop"
        ]
    )


def counts_table(label: str, counts: Mapping[str, int]) -> dg.MetadataValue:  # type: ignore[type-arg]
    """Return `counts` as a small table, or the plain number 0 when there are none."""
    if not counts:
        return dg.MetadataValue.int(0)
    return dg.MetadataValue.table(
        [dg.TableRecord({label: name, "lines": count}) for name, count in sorted(counts.items())]
    )
