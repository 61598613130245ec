"""What partners of 1, 9, 10, 50 and 500 people see of their figures, and what pytauargus would show of one week of contents."""

import json
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.releases.marts import counted
from pipelines.releases.memory import Memory
from pipelines.releases.published import Published
from pipelines.steps.day_files import read_day_states
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key, quoted
from pipelines.storage.parquet import scan

AUDIENCES = (1, 9, 10, 50, 500)
MONTH, WEEK = date(2026, 3, 1), date(2026, 3, 23)
PEER = Path(__file__).with_name("disclosure_peer.py")
Figures = dict[str, Any]

SHARES = """
SELECT
    count(*) AS rows,
    round(avg((NOT is_hidden)::INTEGER), 4) AS rows_shown,
    round(avg((NOT is_hidden)::INTEGER) FILTER (kind = 'day'), 4) AS rows_of_days_shown,
    round(avg((NOT is_hidden)::INTEGER) FILTER (kind = 'week'), 4) AS rows_of_weeks_shown,
    round(avg((NOT is_hidden)::INTEGER) FILTER (kind = 'month'), 4) AS rows_of_months_shown
FROM cells WHERE list_contains($partners, partner)
"""
VIEWS = """
SELECT round(sum(m.page_views) FILTER (NOT c.is_hidden) / sum(m.page_views), 4)
FROM marts.{table} m
JOIN cells c ON c.partner = m.partner_id AND c.tbl = '{table}' AND c.period = m.{period} AND c.value = {value}
WHERE list_contains($partners, c.partner)
"""
OF_VIEWS = {
    "page_views_shown_by_day": ("partner_daily_usage", "day", "''"),
    "page_views_shown_by_week": ("partner_weekly_usage", "week", "''"),
    "page_views_shown_by_month": ("partner_monthly_usage", "month", "''"),
    "page_views_shown_by_content_and_day": ("partner_content_daily", "day", "m.content_id"),
}
WEEK_OF_CONTENTS = """
SELECT value, period, is_hidden FROM cells WHERE partner = $partner AND (
    (tbl IN ('partner_content_daily', 'partner_daily_usage') AND period BETWEEN $monday AND $monday + 6)
    OR (tbl = 'partner_weekly_usage' AND period = $monday)
    OR (tbl = 'partner_breakdown_weekly' AND period = $monday AND starts_with(value, 'content' || chr(31))))
"""


def utility(workspace: Workspace, warehouse: Path, gate: Path, peer: str | None) -> Figures:
    """Return the shares for the partners nearest to each audience, and for all that were published.

    `warehouse` has the figures of these partners, `gate` is the memory of what was published of them.
    """
    publication = workspace.policy.publication
    assert publication is not None
    memory = Memory(gate, Published(gate.parent / "published").current())
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"CREATE TABLE cells AS FROM ({memory.scan(counted(publication))})")
        connection.execute(f"ATTACH {quoted(str(warehouse))} AS marts (READ_ONLY)")
        query = "SELECT partner_id, contributing_people FROM marts.partner_monthly_usage WHERE month = ? ORDER BY ALL"
        audience = dict(connection.execute(query, [MONTH]).fetchall())
        figures: Figures = {"all": _shares(connection, sorted(audience))}
        for people in AUDIENCES:
            partner = min(audience, key=lambda one: abs(audience[one] - people))
            told = {"people_in_march": audience[partner], **_shares(connection, [partner])}
            figures[str(people)] = told | _beside_peer(workspace, connection, partner, peer)
    return figures


def _shares(connection: duckdb.DuckDBPyConnection, partners: list[str]) -> Figures:
    cursor = connection.execute(SHARES, {"partners": partners})
    figures = dict(zip([column[0] for column in cursor.description or ()], cursor.fetchone() or (), strict=True))
    for name, (table, period, value) in OF_VIEWS.items():
        query = VIEWS.format(table=table, period=period, value=value)
        row = connection.execute(query, {"partners": partners}).fetchone()
        figures[name] = (row[0] if row else None) or 0.0
    return {"partners": len(partners), **figures}


def _beside_peer(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, partner: str, peer: str | None
) -> Figures:
    """Return how much of one week of contents by days, with all totals, either shows."""
    rows = _contributions(workspace, partner)
    if peer is None or not rows:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "asked.json", Path(folder) / "told.json"
        asked.write_text(json.dumps([{"names": ["content", "day"], "rows": rows, "suppress": "OPT(1)"}]))
        words = [str(Path(peer).absolute()), str(PEER.absolute()), str(asked), str(told)]
        # Its solvers write files of their own where they run.
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603 -- given by who runs the benchmark
        theirs = json.loads(told.read_text())[0]["hidden"]
    found = connection.execute(WEEK_OF_CONTENTS, {"partner": partner, "monday": WEEK}).fetchall()
    given = {f"{content}|{day}" for content, day, _ in rows}
    theirs = {
        cell: is_hidden
        for cell, is_hidden in theirs.items()
        if cell in given or (cell.count("|") == 1 and "" in cell.split("|"))
    }
    return {
        "week_cells": len(found),
        "week_cells_shown": sum(not is_hidden for _, _, is_hidden in found),
        "week_cells_peer": len(theirs),
        "week_cells_shown_by_peer": sum(not is_hidden for is_hidden in theirs.values()),
    }


def _contributions(workspace: Workspace, partner: str) -> list[tuple[str, str, int]]:
    """Return what each person gave to each content and day of the week: rows of content, day, page views."""
    found = []
    with workspace.connection() as connection:
        for day, state in read_day_states(workspace.home.events).items():
            if WEEK <= day < WEEK + timedelta(days=7):
                add_key(connection, workspace.keyring.get(state.key))
                relation = scan(workspace.home.events / state.file_name, state.key)
                found += connection.execute(
                    f"SELECT content_id, event_day::VARCHAR, count(*) FROM {relation} WHERE is_page_view "  # noqa: S608
                    "AND partner_id = ? AND content_id IS NOT NULL GROUP BY content_id, event_day, person_pseudonym ORDER BY ALL",
                    [partner],
                ).fetchall()
    return found
