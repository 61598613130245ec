"""What the audit found, as one row of counts."""

import pandas as pd

from pipelines.retention.states import State
from pipelines.steps.retention.auditing import Audit

FAULTS = "faults"
COLUMNS = {State.OVER_RETAINED: "over_retained", State.UNDER_RETAINED: "under_retained", State.DUE: "due"}


def retention(found: Audit) -> pd.DataFrame:
    """One row: `faults`, and for each dataset with a period `<dataset>_over_retained`, `_under_retained` and `_due`, in items."""
    names = [name for name, dataset in found.policy.datasets.items() if dataset.period is not None]
    row = {FAULTS: len(found.faults)} | {f"{name}_{column}": 0 for name in names for column in COLUMNS.values()}
    for status in found.of(*COLUMNS):
        row[f"{status.dataset}_{COLUMNS[status.state]}"] += status.items
    return pd.DataFrame([row])
