"""From the vault's lines to pseudonymised events, day by day, where what a day rests on has changed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.policy import STATISTICS, Robots
from pipelines.privacy.field_rules import allowed_lines, require_declared
from pipelines.privacy.lookups import Lookups
from pipelines.privacy.pseudonyms import Pseudonymiser
from pipelines.privacy.targets import TargetReducer
from pipelines.privacy.user_agents import user_agent_reducer
from pipelines.rights.tombstones import Codes
from pipelines.steps.cookies import cookie_counts, cookie_history, standings_of, without_refused
from pipelines.steps.day_files import DayState, read_day_states, write_day_state
from pipelines.steps.derivation import DayInput, day_inputs
from pipelines.steps.people import People, people_of
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import sweep_staging
from pipelines.storage.parquet import write_parquet
from pipelines.warehouse.templates import render_sql
from pipelines.weblogs.addresses import address_prefix
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.parts import line_numbers
from pipelines.weblogs.reading import SCHEMA, Reading, read_batch
from pipelines.weblogs.reading_records import reading_of

SQL_TEXT = "events/events_from_lines.sql"
DAY_TEXT = "events/events_of_day.sql"
PAGE = "page_hash"
"""Tells the pages of a day apart while it is judged; no field of an event."""
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DayReport:
    """A day that was derived: its events, whom their lines speak of, what their cookies showed, and the bytes of its file."""

    day: date
    rows: int
    people: dict[str, int]
    cookies: dict[str, int]
    bytes: int


def stale_days(workspace: Workspace) -> list[DayInput]:
    """Return the days whose lines, registry, policy, routes, key or SQL text are not those their events rest on."""
    known = read_day_states(workspace.home.events)
    return [
        given
        for given in day_inputs(workspace)
        if given.day not in known or known[given.day].fingerprint != given.fingerprint
    ]


def derive_stale_days(workspace: Workspace, progress: Progress = lambda _what, _done, _total: None) -> list[DayReport]:
    """Derive every stale day anew, replacing its file. Raises CheckFailedError for a field the policy does not declare."""
    return derive_days(workspace, stale_days(workspace), progress)


def derive_days(
    workspace: Workspace, given_days: Sequence[DayInput], progress: Progress = lambda _what, _done, _total: None
) -> list[DayReport]:
    """Derive days anew, replacing their files, whatever they rest on. Raises as `derive_stale_days`."""
    if workspace.home.events.exists():
        sweep_staging(workspace.home.events)
    if not given_days:
        return []
    deriver = _Deriver(workspace, until=max(given.day for given in given_days))
    reports = []
    for number, given in enumerate(given_days):
        progress("pseudonymise", number, len(given_days))
        reports.append(deriver.derive(given))
    progress("pseudonymise", len(given_days), len(given_days))
    return reports


class _Deriver:
    """Derives days; each distinct value is replaced once for all of them."""

    def __init__(self, workspace: Workspace, *, until: date) -> None:
        self._workspace = workspace
        self._cookies = cookie_history(workspace, until)
        self._tombstones = workspace.tombstones
        self._sql = render_sql(workspace.settings.sql, SQL_TEXT)
        self._day_sql = render_sql(workspace.settings.sql, DAY_TEXT, variables=day_variables(workspace.policy.robots))
        self._declared = list(workspace.policy.dataset("events").fields)
        rules = workspace.policy.fields_for("access_logs", STATISTICS)
        self._allowed = {name: rule for name, rule in rules.items() if rule.action != "drop"}
        self._lookups = Lookups(
            Pseudonymiser(workspace.keyring.pseudonym_key().secret),
            TargetReducer(workspace.routes),
            user_agent_reducer(),
            address_prefix,
        )

    def derive(self, given: DayInput) -> DayReport:
        """Derive one day and write its file, then its state."""
        folder = self._workspace.home.events
        people = people_of(self._workspace.registry, given.day)
        key = self._workspace.keyring.data_key("events", given.day)
        decided, showed = Counter[str](), Counter[str]()
        with self._workspace.connection() as connection:
            self._begin(connection, people)
            for source, read in self._lines(given):
                standings = standings_of(read, self._cookies)
                showed.update(cookie_counts(read, standings))
                lines = allowed_lines(read, self._allowed)
                gone = self._tombstones.kinds_of(read["member_login"], read["occurred_at"].cast(pa.int64()).to_numpy())
                decided.update(people.decisions(lines, standings, gone))
                self._add(connection, source, without_refused(lines, standings), gone)
            columns = ", ".join(self._declared)
            order = "occurred_at, client_address_pseudonym, visitor_pseudonym, route"
            target = folder / f"{given.day.isoformat()}.parquet"
            text = f"SELECT {columns} FROM ({self._day_sql}) ORDER BY {order}"  # noqa: S608 -- own names
            rows = write_parquet(connection, text, target, key)
        on = self._workspace.today.isoformat()
        write_day_state(folder, DayState(given.day, given.fingerprint, rows, key.name, dict(decided), dict(showed), on))
        return DayReport(given.day, rows, dict(decided), dict(showed), target.stat().st_size)

    def _begin(self, connection: duckdb.DuckDBPyConnection, people: People) -> None:
        connection.register("members_by_login", self._lookups.members(people.members))
        connection.register("contents", people.contents)
        nothing = allowed_lines(SCHEMA.empty_table(), self._allowed)
        self._register(connection, "", nothing, np.zeros(0, np.int8))
        connection.execute(f"CREATE TABLE day_events AS {self._sql} LIMIT 0")
        found = [row[0] for row in connection.execute("DESCRIBE day_events").fetchall()]
        require_declared([name for name in found if name != PAGE], self._declared)

    def _add(self, connection: duckdb.DuckDBPyConnection, source: str, lines: pa.Table, gone: Codes) -> None:
        self._register(connection, source, lines, gone)
        connection.execute(f"INSERT INTO day_events {self._sql}")

    def _register(self, connection: duckdb.DuckDBPyConnection, source: str, lines: pa.Table, gone: Codes) -> None:
        relations = {
            "lines": _as_relation(source, lines, gone),
            "addresses": self._lookups.addresses(lines),
            "visitors": self._lookups.visitors(lines),
            **self._lookups.reductions(lines),
        }
        for name, relation in relations.items():
            connection.register(name, relation)

    def _lines(self, given: DayInput) -> Iterator[tuple[str, pa.Table]]:
        """Yield the accepted lines of the day, segment by segment, without those that were completed later."""
        readings: dict[str, Reading] = {}
        for part in given.parts:
            reading = readings.setdefault(part.reading_digest, reading_of(part.reading))
            content = self._workspace.vault.read_segment(part.segment)
            if not part.segment.lines:
                continue
            batch = next(
                split_lines(
                    [content.raw],
                    batch_bytes=len(content.raw) + 1,
                    max_line_bytes=part.reading["max_line_bytes"],
                    batch_lines=part.segment.lines,
                )
            )
            accepted = read_batch(batch.lines, reading, too_long=batch.too_long).accepted
            if part.completed_later:
                numbers = line_numbers(content.runs)[accepted["position"].to_numpy()]
                accepted = accepted.filter(pa.array([int(n) not in part.completed_later for n in numbers]))
            yield part.segment.source, accepted


def day_variables(robots: Robots | None) -> dict[str, object]:
    """Return the variables of the text that judges a day; without limits, nobody's behaviour is judged."""
    limits = robots.as_variables() if robots else dict.fromkeys((*Robots.model_fields,), 1)
    return {"judges_behaviour": "true" if robots else "false", **limits}


def _as_relation(source: str, lines: pa.Table, gone: Codes) -> pa.Table:
    """Return `lines` as the SQL text takes them: with source, whether they are nobody's, and instants in UTC without a zone."""
    place = lines.schema.get_field_index("occurred_at")
    lines = lines.set_column(place, "occurred_at", lines["occurred_at"].cast(pa.int64()).cast(pa.timestamp("us")))
    lines = lines.append_column("is_nobodys", pa.array(gone != 0))
    return lines.append_column("source", pa.array([source] * len(lines), pa.string()))
