"""Killed anywhere, the keyring has each key whole or not at all, and never a second one for the same data."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError
from pipelines.privacy.keyring import Keyring, open_keyring
from pipelines.privacy.master_key import FileMasterKey
from pipelines.privacy.wrapped_keys import WrappedKeys
from pipelines.storage.ledger import Ledger

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
MASTER = FileMasterKey(bytes(range(32)))
LOG_KEY = "access_logs.2026-11-20.until-2027-02-25"


def ends(dataset: str, day: date) -> date | None:
    return None if dataset == "members" else day + timedelta(days=97)


def ring(folder: Path, master: FileMasterKey = MASTER) -> Keyring:
    return Keyring(folder, master, ends, lambda: NOW)


def opened(folder: Path, *, allow_create: bool) -> Keyring:
    return open_keyring(folder, folder / "master.key", destroy_by=ends, now=lambda: NOW, allow_create=allow_create)


def key_file(folder: Path, name: str) -> Path:
    return folder / "data" / name.partition(".")[0] / f"{name}.json"


def test_killed_between_a_keys_file_and_its_entry_the_key_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = ring(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Ledger, "append", killed)
        keys.data_key("access_logs", DAY)
    again = ring(tmp_path)
    assert again.data_key("access_logs", DAY) == again.get(LOG_KEY)
    assert [info.name for info in again.list()] == [LOG_KEY]
    assert len(again.list()) == 1


def test_killed_between_a_destructions_entry_and_the_file_the_destruction_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(WrappedKeys, "_erase", killed)
        keys.destroy(LOG_KEY)
    assert key_file(tmp_path, LOG_KEY).exists()
    with pytest.raises(KeyMissingError):
        keys.get(LOG_KEY)
    ring(tmp_path)
    assert not key_file(tmp_path, LOG_KEY).exists()


def killed_at_each_sync(
    monkeypatch: pytest.MonkeyPatch, prepare: Callable[[int], Callable[[], object]]
) -> Iterator[int]:
    """Run what `prepare` returns again and again, stopping it at its first, second, ... fsync, until it comes through."""
    real = os.fsync
    for step in range(1, 100):
        action, calls = prepare(step), []

        def stop(descriptor: int, *, step: int = step, calls: list[int] = calls) -> None:
            calls.append(descriptor)
            if len(calls) == step:
                raise KeyboardInterrupt
            real(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", stop)
            try:
                action()
            except KeyboardInterrupt:
                pass
            else:
                return
        yield step


def test_killed_anywhere_while_it_begins_there_is_one_root_key_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    steps = 0
    for step in killed_at_each_sync(monkeypatch, lambda step: lambda: ring(tmp_path / str(step))):
        folder = tmp_path / str(step)
        root = ring(folder).pseudonym_key()
        assert ring(folder).pseudonym_key() == root
        assert [entry.body["name"] for entry in Ledger(folder / "register.jsonl").entries()] == ["pseudonyms.1"]
        steps += 1
    assert steps >= 10


def test_killed_anywhere_while_a_key_is_made_the_day_has_one_key_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def prepare(step: int) -> Callable[[], object]:
        keys = ring(tmp_path / str(step))
        keys.data_key("access_logs", NEXT_DAY)
        return lambda: keys.data_key("access_logs", DAY)

    steps = 0
    for step in killed_at_each_sync(monkeypatch, prepare):
        keys = ring(tmp_path / str(step))
        assert keys.data_key("access_logs", DAY) == ring(tmp_path / str(step)).data_key("access_logs", DAY)
        assert len(keys.list()) == 2
        steps += 1
    assert steps >= 4


def test_killed_anywhere_in_a_destruction_the_key_is_whole_or_gone_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def prepare(step: int) -> Callable[[], object]:
        keys = ring(tmp_path / str(step))
        keys.data_key("access_logs", DAY)
        return lambda: keys.destroy(LOG_KEY)

    outcomes = []
    for step in killed_at_each_sync(monkeypatch, prepare):
        keys = ring(tmp_path / str(step))
        outcomes.append(keys.find("access_logs", DAY) is None)
        assert key_file(tmp_path / str(step), LOG_KEY).exists() != outcomes[-1]
        keys.destroy(LOG_KEY)
        assert not key_file(tmp_path / str(step), LOG_KEY).exists()
    assert len(outcomes) >= 4
    assert outcomes[-1]
