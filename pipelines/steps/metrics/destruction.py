"""What of the destructions a person has to look at: plans that wait, and what was found although it was destroyed."""

import pandas as pd

from pipelines.retention.entries import Verified
from pipelines.steps.metrics.scope import Only
from pipelines.steps.retention.ended_links import rows_past_their_link
from pipelines.steps.retention.nightly import waiting_plans
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

DESTRUCTION = "destruction_register"
"""The asset that these figures speak of."""


def destruction(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: `plans_waiting`, and `destroyed_found`, digests of destroyed lines found when they were last looked for.

    A scan that could not have found anything (a control was missed) counts as one that found something. Raises DamagedError
    when the register is not what was written.
    """
    proofs = [entry.body for entry in open_register(workspace).entries() if isinstance(entry.body, Verified)]
    found = 0 if not proofs or proofs[-1].has_passed else max(1, proofs[-1].probes_found)
    return pd.DataFrame([{"plans_waiting": len(waiting_plans(workspace)), "destroyed_found": found}])


def ended_links(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: `rows_past_their_link`, rows of linked events as delivered whose link ended before the days of grace.

    Raises DamagedError or KeyMissingError when a sealed part cannot be read.
    """
    return pd.DataFrame([{"rows_past_their_link": rows_past_their_link(workspace)}])
