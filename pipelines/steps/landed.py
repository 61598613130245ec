"""Which files of the landing folder are taken in: those that are finished. Every intake and the sensor ask here."""

from collections.abc import Sequence
from pathlib import Path

UNFINISHED = (".tmp", ".part", ".partial", ".swp", "~")
"""How the names of files end that are being written still, or that an editor left."""


def finished(folder: Path) -> Sequence[Path]:
    """Return the files of `folder` that are not being written still, in order of name; none when there is no such folder."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_file() and is_finished(path)]


def is_finished(path: Path) -> bool:
    """Say whether a file's name is that of one that is complete."""
    return not path.name.startswith(".") and not path.name.lower().endswith(UNFINISHED)
