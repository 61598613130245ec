"""What the cookies of a day's lines decide: who counts as a member, and what else they showed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.records.cookies import NO_HISTORY, CookieHistory, Standing, history
from pipelines.records.specs import record_spec
from pipelines.records.stored import read_records, segments_of
from pipelines.steps.gone import Gone
from pipelines.steps.record_imports import record_files
from pipelines.steps.workspace import OpenHome, Workspace

COOKIE_RECORDS = "cookie_records"
Standings = npt.NDArray[np.int8]


def member_cookies(opened: OpenHome) -> frozenset[str]:
    """Return the names of the member cookie: those that the declared sources read."""
    return frozenset(source.member_cookie for source in opened.sources.sources.values())


def cookie_facts(opened: OpenHome, days: Iterable[date]) -> dict[date, list[list[str]]]:
    """Return, for each of `days`, which sealed cookie records it rests on: all of it and of every day before.

    Records that were destroyed since stay named: what a day rested on does not change with them.
    """
    segments = sorted(
        segments_of(record_files(opened, COOKIE_RECORDS), lambda _day: True), key=lambda found: (found.day, found.path)
    )
    return {
        day: [[segment.path, segment.stored_sha256] for segment in segments if segment.day <= day]
        for day in sorted(set(days))
    }


def cookie_history(workspace: Workspace, until: date) -> CookieHistory:
    """Return what the cookie records up to the end of `until` make of each login's cookie, as far as they are still there."""
    gone = Gone.of(workspace.keyring)
    files = record_files(workspace, COOKIE_RECORDS)
    found = segments_of(files, lambda day: day <= until and not gone.has_day(COOKIE_RECORDS, day))
    segments = [segment for segment in found if segment.key not in gone.keys]
    if not segments:
        return NO_HISTORY
    records = read_records(workspace.vault, segments, record_spec(workspace.policy, COOKIE_RECORDS))
    return history(records, member_cookies(workspace))


def standings_of(lines: pa.Table, cookies: CookieHistory) -> Standings:
    """Return where the login of each line stood when the line was written. Shape (lines,)."""
    return cookies.standing_at(lines["member_login"], lines["occurred_at"].cast(pa.int64()).to_numpy())


def without_refused(lines: pa.Table, standings: Standings) -> pa.Table:
    """Return `lines` with the login gone where its cookie was refused or had ended: they count as anonymous."""
    if not standings.any():
        return lines
    keeps = pa.array(standings == Standing.ISSUED)
    place = lines.schema.get_field_index("member_login")
    logins = lines["member_login"]
    return lines.set_column(place, lines.schema.field(place), pc.if_else(keeps, logins, pa.scalar(None, logins.type)))


def cookie_counts(lines: pa.Table, standings: Standings) -> Counter[str]:
    """Count the read `lines` by what their cookies showed; a line may count under several names."""
    states = pc.cast(lines["cookie_state"], pa.string())
    others = lines["other_cookies"]
    return Counter(
        {
            "lines_refused": int((standings == Standing.REFUSED).sum()),
            "lines_after_logout": int((standings == Standing.ENDED).sum()),
            "lines_conflicting": int(pc.sum(pc.equal(states, "conflicting")).as_py() or 0),
            "lines_with_others": int(pc.sum(pc.greater(others, 0)).as_py() or 0),
            "other_cookies": int(pc.sum(others).as_py() or 0),
        }
    )
