"""DuckDB as the engine: in memory, offline, spilling encrypted.

DuckDB writes encrypted Parquet only through the OpenSSL of its httpfs extension (its built-in crypto is read-only, and
`force_mbedtls_unsafe` is never set). The signed extension comes in a wheel of exactly DuckDB's version and is loaded
from there: nothing is fetched, installed or copied. The remote file systems it brings are switched off.
"""

import base64
import importlib.util
from pathlib import Path

import duckdb

from pipelines.errors import DamagedError, KeyMissingError, PartnerstatsError, UsageError
from pipelines.storage.atomic import make_folder
from pipelines.storage.keys import DataKey

REMOTE_FILE_SYSTEMS = "HTTPFileSystem,S3FileSystem,HuggingFaceFileSystem"
_WITHOUT_DATA = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
    duckdb.PermissionException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
)

Configuration = dict[str, str | bool | int | float | list[str]]


def configuration(
    *,
    extension_directory: Path,
    temp_directory: Path,
    threads: int,
    memory_limit_bytes: int,
    temp_limit_bytes: int,
    preserve_insertion_order: bool = False,
) -> Configuration:
    """Return the options to connect with, also for connections that others open (dbt-duckdb)."""
    return {
        "extension_directory": str(extension_directory),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "temp_directory": str(temp_directory),
        "temp_file_encryption": True,
        "threads": threads,
        "memory_limit": f"{memory_limit_bytes}B",
        "max_temp_directory_size": f"{temp_limit_bytes}B",
        "preserve_insertion_order": preserve_insertion_order,
    }


def connect(
    *,
    extension_directory: Path,
    temp_directory: Path,
    threads: int,
    memory_limit_bytes: int,
    temp_limit_bytes: int,
    preserve_insertion_order: bool = False,
) -> duckdb.DuckDBPyConnection:
    """Open a database in memory, prepared (see `prepare`). `temp_directory` is made; what spills there is encrypted.

    `memory_limit_bytes` bounds DuckDB's buffers, not the resident memory, which can be more than twice that.
    """
    make_folder(temp_directory)
    options = configuration(
        extension_directory=extension_directory,
        temp_directory=temp_directory,
        threads=threads,
        memory_limit_bytes=memory_limit_bytes,
        temp_limit_bytes=temp_limit_bytes,
        preserve_insertion_order=preserve_insertion_order,
    )
    connection = duckdb.connect(":memory:", config=options)
    prepare(connection)
    return connection


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Load the crypto, close remote file systems, set UTC and no progress bar. UsageError without the wheel."""
    connection.load_extension(str(_extension_file()))
    connection.execute(f"SET disabled_filesystems = '{REMOTE_FILE_SYSTEMS}'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET TimeZone = 'UTC'")


def add_key(connection: duckdb.DuckDBPyConnection, key: DataKey) -> None:
    """Give `connection` the `aes256` key, under its own name. No error ever shows the key."""
    if key.kind != "aes256" or len(key.secret) != 32:
        raise ValueError(f"key {key.name} is not an aes256 key")
    encoded = base64.b64encode(key.secret).decode("ascii")
    try:
        # A PRAGMA takes no parameters: the statement holds the key, so its error is not passed on.
        connection.execute(f"PRAGMA add_parquet_key({quoted(key.name)}, '{encoded}')")
    except duckdb.Error as cause:
        raise KeyMissingError(f"key {key.name} could not be given to DuckDB: {type(cause).__name__}") from None


def quoted(text: str) -> str:
    """Return `text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def without_data(cause: duckdb.Error, what: str) -> PartnerstatsError:
    """Return the error to raise in place of `cause`, with its text only when that speaks of the query, not of values.

    Raise it `from None`, or the values come along in the traceback.
    """
    if isinstance(cause, _WITHOUT_DATA):
        return UsageError(f"{what}: {cause}")
    return DamagedError(f"{what}: {type(cause).__name__}")


def _extension_file() -> Path:
    spec = importlib.util.find_spec("duckdb_extension_httpfs")
    if spec is None or spec.origin is None:
        raise UsageError("the package duckdb-extension-httpfs is not installed")
    file = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
    if not file.is_file():
        raise UsageError(f"duckdb-extension-httpfs is not of DuckDB's version, {duckdb.__version__}")
    return file
