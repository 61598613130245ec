"""Whether the mart of the linked services counts their events, and no figure of it contradicts another."""

import pandas as pd

from pipelines.steps.day_files import read_day_states
from pipelines.steps.linked import DERIVED, linked_folder
from pipelines.steps.metrics.marts import fault_counts
from pipelines.steps.metrics.scope import Only
from pipelines.steps.metrics.standing import days_without_their_events
from pipelines.steps.workspace import Workspace

LINKED_FAULTS = {
    "linked_rows_implausible": """
        SELECT count(*) FROM partner_linked_daily
        WHERE (partner_id || event || day) IS NULL OR (events + unique_members + contributing_people) IS NULL
           OR unique_members < 1 OR unique_members > contributing_people OR contributing_people > events
           OR list_contains($services::VARCHAR[], service) IS NOT true
    """,
    "linked_days_unequal": """
        SELECT count(*)
        FROM (SELECT unnest($days::DATE[]) AS day, unnest($events::BIGINT[]) AS events, unnest($once::BIGINT[]) AS once) AS kept
        FULL JOIN (SELECT day, sum(events) AS events FROM partner_linked_daily GROUP BY day) AS counted USING (day)
        WHERE coalesce(counted.events, 0) NOT BETWEEN coalesce(kept.events, 0) AND coalesce(kept.once, 0)
          AND NOT list_contains($standing::DATE[], day)
    """,
}


def linked_usage(workspace: Workspace, _: Only) -> pd.DataFrame:
    """One row: how many rows of the mart are implausible, and how many days have more or fewer events than it counts.

    Where rows of ended links went, figures stand on what was there before: they count no more than that, no less than is left.
    """
    states = read_day_states(linked_folder(workspace))
    parameters = {
        "services": list(workspace.policy.dataset(DERIVED).fields["service"].values),
        "days": list(states),
        "events": [state.rows for state in states.values()],
        "once": [state.counted_rows for state in states.values()],
        "standing": sorted(days_without_their_events(workspace)),
    }
    return fault_counts(workspace, LINKED_FAULTS, parameters)
