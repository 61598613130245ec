"""Which files of the landing folder are taken in: those that are finished. Every intake and the sensor ask here."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

UNFINISHED = (".tmp", ".part", ".partial", ".swp", "~")
"""How the names of files end that are being written still, or that an editor left."""
LONGEST_UNFINISHED = timedelta(days=1)
"""A file that nobody wrote to for longer is not being written still, whatever its name says."""
FORMATS = (".csv", ".jsonl", ".ndjson", ".json", ".parquet")
PACKINGS = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".zip", ".z", ".br", ".7z")
"""How packed files are called, those that are not read among them: the intake says so of each."""


def finished(folder: Path) -> Sequence[Path]:
    """Return the files of `folder` that are not being written still, in order of name; none when there is no such folder."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_file() and is_finished(path)]


def is_finished(path: Path) -> bool:
    """Say whether a file's name is that of one that is complete."""
    return not path.name.startswith(".") and not path.name.lower().endswith(UNFINISHED)


def is_left_unfinished(path: Path, now: datetime) -> bool:
    """Say whether a file has an unfinished name and was last written longer than LONGEST_UNFINISHED before `now`."""
    if is_finished(path):
        return False
    return now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > LONGEST_UNFINISHED


def table_of_export(path: Path) -> str | None:
    """Return the table an export is of, its name up to the first dot; None for a copy put aside (`members.csv.bak`).

    Behind a format nothing may follow but a packing. A name without a format is left to the intake, which looks at the bytes.
    """
    table, *suffixes = path.name.split(".")
    named = [f".{suffix.lower()}" for suffix in suffixes]
    last = max((place for place, suffix in enumerate(named) if suffix in FORMATS), default=len(named))
    return table if set(named[last + 1 :]) <= set(PACKINGS) else None
