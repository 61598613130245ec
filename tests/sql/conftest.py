"""A warehouse of its own for each test: events written as the pipeline writes them, built with the real dbt project."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.clock import SEOUL
from pipelines.storage.engine import connect
from pipelines.storage.keys import DataKey
from pipelines.storage.parquet import write_parquet
from pipelines.warehouse.build import BuildReport, build_days
from pipelines.warehouse.context import DayFile, EngineLimits

MIB = 1024**2
EVENTS = pa.schema(
    [
        ("event_day", pa.date32()),
        ("occurred_at", pa.timestamp("us")),
        ("source", pa.string()),
        ("member_pseudonym", pa.string()),
        ("member_partner_id", pa.string()),
        ("member_type", pa.string()),
        ("visitor_pseudonym", pa.string()),
        ("person_pseudonym", pa.string()),
        ("client_address_pseudonym", pa.string()),
        ("method", pa.string()),
        ("route", pa.string()),
        ("feature", pa.string()),
        ("route_parameters", pa.string()),
        ("content_id", pa.string()),
        ("content_type", pa.string()),
        ("partner_id", pa.string()),
        ("is_page_view", pa.bool_()),
        ("status", pa.int32()),
        ("bytes_sent", pa.int64()),
        ("referrer_host", pa.string()),
        ("browser", pa.string()),
        ("os", pa.string()),
        ("device_class", pa.string()),
        ("is_bot", pa.bool_()),
        ("bot_evidence", pa.string()),
    ]
)
DEFAULTS = {
    "source": "web",
    "method": "GET",
    "route": "content",
    "feature": "contents",
    "is_page_view": True,
    "status": 200,
    "bytes_sent": 1000,
    "browser": "Firefox",
    "os": "Linux",
    "device_class": "desktop",
    "is_bot": False,
}
MARTS = frozenset(
    {
        "service_daily_usage",
        "service_daily_status",
        "service_daily_bots",
        "partner_daily_usage",
        "partner_weekly_usage",
        "partner_monthly_usage",
        "partner_content_daily",
        "partner_feature_daily",
        "partner_device_daily",
        "partner_referrer_daily",
        "partner_breakdown_daily",
        "partner_breakdown_weekly",
        "partner_breakdown_monthly",
        "partner_weekday_visits",
        "partner_hourly_visits",
        "partner_visit_frequency_monthly",
        "partner_visit_length_monthly",
        "partner_staff_monthly_usage",
        "partner_linked_daily",
        "partner_linked_weekly",
        "partner_linked_monthly",
        "service_weekly_usage",
        "service_monthly_usage",
        "service_member_type_daily",
        "service_member_type_weekly",
        "service_member_type_monthly",
        "service_breakdown_daily",
        "service_breakdown_weekly",
        "service_breakdown_monthly",
    }
)


def pseudonym(text: str) -> str:
    """64 hex digits, like the pipeline's."""
    return hashlib.sha256(text.encode()).hexdigest()


def an_event(occurred_at: datetime, **values: object) -> dict[str, object]:
    """One event at a naive UTC instant; what is not given is an ordinary page view of nothing in particular."""
    day = (occurred_at + timedelta(hours=9)).date()
    told = {"bot_evidence": "user_agent" if values.get("is_bot") else None}
    return {**dict.fromkeys(EVENTS.names), **DEFAULTS, **told, "event_day": day, "occurred_at": occurred_at, **values}


@dataclass
class Workshop:
    """A folder with events, keys and a warehouse."""

    root: Path
    sql: Path
    files: dict[date, DayFile] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        """The warehouse file."""
        return self.root / "warehouse.duckdb"

    @property
    def scratch(self) -> Path:
        """Where the next file is made."""
        return self.root / "staging"

    @property
    def limits(self) -> EngineLimits:
        """What the engine may use."""
        return EngineLimits(2, 512 * MIB, 512 * MIB, self.root / "spill", self.root / "extensions")

    def write(self, events: Iterable[dict[str, object]]) -> None:
        """Write `events` to the files of their days; a day written before is replaced."""
        by_day: dict[date, list[dict[str, object]]] = {}
        for event in events:
            by_day.setdefault(event["event_day"], []).append(event)
        self._write_days(by_day)

    def write_day(self, day: date, rows: list[dict[str, object]]) -> None:
        """Write the file of one day under a new key."""
        self._write_days({day: rows})

    def _write_days(self, rows_by_day: dict[date, list[dict[str, object]]]) -> None:
        with connect(
            extension_directory=self.limits.extension_directory,
            temp_directory=self.limits.temp_folder,
            threads=1,
            memory_limit_bytes=256 * MIB,
            temp_limit_bytes=256 * MIB,
        ) as connection:
            for day, rows in rows_by_day.items():
                key = DataKey(f"events-{day:%Y%m%d}", "events", day, None, "aes256", os.urandom(32))
                path = self.root / "events" / f"{day}.parquet"
                connection.register("rows", pa.Table.from_pylist(rows, schema=EVENTS))
                write_parquet(connection, "SELECT * FROM rows", path, key)
                self.files[day] = DayFile(day, path, key)

    def copy_to(self, root: Path) -> "Workshop":
        """Return a copy in `root`, an empty folder."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        moved = {day: replace(file, path=root / "events" / file.path.name) for day, file in self.files.items()}
        return Workshop(root, self.sql, moved)

    def build(self, *days: date) -> BuildReport:
        """Build `days`, all that have a file when none is named."""
        chosen = days or tuple(self.files)
        return build_days(
            warehouse_path=self.warehouse,
            sql_folder=self.sql,
            events=list(self.files.values()),
            days=chosen,
            rests={day: {"events": f"fingerprint of {day}"} for day in chosen},
            limits=self.limits,
            scratch=self.scratch,
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Run `query` on the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all tables, in order."""
        tables = [name for (name,) in self.rows("SELECT table_name FROM duckdb_tables() ORDER BY ALL")]
        return {str(table): self.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in tables}  # noqa: S608


@pytest.fixture
def workshop(tmp_path: Path, repository: Path) -> Workshop:
    return Workshop(tmp_path, repository / "sql")


@pytest.fixture(scope="session")
def new_workshop(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Callable[[], Workshop]:
    """Make an empty workshop that several tests share; each works on a copy."""
    return lambda: Workshop(tmp_path_factory.mktemp("workshop"), repository / "sql")


@pytest.fixture(scope="session")
def event() -> Callable[..., dict[str, object]]:
    return an_event


@pytest.fixture(scope="session")
def seoul() -> Callable[..., datetime]:
    """Seoul's clock as a naive UTC instant: `seoul(2015, 5, 21, 23, 59)`."""
    return lambda *parts: datetime(*parts, tzinfo=SEOUL).astimezone(UTC).replace(tzinfo=None)


@pytest.fixture
def sql_copy(tmp_path: Path, repository: Path) -> Path:
    """A copy of the project that a test may spoil."""
    target = tmp_path / "sql"
    shutil.copytree(repository / "sql", target, ignore=shutil.ignore_patterns("target", "logs"))
    return target


@pytest.fixture(scope="session")
def names_of_marts() -> frozenset[str]:
    """Every mart there is."""
    return MARTS
