"""What cookies there were: those the service issued, and those that requests showed."""

from datetime import date

import pandas as pd

from pipelines.records.cookies import findings
from pipelines.records.specs import record_spec
from pipelines.records.stored import read_records, segments_of
from pipelines.steps.cookies import COOKIE_RECORDS, member_cookies
from pipelines.steps.day_files import read_day_states
from pipelines.steps.gone import Gone
from pipelines.steps.metrics.records import record_file_frame
from pipelines.steps.metrics.scope import Only
from pipelines.steps.record_imports import record_files
from pipelines.steps.workspace import Workspace

SHOWN = ("lines_after_logout", "lines_conflicting", "lines_with_others")


def cookie_files(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row an imported file of cookie records; the columns of `record_file_frame`."""
    return record_file_frame(workspace, COOKIE_RECORDS, only)


def cookie_days(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day whose cookie records are there: `persistent, others`, both counts of issued cookies."""
    gone = Gone.of(workspace.keyring)
    spec, names = record_spec(workspace.policy, COOKIE_RECORDS), member_cookies(workspace)
    files = record_files(workspace, COOKIE_RECORDS)
    rows = []
    for day in sorted({date.fromisoformat(day) for file in files for day in file.accepted_by_day}):
        if (only is None or day in only) and not gone.has_day(COOKIE_RECORDS, day):
            segments = list(segments_of(files, day.__eq__))
            found = findings(read_records(workspace.vault, segments, spec), names)
            rows.append({"persistent": found.persistent, "others": found.others})
    return pd.DataFrame(rows, columns=["persistent", "others"])


def cookie_lines(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day of events: lines by what their cookies showed (SHOWN)."""
    states = read_day_states(workspace.home.events)
    rows = [
        {name: state.cookies.get(name, 0) for name in SHOWN}
        for day, state in states.items()
        if only is None or day in only
    ]
    return pd.DataFrame(rows, columns=list(SHOWN))
