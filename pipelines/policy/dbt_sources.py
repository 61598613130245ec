"""The dbt source of the events, derived from the policy: `sql/models/sources.yml` repeats nothing by hand.

A view for each of its tables stands in the attached in-memory database `work`, so that no personal row enters a database file.
"""

from pathlib import Path
from typing import Final

import yaml

from pipelines.policy.datasets import FieldType
from pipelines.policy.models import STATISTICS, Policy

SOURCE: Final = "pseudonymised"
EVENTS: Final = "events"
TABLES: Final = (EVENTS, "linked_events_pseudonymised")
"""The datasets that models read, each a table of the source."""
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
    """Return the text of `sql/models/sources.yml` for `policy`: every column of TABLES with type and description."""
    source = {
        "name": SOURCE,
        "description": "Pseudonymised events, one encrypted Parquet file per Asia/Seoul day.",
        "database": DATABASE,
        "schema": SCHEMA,
        "tables": [_table(policy, name) for name in TABLES],
    }
    body = yaml.safe_dump({"version": 2, "sources": [source]}, sort_keys=False, allow_unicode=True, width=120)
    return HEADER + body


def _table(policy: Policy, name: str) -> dict[str, object]:
    return {
        "name": name,
        "identifier": name,
        "description": policy.dataset(name).description,
        "columns": [
            {"name": column, "data_type": DATA_TYPES[field.type], "description": field.description}
            for column, field in policy.fields_for(name, STATISTICS).items()
        ],
    }


def dbt_sources_agree(policy: Policy, file: Path) -> bool:
    """Say whether `file` is exactly what `policy` derives."""
    return file.is_file() and file.read_text(encoding="utf-8") == dbt_sources(policy)
