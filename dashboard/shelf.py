"""The shelf of releases: which one is current, and a partner's file of one of them, opened so that nothing else can be reached.

A request takes one release and keeps it to its last line, so that a page never mixes two. A file's connection lives as long as
someone reads from it; the shelf itself keeps the last ones used.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from dashboard.answers import Answers
from dashboard.settings import DashboardSettings
from pipelines.errors import DamagedError
from pipelines.home import Home
from pipelines.releases.published import MANIFEST, Published

_COLUMNS = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index"
_RELEASES_AT_ONCE = 4
"""How many releases readers may be on at a time; of an older one the columns are read again."""


@dataclass(frozen=True)
class Release:
    """A release, named by its id."""

    shelf: "Shelf"
    id: str

    def open(self, partner_file: str) -> duckdb.DuckDBPyConnection | None:
        """Return a connection of its own to the file of a partner, None when the release has none. Raises DamagedError."""
        return self.shelf.connection(self.id, partner_file)

    def has(self, partner_file: str) -> bool:
        """Say whether there is a file of a partner; it is not opened."""
        return self.shelf.has(self.id, partner_file)

    def columns(self, connection: duckdb.DuckDBPyConnection) -> Mapping[str, Sequence[str]]:
        """Return the columns of each table of every file of the release, in order, read from the one that is open."""
        return self.shelf.columns(self.id, connection)

    def answers(self, partner_file: str) -> Answers:
        """Return where readers of a partner's file remember its answers, as long as the file stays open."""
        return self.shelf.answers(self.id, partner_file)

    def published_at(self) -> datetime | None:
        """Return when it was published, None when its manifest does not say."""
        return self.shelf.published_at(self.id)


class Shelf:
    """The releases of a home; safe to use from several threads."""

    def __init__(self, settings: DashboardSettings) -> None:
        """Name the folder; nothing is read."""
        self._published = Published(Home(settings.home).published)
        self._keep = settings.open_files
        self._memory = settings.file_memory_bytes
        self._lock = threading.Lock()
        self._open: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()
        self._answers: dict[Path, Answers] = {}
        self._columns: OrderedDict[str, Mapping[str, Sequence[str]]] = OrderedDict()

    def current(self) -> Release | None:
        """Return the current release, None before the first. Raises DamagedError for a pointer that names none."""
        release = self._published.current()
        return None if release is None else Release(self, release)

    def release(self, release: str) -> Release | None:
        """Return the release of that id if it is still there, else None."""
        return Release(self, release) if release in self._published.releases() else None

    def has(self, release: str, partner_file: str) -> bool:
        """Say whether a release has a file of a partner."""
        return self._published.file_of(partner_file, release) is not None

    def columns(self, release: str, connection: duckdb.DuckDBPyConnection) -> Mapping[str, Sequence[str]]:
        """Return the columns of each table, in order: all files of a release have the same, and asking takes long."""
        found = self._columns.get(release)
        if found is None:
            read: dict[str, list[str]] = {}
            for table, column in connection.execute(_COLUMNS).fetchall():
                read.setdefault(table, []).append(column)
            found = self._columns[release] = read
            while len(self._columns) > _RELEASES_AT_ONCE:
                self._columns.popitem(last=False)
        return found

    def connection(self, release: str, partner_file: str) -> duckdb.DuckDBPyConnection | None:
        """Return a cursor of its own on a partner's file, None when there is no such file. Raises DamagedError."""
        path = self._published.file_of(partner_file, release)
        if path is None:
            return None
        with self._lock:
            found = self._open.get(path)
            if found is not None:
                self._open.move_to_end(path)
                return found.cursor()
        opened = self._opened(path)
        dropped = []
        with self._lock:
            found = self._open.setdefault(path, opened)
            while len(self._open) > self._keep:
                former, connection = self._open.popitem(last=False)
                self._answers.pop(former, None)
                dropped.append(connection)
            cursor = found.cursor()
        dropped.clear()  # Closing takes a while, and nobody waits for it.
        return cursor

    def answers(self, release: str, partner_file: str) -> Answers:
        """Return where readers of an open file remember its answers; one that is not open gets a new place, kept nowhere."""
        path = self._published.file_of(partner_file, release)
        with self._lock:
            if path is None or path not in self._open:
                return Answers()
            return self._answers.setdefault(path, Answers())

    def published_at(self, release: str) -> datetime | None:
        """Return the aware instant in a release's manifest, None when none can be read there."""
        try:
            said = json.loads((self._published.folder / release / MANIFEST).read_bytes())["published_at"]
            return datetime.fromisoformat(said)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            self._open.clear()
            self._answers.clear()

    def _opened(self, path: Path) -> duckdb.DuckDBPyConnection:
        try:
            return duckdb.connect(
                str(path),
                read_only=True,
                config={
                    "enable_external_access": False,
                    "autoload_known_extensions": False,
                    "autoinstall_known_extensions": False,
                    "threads": 1,
                    "memory_limit": f"{self._memory}B",
                    "lock_configuration": True,
                },
            )
        except duckdb.Error as cause:
            raise DamagedError(f"a partner's file cannot be opened ({type(cause).__name__})") from None
