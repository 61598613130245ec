"""A table of a SQLite database read as an export is: read-only, in one transaction, row by row."""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pipelines.errors import InputError
from pipelines.tabular.reading import RawRow


class SqliteReader:
    """Reads one table once; a TableReader. The digest covers the columns' names and the rows of the wanted columns."""

    def __init__(self, path: Path, table: str) -> None:
        """Name the database file and the table or view in it; nothing is opened."""
        self.columns: Sequence[str] = ()
        self._path, self._table = path, table
        self._digest = hashlib.sha256()

    @property
    def content_sha256(self) -> str:
        """Digest of what was read, as hex."""
        return self._digest.hexdigest()

    def rows(self, wanted: Collection[str]) -> Iterator[RawRow]:
        """Yield the rows in the order of their values. Raises InputError when file or table cannot be read."""
        try:
            with closing(self._connect()) as connection:
                yield from self._rows(connection, wanted)
        except sqlite3.Error as cause:
            raise InputError(f"{self._path.name}: {self._table} cannot be read ({type(cause).__name__})") from None

    def _connect(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise InputError(f"{self._path.name}: no such file")
        connection = sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro", uri=True, isolation_level=None)
        # Bytes that are not UTF-8 become lone surrogates and fail as values, as in a file.
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        return connection

    def _rows(self, connection: sqlite3.Connection, wanted: Collection[str]) -> Iterator[RawRow]:
        connection.execute("BEGIN")
        table = _quoted(self._table)
        described = connection.execute(f"SELECT * FROM {table} LIMIT 0").description  # noqa: S608 -- quoted, from the settings
        self.columns = [column[0] for column in described]
        names = [name for name in self.columns if name in wanted]
        self._digest.update(json.dumps(self.columns).encode() + b"\n")
        if not names:
            return
        chosen = ", ".join(map(_quoted, names))
        order = ", ".join(str(place) for place in range(1, len(names) + 1))
        found = connection.execute(f"SELECT {chosen} FROM {table} ORDER BY {order}")  # noqa: S608 -- quoted names
        for number, row in enumerate(found, start=1):
            self._digest.update(json.dumps(row, default=repr).encode() + b"\n")
            yield RawRow(number, dict(zip(names, row, strict=True)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
