"""The one table of places: which dataset of the policy a file belongs to, by its path alone. What stands in no line is unknown.

A path is relative to the home, with `/`; that of a file in the keys' folder begins with `keys/`. Whoever adds a store adds a
line here; until then its files count as unknown, which are kept no day.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from pipelines.policy import Policy
from pipelines.rights.sealed import FOLDERS
from pipelines.rights.sealed import ONE_YEAR as SEALED_1Y
from pipelines.rights.sealed import PERMANENT as SEALED_PERMANENT

KEYS = "keys/"
STAGED = "staged_files"
KEY_DATASET = "data_keys"
SIGN_UPS = "sign_up_digests"
CELLS = "small_cells"
UNACCOUNTED = (STAGED, "dashboard_accounts", "former_releases", "processing_records")
"""Datasets whose files may be there although nothing accounts for them: a night leaves those to a person."""


class Store(StrEnum):
    """Which module says what a file is."""

    SEGMENT = "segment"
    """A segment of the vault or the quarantine."""
    EVENTS = "events"
    """A day of events, or the state beside it."""
    TABLE = "table"
    """A stored registry table."""
    SEALED = "sealed"
    """What is kept of a member who left."""
    ACCESS = "access"
    """A month of access records."""
    TOMBSTONES = "tombstones"
    """The file of tombstones."""
    HELD = "held"
    """Lines or rows that a hold keeps aside."""
    SAMPLE = "sample"
    """Digests of destroyed lines."""
    LANDING = "landing"
    """A delivered file."""
    RELEASE = "release"
    """A file of a release, current or former."""
    RUN = "run"
    """The records of one run."""
    MADE = "made"
    """A file whose clock started when it was made."""
    RECORD = "record"
    """A record of processing pseudonymised data."""
    UNKEPT = "unkept"
    """A file in the place of a store that nothing writes to: it counts from when it was last written, and nobody knows it."""
    STANDING = "standing"
    """A file that stays as long as what it belongs to: a ledger, a head, a pointer, a lock, a live database."""


@dataclass(frozen=True)
class Place:
    """A line of the table: `pattern` matches a whole path; the group `dataset`, if it has one, names the dataset."""

    store: Store
    dataset: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Found:
    """Where a file was found to belong, and the named parts of its path."""

    store: Store
    dataset: str
    parts: dict[str, str]

    @property
    def day(self) -> date:
        """The day in the path. Raises ValueError when it is no day of the calendar."""
        return date.fromisoformat(self.parts["day"])


_DAY = r"(?P<day>\d{4}-\d\d-\d\d)"
_SEGMENT = rf"(?P<source>[^/]+)/{_DAY}/[0-9a-f]{{16}}-\d{{15}}(\.[0-9a-f]{{8}})?\.age"
_RELEASE = r"\d{4}-\d\d-\d\d-\d{4,}"
_SQLITE = r"(-wal|-shm|-journal)?"
_RUN = r"(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


def _line(store: Store, dataset: str, pattern: str) -> Place:
    return Place(store, dataset, re.compile(pattern))


TABLE: tuple[Place, ...] = (
    _line(Store.MADE, STAGED, r"(.+/)?\.[^/]+\.staging"),
    _line(Store.SEGMENT, "", rf"vault/(?P<dataset>access_logs|cookie_records|linked_events)/{_SEGMENT}"),
    _line(Store.SEGMENT, "quarantine", rf"quarantine/quarantine/{_SEGMENT}"),
    _line(Store.EVENTS, "events", rf"events/{_DAY}\.(parquet|json)"),
    _line(Store.EVENTS, "linked_events_pseudonymised", rf"events/linked/{_DAY}\.(parquet|json)"),
    _line(Store.TABLE, "", r"registry/(?P<dataset>[a-z][a-z0-9_]*)/[0-9a-f]{16}\.age"),
    _line(Store.STANDING, "import_ledger", r"registry/[a-z][a-z0-9_]*\.json"),
    _line(Store.SEALED, SIGN_UPS, rf"sealed/{FOLDERS[SEALED_1Y]}/{_DAY}/sign_ups\.age"),
    _line(Store.SEALED, SEALED_1Y, rf"sealed/{FOLDERS[SEALED_1Y]}/{_DAY}/[0-9a-f]{{64}}\.age"),
    _line(Store.SEALED, SEALED_PERMANENT, rf"sealed/{FOLDERS[SEALED_PERMANENT]}/{_DAY}/[0-9a-f]{{64}}\.age"),
    _line(Store.ACCESS, "access_records", rf"ledger/access/{_DAY}\.sealed"),
    _line(Store.STANDING, "access_records", r"ledger/access/access\.jsonl(\.head)?"),
    _line(Store.STANDING, "import_ledger", r"ledger/(imports\.jsonl(\.head)?|checks\.json|verified\.json)"),
    _line(Store.STANDING, "import_ledger", r"home\.json|\.(home\.)?lock|ledger/(access/)?\.[^/]+\.lock"),
    _line(Store.STANDING, "destruction_register", r"(ledger/destructions\.jsonl(\.head|\.root)?|keys/destructions\.head)"),
    _line(Store.MADE, "destruction_plans", r"ledger/plans/[^/.][^/]*\.(json|txt)"),
    _line(Store.SAMPLE, "verification_digests", r"ledger/samples/[^/.][^/]*\.json"),
    _line(Store.STANDING, "holds", r"ledger/holds(\.[^/]+|/.+)"),
    _line(Store.HELD, "held_lines", rf"held/(?P<hold>[^/]+)/[a-z][a-z0-9_]*/{_DAY}/[^/.][^/]*\.age"),
    _line(Store.STANDING, "member_requests", r"ledger/requests\.jsonl(\.head)?"),
    _line(Store.STANDING, "open_requests", r"ledger/requests/[^/.]+\.age"),
    _line(Store.MADE, "subject_exports", r"exports/.+"),
    _line(Store.RECORD, "processing_records", r"ledger/processing/[0-9a-f]{64}\.jsonl"),
    _line(Store.UNKEPT, "processing_records", r"ledger/processing/.+"),
    _line(Store.STANDING, "dashboard_accounts", r"accounts/([0-9a-f]{32}\.age|\.lock)"),
    _line(Store.UNKEPT, "dashboard_accounts", r"accounts/.+"),
    _line(Store.STANDING, "dashboard_sessions", rf"dashboard/sessions\.sqlite{_SQLITE}"),
    _line(Store.STANDING, "access_records", r"dashboard/access/(\d{4}-\d\d-\d\d\.(sealed|taken-[0-9a-f]{8})|\.lock)"),
    _line(Store.STANDING, CELLS, r"warehouse\.duckdb(\.wal)?"),
    _line(Store.STANDING, "releases", r"published/officer/current\.json|published/current|gate/[^/.][^/]*\.(parquet|json)"),
    _line(Store.RELEASE, "former_releases", rf"published/(?P<release>{_RELEASE})/(manifest\.json|[0-9a-f]{{64}}\.duckdb)"),
    _line(Store.UNKEPT, "former_releases", r"published/.+"),
    _line(Store.MADE, "former_warehouses", r"staging/next-warehouse/.+|warehouse[^/]*\.duckdb[^/]*"),
    _line(Store.MADE, STAGED, r"staging/.+"),
    _line(Store.LANDING, "delivered_files", r"landing/(access/[^/]+|cookies|linked|registry)/[^/]+"),
    _line(Store.RUN, "run_records", rf"dagster/history/runs/{_RUN}\.db{_SQLITE}"),
    _line(Store.STANDING, "run_records", rf"dagster/(history/(runs|runs/index)|schedules/schedules)\.db{_SQLITE}"),
    _line(Store.STANDING, "run_records", r"dagster/(dagster\.yaml|arrivals\.json|\.lock|\.[^/]+\.lock)"),
    _line(Store.MADE, "run_records", r"dagster/(alive|logs|storage|history/logs|\.telemetry|\.nux|\.logs_queue)/.+"),
    _line(Store.STANDING, "holds", r"keys/holds/[^/.][^/]*\.json"),
    _line(Store.TOMBSTONES, "tombstones", r"keys/tombstones\.jsonl"),
    _line(Store.STANDING, KEY_DATASET, r"keys/wrapped/[^/.][^/]*\.jsonl"),
    _line(Store.STANDING, KEY_DATASET, r"keys/(keyring\.json|register\.jsonl(\.head)?|master\.key|sealed_recipient\.txt)"),
    _line(Store.STANDING, KEY_DATASET, r"keys/(\.lock|\.[^/]+\.lock)"),
    _line(Store.STANDING, KEY_DATASET, r"keys/dashboard/(keyring\.json|register\.jsonl(\.head)?|master\.key|\.[^/]*lock)"),
    _line(Store.STANDING, KEY_DATASET, r"keys/dashboard/wrapped/[^/.][^/]*\.jsonl"),
)  # fmt: skip


def dated(policy: Policy) -> set[str]:
    """Return the datasets whose items have clocks that may run out: those with an end, stored where the table tells days."""
    stored = {place.dataset for place in TABLE if place.store is not Store.STANDING} | {KEY_DATASET, CELLS}
    return {
        name
        for name, dataset in policy.datasets.items()
        if dataset.period is not None
        and dataset.period.at_most.text != "permanent"
        and (dataset.stage in {"vault", "registry"} or name in stored)
    }


def place_of(path: str) -> Found | None:
    """Return what the table says of a path, None when no line matches or its day is no day of the calendar."""
    for place in TABLE:
        if match := place.pattern.fullmatch(path):
            parts = {name: text for name, text in match.groupdict().items() if text is not None}
            found = Found(place.store, place.dataset or parts["dataset"], parts)
            return found if "day" not in parts or _is_day(parts["day"]) else None
    return None


def day_in(path: str) -> date | None:
    """Return the last day that a path names, for files that the table does not know; None when it names none."""
    days = [text for text in re.findall(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)", path) if _is_day(text)]
    return date.fromisoformat(days[-1]) if days else None


def path_of(home: Path, key_folder: Path, place: str) -> Path:
    """Return the file that a place names: one in the keys' folder, else one below the home."""
    return key_folder / place.removeprefix(KEYS) if place.startswith(KEYS) else home / place


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
