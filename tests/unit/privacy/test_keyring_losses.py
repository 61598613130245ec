"""Whatever part of a keyring is lost, nothing new takes its place."""

import json
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError
from pipelines.privacy.keyring import DestroyBy, Keyring, open_keyring
from pipelines.privacy.master_key import FileMasterKeys

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
LOG_KEY = "access_logs.2026-11-20.until-2027-02-25"


def ends(dataset: str, day: date) -> date | None:
    return None if dataset == "members" else day + timedelta(days=97)


def ring(folder: Path, destroy_by: DestroyBy = ends) -> Keyring:
    return Keyring(folder, FileMasterKeys(folder / "master.key", create=True), destroy_by, lambda: NOW)


def opened(folder: Path, *, allow_create: bool) -> Keyring:
    return open_keyring(folder, folder / "master.key", destroy_by=ends, now=lambda: NOW, allow_create=allow_create)


def wrapped_file(folder: Path) -> Path:
    (path,) = (folder / "wrapped").iterdir()
    return path


def lines_by_name(folder: Path) -> dict[str, bytes]:
    return {json.loads(line)["name"]: line for line in wrapped_file(folder).read_bytes().splitlines()}


def write_lines(folder: Path, lines: Iterable[bytes]) -> None:
    wrapped_file(folder).write_bytes(b"".join(line + b"\n" for line in lines))


@pytest.mark.parametrize("lost", ["wrapped", "wrapped/*", "keyring.json"])
def test_whatever_is_lost_no_new_key_takes_its_place(tmp_path: Path, lost: str):
    opened(tmp_path, allow_create=True).data_key("access_logs", DAY)
    (gone,) = tmp_path.glob(lost)
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    before = sorted(tmp_path.rglob("*"))
    for allow_create in (False, True):
        with pytest.raises(KeyMissingError):
            opened(tmp_path, allow_create=allow_create)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("lost", [LOG_KEY, "pseudonyms.1"])
def test_no_lost_key_is_made_anew(tmp_path: Path, lost: str):
    opened(tmp_path, allow_create=True).data_key("access_logs", DAY)
    write_lines(tmp_path, [line for name, line in lines_by_name(tmp_path).items() if name != lost])
    before = wrapped_file(tmp_path).read_bytes()
    for allow_create in (False, True):
        with pytest.raises(KeyMissingError, match=lost):
            opened(tmp_path, allow_create=allow_create)
    assert wrapped_file(tmp_path).read_bytes() == before


def test_a_lost_register_is_not_begun_anew(tmp_path: Path):
    opened(tmp_path, allow_create=True)
    for name in ("register.jsonl", "register.jsonl.head"):
        (tmp_path / name).unlink()
    with pytest.raises(KeyMissingError, match="register"):
        opened(tmp_path, allow_create=True)


def test_a_lost_register_and_lost_keys_are_not_begun_anew(tmp_path: Path):
    opened(tmp_path, allow_create=True)
    for name in ("register.jsonl", "register.jsonl.head"):
        (tmp_path / name).unlink()
    shutil.rmtree(tmp_path / "wrapped")
    with pytest.raises(KeyMissingError):
        opened(tmp_path, allow_create=True)


def test_a_key_lost_while_the_keyring_is_open_is_not_made_again(tmp_path: Path):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)
    write_lines(tmp_path, [line for name, line in lines_by_name(tmp_path).items() if name != LOG_KEY])
    with pytest.raises(KeyMissingError):
        keys.data_key("access_logs", DAY)
    assert LOG_KEY not in lines_by_name(tmp_path)
