"""Files appear whole or not at all: written under a staging name, fsynced, renamed, and the folder fsynced."""

import json
import os
import secrets
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
STAGING_SUFFIX = ".staging"


def make_folder(folder: Path) -> Path:
    """Make `folder` and its parents, readable by the owner alone, and return it; one that is there stays as it is."""
    if not folder.is_dir():
        # One by one: mkdir gives the parents it makes the default mode, not the one asked for.
        make_folder(folder.parent)
        folder.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
        sync_folder(folder.parent)
    return folder


def staging_path(target: Path) -> Path:
    """Return a new name beside `target` (hidden, ends with `.staging`), so that the rename stays in one file system."""
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}{STAGING_SUFFIX}")


def staging_leftovers(folder: Path, *, is_recursive: bool = True) -> list[Path]:
    """Return the staging names in `folder` and, if `is_recursive`, below it; of crashed writers when no writer runs."""
    pattern = f".*{STAGING_SUFFIX}"
    return list(folder.rglob(pattern) if is_recursive else folder.glob(pattern))


def sweep_staging(folder: Path) -> int:
    """Remove what crashed writers left below `folder` and return how many; only while no writer runs."""
    leftovers = staging_leftovers(folder)
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return len(leftovers)


def sync_file(path: Path) -> None:
    """Wait until the bytes of `path` are on the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(folder: Path) -> None:
    """Wait until the names in `folder` are on the disk."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def replace(staged: Path, target: Path) -> None:
    """Put `staged` in the place of `target`: fsync the file, rename it, fsync the folder."""
    sync_file(staged)
    staged.replace(target)
    sync_folder(target.parent)


def write_bytes(path: Path, data: bytes, *, mode: int = OWNER_ONLY) -> None:
    """Write `data` to `path` atomically, making its folder; `mode` is the file's, by default the owner's alone."""
    make_folder(path.parent)
    staged = staging_path(path)
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
        replace(staged, path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str, *, mode: int = OWNER_ONLY) -> None:
    """Write `text` to `path` atomically, as UTF-8."""
    write_bytes(path, text.encode(), mode=mode)


def write_json(path: Path, document: object, *, mode: int = OWNER_ONLY) -> None:
    """Write `document` to `path` atomically, as indented JSON with a newline at the end."""
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n", mode=mode)


def remove(path: Path) -> None:
    """Remove the file `path` and fsync its folder; nothing happens when it is not there."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def erase(path: Path) -> None:
    """Overwrite the bytes of the file `path` and remove it, on the disk when this returns; nothing happens without it."""
    if path.is_file():
        path.chmod(OWNER_ONLY)
        with path.open("r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        remove(path)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
