"""What the latest export of each registry table showed, and which members are held back."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from pipelines.registry.screening import CHILDREN_REFUSED, PLAIN_PASSWORDS, UNKNOWN_CHANNELS
from pipelines.steps.metrics.scope import Only
from pipelines.steps.people import NO_CONSENT, people_of
from pipelines.steps.registry import TABLES, latest_findings
from pipelines.steps.subjects.leaving import double_sign_ups
from pipelines.steps.workspace import Workspace

FLAGS = (CHILDREN_REFUSED, PLAIN_PASSWORDS, UNKNOWN_CHANNELS)
COLUMNS = ["columns_undeclared", "columns_sensitive", "refused_share", *FLAGS]


def exports(table: str, workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row when `table` was ever exported: COLUMNS of its latest export, as the ledger keeps them."""
    body = latest_findings(workspace).get(table)
    return pd.DataFrame([] if body is None else [_row(body)], columns=COLUMNS)


EXPORT_FRAMES = {f"{table}_exports": partial(exports, table) for table in TABLES}
"""The frame of each table, by its name."""


def member_consents(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row when members were ever exported: approved members without a live consent yesterday, by why.

    `members_held_back`: none of the delivered consents is theirs. `members_unheld`: no consents were ever delivered, and they are
    processed.
    """
    columns = ["members_held_back", "members_unheld"]
    if workspace.registry.pointer("members") is None:
        return pd.DataFrame(columns=columns)
    people = people_of(workspace.registry, workspace.yesterday)
    held_back = sum(status == NO_CONSENT for status in people.status_by_login.values())
    unheld = len(people.members) if workspace.registry.pointer("consents") is None else 0
    return pd.DataFrame([[held_back, unheld]], columns=columns)


def sign_ups(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row when members were ever exported: `double_sign_ups`, members who gave what one gave who left within the year."""
    if workspace.registry.pointer("members") is None:
        return pd.DataFrame(columns=["double_sign_ups"])
    return pd.DataFrame([{"double_sign_ups": double_sign_ups(workspace)}])


def _row(body: Mapping[str, Any]) -> dict[str, float]:
    refused = sum(body["refused"].values())
    return {
        "columns_undeclared": len(body["undeclared_columns"]),
        "columns_sensitive": len(body["sensitive_columns"]),
        "refused_share": refused / body["rows"] if body["rows"] else 0.0,
        **{name: body.get("flags", {}).get(name, 0) for name in FLAGS},
    }
