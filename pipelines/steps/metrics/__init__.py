"""The frames of metrics that checks judge: counts of faults from aggregate queries, never a person's row."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from pipelines.steps.metrics.accounts import accounts
from pipelines.steps.metrics.breakdowns import breakdowns
from pipelines.steps.metrics.cookies import cookie_days, cookie_files, cookie_lines
from pipelines.steps.metrics.days import days
from pipelines.steps.metrics.destruction import destruction, ended_links
from pipelines.steps.metrics.events import event_days, event_fields
from pipelines.steps.metrics.files import files, landing, whole_files
from pipelines.steps.metrics.linked import linked_days, linked_files
from pipelines.steps.metrics.linked_usage import linked_usage
from pipelines.steps.metrics.marts import marts
from pipelines.steps.metrics.people import event_people
from pipelines.steps.metrics.registry import EXPORT_FRAMES, member_consents, sign_ups
from pipelines.steps.metrics.releases import releases
from pipelines.steps.metrics.rights import rights
from pipelines.steps.metrics.scope import Only
from pipelines.steps.metrics.service_breakdowns import service_breakdowns
from pipelines.steps.metrics.usage_periods import usage_periods
from pipelines.steps.workspace import Workspace

FRAMES: Mapping[str, Callable[[Workspace, Only], pd.DataFrame]] = {
    "files": files,
    "whole_files": whole_files,
    "landing": landing,
    "cookie_files": cookie_files,
    "cookie_days": cookie_days,
    "cookie_lines": cookie_lines,
    "event_people": event_people,
    "linked_files": linked_files,
    "linked_days": linked_days,
    **EXPORT_FRAMES,
    "member_consents": member_consents,
    "sign_ups": sign_ups,
    "rights": rights,
    "event_fields": event_fields,
    "event_days": event_days,
    "days": days,
    "marts": marts,
    "breakdowns": breakdowns,
    "usage_periods": usage_periods,
    "linked_usage": linked_usage,
    "service_breakdowns": service_breakdowns,
    "releases": releases,
    "destruction": destruction,
    "ended_links": ended_links,
    "accounts": accounts,
}


def frames(workspace: Workspace, names: Iterable[str], only: Only = None) -> dict[str, pd.DataFrame]:
    """Return the frames called `names`, limited to the days in `only` where a frame goes day by day.

    Raises KeyError for an unknown name, DamagedError or KeyMissingError for stored data that cannot be read.
    """
    return {name: FRAMES[name](workspace, only) for name in names}
