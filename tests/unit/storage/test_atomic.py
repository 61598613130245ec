"""Files appear whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from pipelines.storage import atomic


def test_what_is_written_is_read_back_and_nothing_else_is_left(tmp_path: Path):
    target = tmp_path / "folder" / "file"
    atomic.write_bytes(target, b"one")
    atomic.write_bytes(target, b"two")
    assert target.read_bytes() == b"two"
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_file_is_its_owners_alone_unless_a_mode_is_given(tmp_path: Path):
    atomic.write_bytes(tmp_path / "secret", b"")
    atomic.write_bytes(tmp_path / "shared", b"", mode=0o644)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) & 0o600 == 0o600
    assert (tmp_path / "shared").stat().st_mode != (tmp_path / "secret").stat().st_mode


def test_a_new_folder_and_its_parents_are_their_owners_alone(tmp_path: Path):
    folder = atomic.make_folder(tmp_path / "new" / "below")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert atomic.make_folder(folder) == folder


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path):
    (tmp_path / "shared").mkdir(mode=0o755)
    atomic.write_bytes(tmp_path / "shared" / "file", b"")
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755


def test_a_failed_write_leaves_the_old_file_and_no_staging_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    target = tmp_path / "file"
    atomic.write_bytes(target, b"old")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic.write_bytes(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_file_is_synced_before_its_rename_and_the_folder_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def rename(path: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", rename)
    atomic.write_bytes(tmp_path / "file", b"x")
    assert steps == ["file", "rename", "folder"]


def test_staging_names_are_beside_the_target_and_never_the_same(tmp_path: Path):
    target = tmp_path / "day.parquet"
    names = {atomic.staging_path(target) for _ in range(100)}
    assert len(names) == 100
    assert {name.parent for name in names} == {tmp_path}
    assert not any(name.match("*.parquet") for name in names)


def test_the_sweep_removes_what_a_killed_writer_left_and_nothing_else(tmp_path: Path):
    target = tmp_path / "a" / "file"
    atomic.write_bytes(target, b"kept")
    atomic.staging_path(target).write_bytes(b"half")
    (target.parent / ".lock").write_bytes(b"")
    assert atomic.sweep_staging(tmp_path) == 1
    assert sorted(path.name for path in target.parent.iterdir()) == [".lock", "file"]


def test_text_and_json_are_utf8(tmp_path: Path):
    atomic.write_text(tmp_path / "text", "음악")
    atomic.write_json(tmp_path / "json", {"name": "음악"})
    assert (tmp_path / "text").read_bytes().decode() == "음악"
    assert "음악" in (tmp_path / "json").read_bytes().decode()


def test_removing_twice_is_no_error(tmp_path: Path):
    atomic.write_bytes(tmp_path / "file", b"")
    atomic.remove(tmp_path / "file")
    atomic.remove(tmp_path / "file")
    assert not (tmp_path / "file").exists()
