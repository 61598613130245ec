"""The dbt source of the events, derived from the policy: `sql/models/sources.yml` repeats nothing by hand.

The view `events` stands in the attached in-memory database `work`, so that no personal row enters a database file.
"""

from pathlib import Path
from typing import Final

import yaml

from pipelines.policy.datasets import FieldType
from pipelines.policy.models import STATISTICS, Policy

SOURCE: Final = "pseudonymised"
EVENTS: Final = "events"
DATABASE: Final = "work"
SCHEMA: Final = "main"

DATA_TYPES: Final[dict[FieldType, str]] = {
    "text": "string",
    "integer": "int",
    "bigint": "bigint",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamp",
}
"""What each field type is called in SQL, by names that DuckDB and Spark share; an instant is kept as naive UTC."""

HEADER: Final = "# Derived from the policy by pipelines/policy/dbt_sources.py: change the policy, not this file.\n"


def dbt_sources(policy: Policy) -> str:
    """Return the text of `sql/models/sources.yml` for `policy`: every column of `events` with type and description."""
    dataset = policy.dataset(EVENTS)
    table = {
        "name": EVENTS,
        "identifier": EVENTS,
        "description": dataset.description,
        "columns": [
            {"name": name, "data_type": DATA_TYPES[field.type], "description": field.description}
            for name, field in policy.fields_for(EVENTS, STATISTICS).items()
        ],
    }
    source = {
        "name": SOURCE,
        "description": "Pseudonymised requests, one encrypted Parquet file per Asia/Seoul day.",
        "database": DATABASE,
        "schema": SCHEMA,
        "tables": [table],
    }
    body = yaml.safe_dump({"version": 2, "sources": [source]}, sort_keys=False, allow_unicode=True, width=120)
    return HEADER + body


def dbt_sources_agree(policy: Policy, file: Path) -> bool:
    """Say whether `file` is exactly what `policy` derives."""
    return file.is_file() and file.read_text(encoding="utf-8") == dbt_sources(policy)
