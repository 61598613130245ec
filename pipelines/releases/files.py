"""One database file per partner and release: the published tables of that partner, what was restated, and which release it is.

A hidden row and an empty one are the same: every measure null, `is_suppressed` true. Tables without dimensions have a row for
every closed period; the others, for each value that was ever shown to the partner, a row for every closed period. A value never
shown does not appear. A file is the partner's last one with rows added: its making costs what is new.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.errors import DamagedError
from pipelines.policy import Policy
from pipelines.policy.publication import PARTNER
from pipelines.releases.closing import KINDS
from pipelines.releases.marts import Periods
from pipelines.storage.atomic import sync_file
from pipelines.storage.engine import Configuration, quoted

SUPPRESSED = "is_suppressed"
BLOCK_BYTES = 16_384
"""The smallest block DuckDB writes: a partner's file is small, and there are many."""
READ_ONLY = 0o444
_TYPES = {
    "text": "VARCHAR",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
}
_ABOUT = {
    "closed_periods": {"period_kind": "VARCHAR", "first_day": "DATE"},
    "release": {
        "release_id": "VARCHAR", "published_at": "TIMESTAMP", "policy_version": "VARCHAR", "newest_day": "DATE",
        "newest_week": "DATE", "newest_month": "DATE", "restatements": "BIGINT",
    },
    "restatements": {
        "table_name": "VARCHAR", "period_kind": "VARCHAR", "first_day": "DATE", "dimensions": "VARCHAR", "measure": "VARCHAR",
        "before": "BIGINT", "after": "BIGINT", "people_changed": "VARCHAR", "reason": "VARCHAR", "restated_day": "DATE",
        "release_id": "VARCHAR",
    },
}  # fmt: skip


@dataclass(frozen=True)
class TableLayout:
    """A published table: the column and kind of its period, its dimensions, and each column with its type, in order."""

    name: str
    period: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class About:
    """What a file says of the release it was written for."""

    release: str
    published_at: datetime
    policy_version: str


@dataclass(frozen=True)
class News:
    """What is new for some partners: periods by kind, shown rows by table, and what is restated (`restatements`' columns)."""

    periods: Periods
    shown: Mapping[str, pa.Table]
    restated: Mapping[str, pa.Table]
    restatements: pa.Table | None = None


def layouts(policy: Policy) -> list[TableLayout]:
    """Return the published tables as they lie in files, in the policy's order."""
    if policy.publication is None:
        return []
    found = []
    for name, table in policy.publication.tables.items():
        fields = policy.dataset(name).fields
        names = (PARTNER, *table.dimensions, table.period, *table.measures)
        columns = {column: _TYPES[fields[column].type] for column in names}
        found.append(
            TableLayout(name, table.period, table.dimensions, table.measures, {**columns, SUPPRESSED: "BOOLEAN"})
        )
    return found


