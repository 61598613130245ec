"""What became of the events of linked services."""

import pandas as pd

from pipelines.steps.metrics.records import record_file_frame
from pipelines.steps.metrics.scope import Only
from pipelines.steps.workspace import Workspace

LINKED_EVENTS = "linked_events"


def linked_files(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row an imported file of linked events; the columns of `record_file_frame`."""
    return record_file_frame(workspace, LINKED_EVENTS, only)
