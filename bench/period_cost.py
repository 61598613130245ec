"""What the weeks and months add to a night: one day rebuilt with a month of events retained, against the same day alone.

Run by hand: `.venv/bin/python bench/period_cost.py [EVENTS_A_DAY] [DAYS]`. Machines are noisy: compare ratios, not seconds.
"""

import os
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from pipelines.storage.engine import connect
from pipelines.storage.keys import DataKey
from pipelines.storage.parquet import write_parquet
from pipelines.warehouse.build import build_days
from pipelines.warehouse.context import DayFile, EngineLimits

GIB = 1024**3
LAST = date(2015, 5, 31)
SQL = Path(__file__).parents[1] / "sql"
EVENTS_OF_A_VISITOR = 10
"""A day; a third of the visitors come again each day."""

EVENTS = """
SELECT
    DATE '{day}' AS event_day,
    TIMESTAMP '{day}' - INTERVAL 9 HOUR + to_microseconds((hash(i, '{day}') % 86400000000)::BIGINT) AS occurred_at,
    'web' AS source,
    CASE WHEN who % 20 = 0 THEN sha256('m' || who) END AS member_pseudonym,
    CASE WHEN who % 20 = 0 THEN 'p' || who % 500 END AS member_partner_id,
    CASE WHEN who % 20 = 0 THEN 'agency' END AS member_type,
    sha256('v' || who) AS visitor_pseudonym,
    sha256('p' || who // 2 * 2) AS person_pseudonym,
    sha256('a' || who) AS client_address_pseudonym,
    'GET' AS method, 'content' AS route, ['content', 'statistics', 'search'][1 + i % 3] AS feature,
    NULL::VARCHAR AS route_parameters, 'c' || i % 5000 AS content_id, 'track' AS content_type, 'p' || i % 500 AS partner_id,
    i % 5 < 3 AS is_page_view, 200 AS status, 1000::BIGINT AS bytes_sent,
    'host' || i % 40 || '.test' AS referrer_host, 'Firefox' AS browser, 'Linux' AS os,
    ['desktop', 'mobile'][1 + who % 2] AS device_class, who % 50 = 7 AS is_bot,
    CASE WHEN who % 50 = 7 THEN 'user_agent' END AS bot_evidence
FROM (
    SELECT i, (hash(i // {each}, CASE WHEN i // {each} % 3 = 0 THEN '' ELSE '{day}' END) % 1000000000)::BIGINT AS who
    FROM range({events}) AS r(i)
)
"""


def limits(folder: Path) -> EngineLimits:
    """What the engine may use, as by default."""
    return EngineLimits(2, GIB, 20 * GIB, folder / "spill", folder / "extensions")


def write_days(folder: Path, days: list[date], events: int) -> list[DayFile]:
    """Write `events` synthetic events for each of `days`."""
    given = limits(folder)
    files = []
    with connect(
        extension_directory=given.extension_directory,
        temp_directory=given.temp_folder,
        threads=2,
        memory_limit_bytes=GIB,
        temp_limit_bytes=20 * GIB,
    ) as connection:
        for day in days:
            key = DataKey(f"events-{day:%Y%m%d}", "events", day, None, "aes256", os.urandom(32))
            text = EVENTS.format(day=day, events=events, each=EVENTS_OF_A_VISITOR)
            path = folder / "events" / f"{day}.parquet"
            write_parquet(connection, text, path, key)
            files.append(DayFile(day, path, key))
    return files


def night(folder: Path, files: list[DayFile]) -> None:
    """Rebuild the last day and print its seconds and the peak resident memory of this process, and the slowest models."""
    began = time.perf_counter()
    report = build_days(
        warehouse_path=folder / f"warehouse-{len(files)}.duckdb",
        sql_folder=SQL,
        events=files,
        days=[LAST],
        rests={LAST: {"events": ""}},
        limits=limits(folder),
        scratch=folder / "staging",
    )
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    slowest = sorted(report.nodes, key=lambda node: -node.execution_seconds)[:5]
    models = ", ".join(f"{node.name} {node.execution_seconds:.1f}" for node in slowest)
    print(f"{len(files):3} days retained: {seconds:6.1f} s, {peak:6,.0f} MiB at most ({models})", flush=True)


def main() -> None:
    """Write the events, then rebuild the last day with one day and with all days retained, each in a process of its own."""
    events, count = (int(word) for word in (*sys.argv[1:], *("200000", "31")[len(sys.argv) - 1 :]))
    days = [LAST - timedelta(days=shift) for shift in range(count)][::-1]
    with tempfile.TemporaryDirectory() as text:
        files = write_days(Path(text), days, events)
        for retained in (1, 1, 7, count):
            child = os.fork()
            if child == 0:
                night(Path(text), files[-retained:])
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    main()
