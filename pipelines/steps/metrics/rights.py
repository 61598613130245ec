"""Whether holds were looked at again in time, and requests of members carried out."""

import pandas as pd

from pipelines.steps.metrics.scope import Only
from pipelines.steps.subjects.holds import overdue_reviews
from pipelines.steps.workspace import Workspace


def rights(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: `reviews_overdue`, holds past their review date; `requests_open`, requests nobody finished; `holds_lost`, keys.

    A key of a hold that no chain and no copy knows was made for an order that is gone.
    """
    row = {
        "reviews_overdue": overdue_reviews(workspace),
        "requests_open": len(workspace.requests.open()),
        "holds_lost": len(workspace.holds.loose()),
    }
    return pd.DataFrame([row])
