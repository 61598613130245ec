"""Killed anywhere, the keyring has each key whole or not at all, and never a second one for the same data."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.privacy import key_store
from pipelines.privacy.keyring import Keyring, open_keyring
from pipelines.privacy.master_key import FileMasterKeys
from pipelines.storage.ledger import Ledger

DAY, NEXT_DAY = date(2026, 11, 20), date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
LOG_KEY = "access_logs.2026-11-20.until-2027-02-25"


def ends(dataset: str, day: date) -> date | None:
    return None if dataset == "members" else day + timedelta(days=97)


def ring(folder: Path) -> Keyring:
    return Keyring(folder, FileMasterKeys(folder / "master.key", create=True), ends, lambda: NOW)


def opened(folder: Path) -> Keyring:
    """Open what is there already: nothing may be made."""
    return open_keyring(folder, folder / "master.key", destroy_by=ends, now=lambda: NOW, allow_create=False)


def stored(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (folder / "wrapped").iterdir())


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_killed_between_a_key_and_its_entry_the_key_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = ring(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Ledger, "append", killed)
        keys.data_key("access_logs", DAY)
    again = ring(tmp_path)
    assert again.data_key("access_logs", DAY) == again.get(LOG_KEY)
    assert [info.name for info in again.list()] == [LOG_KEY]
    assert len(again.list()) == 1


def test_killed_in_the_middle_of_a_keys_line_the_line_is_cut_off(tmp_path: Path):
    kept = ring(tmp_path).data_key("access_logs", DAY)
    (path,) = (tmp_path / "wrapped").iterdir()
    path.write_bytes(path.read_bytes() + b'{"name":"access_logs.2026-11-21.until')
    again = ring(tmp_path)
    made = again.data_key("access_logs", NEXT_DAY)
    assert ring(tmp_path).get(made.name) == made
    assert ring(tmp_path).get(LOG_KEY) == kept


def test_killed_between_a_destructions_entry_and_the_next_wrapping_the_destruction_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(key_store.KeyStore, "wrap_again", killed)
        keys.destroy(LOG_KEY)
    assert LOG_KEY.encode() in stored(tmp_path)
    with pytest.raises(KeyMissingError):
        keys.get(LOG_KEY)
    ring(tmp_path)
    assert LOG_KEY.encode() not in stored(tmp_path)


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
        made = [entry.body["names"] for entry in Ledger(folder / "register.jsonl").entries()]
        assert made == [["pseudonyms.1"]]
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


def test_killed_anywhere_in_a_destruction_the_keys_go_together_and_no_other_is_lost(tmp_path: Path, deaths):
    going = [f"access_logs.{DAY + timedelta(days=n)}.until-{DAY + timedelta(days=n + 97)}" for n in range(3)]
    before: dict[int, tuple[set, object, Path]] = {}

    def prepare(step: int) -> Callable[[], object]:
        keys = ring(tmp_path / str(step))
        for number in range(3):
            keys.data_key("access_logs", DAY + timedelta(days=number))
        kept = {keys.data_key("events", DAY).secret, keys.fresh_key("members", DAY).secret, keys.subject_key()}
        copy = tmp_path / f"copy {step}"
        shutil.copytree(tmp_path / str(step), copy)
        before[step] = kept, keys.pseudonym_key(), copy
        return lambda: keys.destroy_many(going)

    outcomes = []
    for step in deaths.each(prepare):
        folder = tmp_path / str(step)
        keys, (kept, root, copy) = opened(folder), before[step]
        live = {info.name for info in keys.list()}
        assert live & set(going) in (set(), set(going)), step
        outcomes.append(not live & set(going))
        assert {keys.get(name).secret for name in live - set(going)} | {keys.subject_key()} == kept
        assert keys.pseudonym_key() == root
        assert (LOG_KEY.encode() in stored(folder)) != outcomes[-1]
        keys.destroy_many(going)
        assert not [name for name in going if name.encode() in stored(folder)]
        assert [path.name for path in folder.glob("master*")] == ["master.key"]
        assert len(list((folder / "wrapped").iterdir())) == 1
        assert opens(copy, folder / "master.key") == 0
    assert len(outcomes) >= 35
    assert (outcomes[0], outcomes[-1]) == (False, True)
    assert outcomes == sorted(outcomes), "once gone, a key is never seen again"


def test_an_older_copy_of_the_keyring_opens_nothing_with_todays_master_key(tmp_path: Path):
    keys = ring(tmp_path / "keys")
    for number in range(20):
        keys.data_key("access_logs", DAY + timedelta(days=number))
    shutil.copytree(tmp_path / "keys", tmp_path / "copy")
    keys.destroy(LOG_KEY)
    assert opens(tmp_path / "copy", tmp_path / "keys" / "master.key") == 0
    assert len(keys.list()) == 19


def test_were_survivors_not_wrapped_again_the_older_copy_would_open_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    keys = ring(tmp_path / "keys")
    for number in range(20):
        keys.data_key("access_logs", DAY + timedelta(days=number))
    shutil.copytree(tmp_path / "keys", tmp_path / "copy")
    monkeypatch.setattr(key_store.KeyStore, "wrap_again", lambda _store: None)
    keys.destroy(LOG_KEY)
    assert opens(tmp_path / "copy", tmp_path / "keys" / "master.key") == 20


def opens(copy: Path, master: Path) -> int:
    """Count the data keys that an older copy of the keyring's folder gives with the master key there is now."""
    shutil.copy(master, copy / "master.key")
    try:
        keys = ring(copy)
        return len([keys.get(info.name) for info in keys.list()])
    except (KeyMissingError, DamagedError):
        return 0
