"""Whether the day that is due is there, as counts of days that are not."""

import pandas as pd

from pipelines.steps.freshness import Freshness


def freshness(fresh: Freshness) -> pd.DataFrame:
    """One row: `days_without_events` and `days_not_built`, 0 or 1 each, for the day that is due."""
    return pd.DataFrame([{"days_without_events": int(not fresh.has_events), "days_not_built": int(not fresh.is_built)}])
