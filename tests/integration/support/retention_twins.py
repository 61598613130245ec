"""What makes each check of retention fail: something expired planted in the store, or something owed taken away.

Every plant is undone by what it returns, so that the same home stands for the next one.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
from support.retention_plants import Plant, Undo, chain_of_requests, row_past_its_link, taken_away

from pipelines.clock import SEOUL
from pipelines.policy import Period
from pipelines.registry.tables import VALID_FROM, VALID_TO
from pipelines.retention.items import Kind
from pipelines.retention.states import State, standing
from pipelines.rights.tombstones import Departure, Gone, Tombstones
from pipelines.steps.day_files import DayState, write_day_state
from pipelines.steps.registry import TABLES
from pipelines.steps.retention.inventory.stock import inventory
from pipelines.steps.retention.inventory.tables import Tables
from pipelines.steps.workspace import Workspace

DIGEST = "ab" * 32
_EVENTS = {"events": "events", "linked_events_pseudonymised": "events/linked"}


@dataclass(frozen=True)
class RetentionTwin:
    """A plant, and the check that has to find it, alone."""

    check: str
    what: str
    state: State
    plant: Plant


def day_in(workspace: Workspace, dataset: str, state: State) -> date:
    """Return the latest anchor day that puts an item of `dataset` into `state` today."""
    period = workspace.policy.dataset(dataset).period
    assert period is not None
    return next(
        day
        for back in range(3_700)
        if standing(period, day := workspace.today - timedelta(days=back), workspace.today).state is state
    )


def file(dataset: str, name: str) -> Plant:
    """Plant a file; `{day}` in its name is the day that starts its clock, which is also when it was last written."""

    def plant(workspace: Workspace, state: State) -> Undo:
        day = day_in(workspace, dataset, state)
        return _written(workspace.home.root / name.format(day=day), b"planted", day)

    return plant


def day_state(dataset: str) -> Plant:
    """Plant the state of a day of events whose file is not there."""

    def plant(workspace: Workspace, state: State) -> Undo:
        day = day_in(workspace, dataset, state)
        write_day_state(workspace.home.root / _EVENTS[dataset], DayState(day, "", 1, "none", {}))
        return (workspace.home.root / _EVENTS[dataset] / f"{day}.json").unlink

    return plant


def sample(workspace: Workspace, state: State) -> Undo:
    """Plant a sample whose lines were destroyed too long ago."""
    day = day_in(workspace, "verification_digests", state)
    document = json.dumps({"taken_on": day.isoformat()}).encode()
    return _written(workspace.home.ledger / "samples" / "planted.json", document, day)


def tombstone(workspace: Workspace, state: State) -> Undo:
    """Put up a tombstone that had to go with a vault day that is over."""
    ends = workspace.today - timedelta(days=1 if state is State.DUE else 10)
    path = workspace.settings.key_folder / "tombstones.jsonl"
    before = path.read_bytes() if path.exists() else None
    stones = Tombstones(path, workspace.subjects, lambda _day: ends)
    stones.add_all([Departure("planted", ["planted"], Gone.WITHDRAWN, datetime(2020, 1, 1, tzinfo=UTC))])
    return lambda: path.unlink() if before is None else (path.write_bytes(before), None)[1]


def key(workspace: Workspace, state: State) -> Undo:
    """Make a key of a day that is over, which opens nothing."""
    made = workspace.keyring.data_key("access_logs", day_in(workspace, "access_logs", state))
    return lambda: workspace.keyring.destroy(made.name)


def cell(workspace: Workspace, state: State) -> Undo:
    """Put a cell that rests on one person into the warehouse, of a day whose events are gone."""
    live, day = workspace.home.warehouse, day_in(workspace, "small_cells", state)
    before = live.read_bytes()
    with duckdb.connect(str(live)) as connection:
        planted = f"SELECT * REPLACE (DATE '{day}' AS day, 1 AS contributing_people) FROM partner_content_daily LIMIT 1"  # noqa: S608
        connection.execute(f"INSERT INTO partner_content_daily {planted}")
    return lambda: (live.write_bytes(before), None)[1]


def row(table: str) -> Plant:
    """Store one row more, whose clock ran out."""

    def plant(workspace: Workspace, state: State) -> Undo:
        period = workspace.policy.dataset(table).period
        assert period is not None
        day = _row_day(workspace, table, period, state)
        before = workspace.registry.load(table)
        planted = _expired(before, workspace.policy.dataset(table).grain, period, day)
        workspace.registry.rewrite(table, pa.concat_tables([before, planted]), changed_from=None)
        return lambda: _rewritten(workspace, table, before)

    return plant


def swept(workspace: Workspace) -> None:
    """Write every registry table without the rows whose ceiling is past, as a night does that destroys."""
    stock = inventory(workspace, workspace.today)
    for table in TABLES:
        dataset = workspace.policy.dataset(table)
        if dataset.period is None or workspace.registry.pointer(table) is None:
            continue
        items = [item for item in stock.items if item.dataset == table and item.kind is Kind.ROWS]
        past = {
            (item.anchor, item.ends_on, item.ended_early)
            for item in items
            if item.standing(dataset.period, workspace.today).state in (State.DUE, State.OVER_RETAINED)
        }
        if past:
            _rewritten(workspace, table, _without(workspace, table, past))


def _without(workspace: Workspace, table: str, past: set[tuple[date | None, ...]]) -> pa.Table:
    rows = workspace.registry.load(table)
    terms = Tables.of(workspace, workspace.today).terms(table, rows)
    return rows.filter(pa.array([(t.anchor, t.ends_on, t.ended_early) not in past for t in terms]))


def _rewritten(workspace: Workspace, table: str, rows: pa.Table) -> None:
    workspace.registry.rewrite(table, rows, changed_from=None)
    for info in workspace.keyring.list():
        if info.dataset == table and info.superseded_on is not None:
            workspace.keyring.destroy(info.name)


def _row_day(workspace: Workspace, table: str, period: Period, state: State) -> date:
    if period.at_most.text == "as_recorded" or period.anchor_field is None:
        return workspace.today - timedelta(days=2 if state is State.DUE else 10)
    return day_in(workspace, table, state)


def _expired(rows: pa.Table, grain: tuple[str, ...], period: Period, day: date) -> pa.Table:
    """Return the first row of `rows` as another one that ended on `day`, in every way in which a row can."""
    noon = datetime.combine(day, time(12), SEOUL)
    ended = {name for _, name in period.day_fields()}
    values = dict.fromkeys(rows.column_names) if not len(rows) else rows.slice(0, 1).to_pylist()[0]
    for name in values:
        kind = rows.schema.field(name).type
        if name in ended or (name in grain and pa.types.is_timestamp(kind)):
            values[name] = noon if pa.types.is_timestamp(kind) else day
        elif name in grain or name == "account_key":
            values[name] = "planted"
    values |= {VALID_FROM: day - timedelta(days=30), VALID_TO: None if period.anchor_field in ended else day}
    if period.anchor_field is None and not period.ends_field:
        values[VALID_TO] = day
    return pa.Table.from_pylist([values], rows.schema)


def _written(path: Path, content: bytes, day: date) -> Undo:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    noon = datetime.combine(day, time(12), SEOUL).timestamp()
    os.utime(path, (noon, noon))
    return path.unlink


_SEGMENT = "{day}/abcdefabcdefabcd-000000000000000.age"
_RUN = "00000000-0000-4000-8000-000000000000"
PLANTS: dict[str, dict[str, Plant]] = {
    "access_logs": {"a segment put there": file("access_logs", f"vault/access_logs/web/{_SEGMENT}")},
    "cookie_records": {"a segment put there": file("cookie_records", f"vault/cookie_records/cookies/{_SEGMENT}")},
    "linked_events": {
        "a segment put there": file("linked_events", f"vault/linked_events/linked/{_SEGMENT}"),
        "a row whose link ended": row_past_its_link,
    },
    "quarantine": {"a segment put there": file("quarantine", f"quarantine/quarantine/web/{_SEGMENT}")},
    **{
        name: {
            "a day's file put there": file(name, f"{folder}/{{day}}.parquet"),
            "a day's state alone": day_state(name),
        }
        for name, folder in _EVENTS.items()
    },
    **{table: {"a row whose clock ran out": row(table)} for table in TABLES if table != "contents"},
    "former_members_1y": {"an object": file("former_members_1y", f"sealed/1y/{{day}}/{DIGEST}.age")},
    "sign_up_digests": {"digests of a day": file("sign_up_digests", "sealed/1y/{day}/sign_ups.age")},
    "delivered_files": {"a forgotten file": file("delivered_files", "landing/access/demo-web/forgotten.log")},
    "staged_files": {
        "a file in the staging folder": file("staged_files", "staging/left"),
        "a staging name elsewhere": file("staged_files", "events/.x.parquet.1-abcd.staging"),
        "a file nobody knows": file("staged_files", "notes.txt"),
        "a file nobody knows among segments": file("staged_files", "vault/access_logs/web/{day}/copy.log"),
        "a file nobody knows in Dagster's home": file("staged_files", "dagster/notes.txt"),
    },
    "former_warehouses": {
        "a next file left over": file("former_warehouses", "staging/next-warehouse/warehouse.duckdb"),
        "a copy beside the live one": file("former_warehouses", "warehouse-old.duckdb"),
    },
    "subject_exports": {"an export not handed over": file("subject_exports", "exports/planted.zip")},
    "held_lines": {"lines that no hold keeps": file("held_lines", "held/nobody/access_logs/{day}/planted.age")},
    "dashboard_accounts": {"an account put there": file("dashboard_accounts", "accounts/planted.json")},
    "former_releases": {"a release put there": file("former_releases", "published/planted/partner.duckdb")},
    "processing_records": {"records put there": file("processing_records", "ledger/processing/planted.jsonl")},
    "destruction_plans": {"an old plan": file("destruction_plans", "ledger/plans/planted.json")},
    "run_records": {
        "records of a run": file("run_records", f"dagster/history/runs/{_RUN}.db"),
        "a log of Dagster": file("run_records", "dagster/logs/event.log"),
    },
    "verification_digests": {"a sample": sample},
    "access_records": {"a month put there": file("access_records", "ledger/access/{day}.sealed")},
    "tombstones": {"a tombstone": tombstone},
    "small_cells": {"a cell of one person": cell},
    "data_keys": {"a key of a day that is over": key},
}
"""By dataset, what is planted in its store: too old by days, or since yesterday."""

MISSING: dict[str, Plant] = {
    "access_logs": taken_away("vault/access_logs", "*/*/*.age"),
    "cookie_records": taken_away("vault/cookie_records", "*/*/*.age"),
    "quarantine": taken_away("quarantine", "*/*/*/*.age"),
    "access_records": taken_away("ledger/access", "*.sealed"),
    "former_members_1y": taken_away("sealed/1y", f"*/{'[0-9a-f]' * 64}.age"),
    "sign_up_digests": taken_away("sealed/1y", "*/sign_ups.age"),
    "former_members_permanent": taken_away("sealed/permanent", "*/*.age"),
    "held_lines": taken_away("held", "*/*/*/*.age"),
    "destruction_plans": taken_away("ledger/plans", "*.json"),
    "processing_records": taken_away("ledger/processing", "*.jsonl"),
    "member_requests": chain_of_requests,
    **{name: taken_away(f"registry/{name}", "*.age") for name in ("complaints", "contracts", "ad_records", "disputes")},
}

Kinds = Literal["not_over_retained", "nothing_due"]
_STATES: dict[Kinds, State] = {"not_over_retained": State.OVER_RETAINED, "nothing_due": State.DUE}
RETENTION_TWINS = (
    *(
        RetentionTwin(f"{dataset}_{check}", what, state, plant)
        for check, state in _STATES.items()
        for dataset, plants in PLANTS.items()
        for what, plant in plants.items()
    ),
    *(
        RetentionTwin(f"{dataset}_not_under_retained", "one thing less", State.UNDER_RETAINED, plant)
        for dataset, plant in MISSING.items()
    ),
    RetentionTwin(
        "retention_is_read_in_full", "a sample that is none", State.OVER_RETAINED,
        lambda workspace, _state: _written(workspace.home.ledger / "samples" / "bad.json", b"{}", workspace.today),
    ),
)  # fmt: skip