class Writer:
    """Writes the files of some partners through one database in memory, one file attached at a time."""

    def __init__(self, tables: Sequence[TableLayout], news: News, about: About) -> None:
        """Register what is new."""
        self._tables, self._news, self._about = tables, news, about
        options: Configuration = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": 1,
        }
        self._connection = duckdb.connect(":memory:", config=options)
        for name, rows in news.shown.items():
            self._connection.register(f"shown_{name}", rows)
        for name, rows in news.restated.items():
            self._connection.register(f"restated_{name}", rows)
        if news.restatements is not None:
            self._connection.register("restatements_now", news.restatements)

    def write(self, partner: str, target: Path, former: Path | None, closed: Periods) -> None:
        """Write the file of `partner`: `former` with what is new, or a first one with all `closed` periods.

        It is on the disk and read-only when this returns. Raises DamagedError when the former file cannot be used.
        """
        if former is not None:
            shutil.copyfile(former, target)
            target.chmod(0o600)
        try:
            self._connection.execute(f"ATTACH {quoted(str(target))} AS partner_file (BLOCK_SIZE {BLOCK_BYTES})")
            try:
                self._fill(partner, closed)
                self._connection.execute("CHECKPOINT partner_file")
            finally:
                self._connection.execute("DETACH partner_file")
        except duckdb.Error as cause:
            raise DamagedError(f"a partner's file cannot be written ({type(cause).__name__})") from None
        target.with_name(target.name + ".wal").unlink(missing_ok=True)
        target.chmod(READ_ONLY)
        sync_file(target)

    def close(self) -> None:
        """Let go of what was registered."""
        self._connection.close()

    def _fill(self, partner: str, closed: Periods) -> None:
        for name, columns in (*_ABOUT.items(), *((table.name, table.columns) for table in self._tables)):
            self._make(name, columns)
        self._close(closed)
        for table in self._tables:
            if table.name in self._news.restated:
                self._restate(table, partner)
            self._add(table, partner)
        self._tell(partner)

    def _make(self, name: str, columns: Mapping[str, str]) -> None:
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS partner_file.{name} ({listed})")
        query = "SELECT column_name FROM duckdb_columns() WHERE database_name = 'partner_file' AND table_name = ?"
        there = {row[0] for row in self._connection.execute(query, [name]).fetchall()}
        for column, kind in columns.items():
            if column not in there:
                self._connection.execute(f'ALTER TABLE partner_file.{name} ADD COLUMN "{column}" {kind}')

    def _close(self, closed: Periods) -> None:
        for kind in KINDS:
            self._connection.execute(
                "INSERT INTO partner_file.closed_periods SELECT $kind, day FROM (SELECT unnest($days::DATE[]) AS day) "
                "WHERE day NOT IN (SELECT first_day FROM partner_file.closed_periods WHERE period_kind = $kind) ORDER BY day",
                {"kind": kind, "days": list(closed.get(kind, ()))},
            )

    def _add(self, table: TableLayout, partner: str) -> None:
        """Add the rows that the table lacks, in order of period and dimensions."""
        own = f"partner_file.{table.name}"
        shown = f"(FROM shown_{table.name} WHERE partner = $partner)"
        if table.name not in self._news.shown:
            shown = f"(FROM (FROM {own} SELECT *, {PARTNER} AS partner, {table.period} AS period) WHERE false)"
        listed = ", ".join(f'"{column}"' for column in table.dimensions)
        values = f" CROSS JOIN (FROM {own} SELECT {listed} UNION FROM {shown} SELECT {listed}) v"  # noqa: S608 -- names of the policy
        same = [f's."{column}" = v."{column}"' for column in table.dimensions]
        kept = [f't."{column}" = v."{column}"' for column in table.dimensions]
        columns = [
            "$partner", *(f'v."{column}"' for column in table.dimensions), "c.first_day",
            *(f's."{measure}"' for measure in table.measures), "s.period IS NULL",
        ]  # fmt: skip
        order = ", ".join(("c.first_day", *(f'v."{column}"' for column in table.dimensions)))
        names = ", ".join(f'"{column}"' for column in table.columns)
        self._connection.execute(
            f"INSERT INTO partner_file.{table.name} ({names}) SELECT {', '.join(columns)} "  # noqa: S608 -- names of the policy
            f"FROM partner_file.closed_periods c{values if table.dimensions else ''} "
            f"LEFT JOIN {shown} s ON {' AND '.join(['s.period = c.first_day', *same])} "
            f"WHERE c.period_kind = '{table.period}' AND NOT EXISTS (SELECT 1 FROM partner_file.{table.name} t "
            f"WHERE {' AND '.join([f't.{table.period} = c.first_day', *kept])}) ORDER BY {order}",
            {"partner": partner},
        )

    def _restate(self, table: TableLayout, partner: str) -> None:
        """Set what is restated of a unit's shown rows to its new values; what is hidden stays hidden, the rest as it was."""
        there = [one for one in table.measures if one in self._news.restated[table.name].column_names]
        given = ", ".join(f'"{measure}" = if(t."{measure}" IS NULL, NULL, r."{measure}")' for measure in there)
        same = [f't."{column}" = r."{column}"' for column in table.dimensions]
        self._connection.execute(
            f"UPDATE partner_file.{table.name} t SET {given} FROM restated_{table.name} r "  # noqa: S608 -- names of the policy
            f"WHERE {' AND '.join(['r.partner = $partner', f't.{table.period} = r.period', f'NOT t.{SUPPRESSED}', *same])}",
            {"partner": partner},
        )

    def _tell(self, partner: str) -> None:
        if self._news.restatements is not None:
            columns = ", ".join(_ABOUT["restatements"])
            self._connection.execute(
                f"INSERT INTO partner_file.restatements SELECT {columns} FROM restatements_now WHERE partner = $partner "  # noqa: S608
                "ORDER BY ALL",
                {"partner": partner},
            )
        periods = "partner_file.closed_periods"
        newest = ", ".join(f"(FROM {periods} SELECT max(first_day) WHERE period_kind = '{kind}')" for kind in KINDS)
        self._connection.execute("DELETE FROM partner_file.release")
        self._connection.execute(
            f"INSERT INTO partner_file.release SELECT $release, $at, $policy, {newest}, "  # noqa: S608 -- own names
            "(SELECT count(*) FROM partner_file.restatements)",
            {"release": self._about.release, "at": self._about.published_at, "policy": self._about.policy_version},
        )


def link(former: Path, target: Path) -> None:
    """Give the unchanged file of a partner its name in the next release too: the same bytes, on the disk once."""
    os.link(former, target)


def columns_of(tables: Sequence[TableLayout]) -> Iterator[tuple[str, str, str]]:
    """Yield table, column and type of everything that files hold: what changes when the policy's tables do."""
    for name, columns in (*_ABOUT.items(), *((table.name, table.columns) for table in tables)):
        yield from ((name, column, kind) for column, kind in columns.items())


def as_days(periods: Mapping[str, Sequence[date]]) -> dict[str, list[str]]:
    """Return periods by kind as ISO days, for a document."""
    return {kind: [day.isoformat() for day in sorted(days)] for kind, days in periods.items()}
