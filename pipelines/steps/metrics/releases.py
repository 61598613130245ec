"""Whether what partners see came through the gate, and whether the last release that was due came out."""

import pandas as pd

from pipelines.releases.published import Published
from pipelines.releases.verifying import is_current_as_published, is_latest_refused
from pipelines.steps.metrics.scope import Only
from pipelines.steps.workspace import Workspace

RELEASES = "releases"
"""The asset that these figures speak of."""


def releases(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: `gate_faults`, one for a last release that the gate refused, one for a current one that is not as published.

    Every file of the current release is read and held against its digest. Raises DamagedError when the ledger is broken.
    """
    ledger = workspace.ledger
    is_whole = is_current_as_published(Published(workspace.home.published), ledger)
    return pd.DataFrame([{"gate_faults": int(is_latest_refused(ledger)) + int(not is_whole)}])
