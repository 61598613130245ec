"""Disks that are full or cannot be written, where this machine lets a test have one."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[bool]:
    """Mount a file system of `size_bytes` on `folder`; yield False where mounting is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    is_mounted = _mount("-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder))
    try:
        yield is_mounted
    finally:
        _unmount(folder, is_mounted=is_mounted)


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Make what is below `folder` unwritable, for root too; yield False where mounting is not allowed."""
    is_mounted = _mount("--bind", str(folder), str(folder))
    is_read_only = is_mounted and _mount("-o", "remount,bind,ro", str(folder))
    try:
        yield is_read_only
    finally:
        _unmount(folder, is_mounted=is_mounted)


def fill(folder: Path, *, leaving_bytes: int = 0) -> None:
    """Write a file into `folder` until its disk has no more than `leaving_bytes` left, whoever else writes there."""
    with contextlib.suppress(OSError), (folder / "other-data").open("wb", buffering=0) as file:
        while (free := shutil.disk_usage(folder).free) > leaving_bytes:
            file.write(bytes(min(free - leaving_bytes, 64 * 1024)))


def _mount(*arguments: str) -> bool:
    program = shutil.which("mount")
    return (
        program is not None and subprocess.run([program, *arguments], capture_output=True, check=False).returncode == 0
    )


def _unmount(folder: Path, *, is_mounted: bool) -> None:
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
