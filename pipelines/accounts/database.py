"""The one small database of what comes and goes: sessions, sign-ins halfway or failed, tokens of programs.

No name and no secret is in it. Who is meant stands there as the account's keyed digest, a token as its SHA-256. What is deleted
is overwritten (`secure_delete`): https://www.sqlite.org/pragma.html#pragma_secure_delete.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.storage.atomic import OWNER_ONLY, make_folder

_TABLES = """
CREATE TABLE IF NOT EXISTS sessions (
    token_digest TEXT PRIMARY KEY, session_id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL,
    began_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, agent TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_of ON sessions (account_id);
CREATE TABLE IF NOT EXISTS pending (
    token_digest TEXT PRIMARY KEY, account_id TEXT NOT NULL, stage TEXT NOT NULL, began_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS used_codes (
    account_id TEXT PRIMARY KEY, last_step INTEGER NOT NULL, wrong INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS failures (
    account_id TEXT PRIMARY KEY, failures INTEGER NOT NULL, failed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tokens (
    token_digest TEXT PRIMARY KEY, token_id TEXT NOT NULL UNIQUE, partner_id TEXT NOT NULL, partner_file TEXT NOT NULL,
    label TEXT NOT NULL, made_by TEXT NOT NULL, made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS ended (account_id TEXT PRIMARY KEY, ended_at INTEGER NOT NULL) STRICT;
"""


class Database:
    """The database in the file `path`. Safe between threads and processes; a crash of the machine loses sessions at most."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made by the first use."""
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection within one transaction that nobody else writes beside."""
        with self._lock:
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def rows(self, query: str, parameters: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        with self._lock:
            return self._opened().execute(query, parameters).fetchall()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            make_folder(self.path.parent)
            self.path.touch(mode=OWNER_ONLY, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=5, isolation_level=None, check_same_thread=False)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_TABLES)
            self._connection = connection
        return self._connection
