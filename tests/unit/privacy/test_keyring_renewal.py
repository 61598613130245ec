"""A key that takes another's place: a day's, the pseudonyms' root, the master key; and many destroyed at once."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError, UsageError
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


def test_a_days_key_that_is_renewed_has_a_successor_and_stays_until_it_is_destroyed(tmp_path: Path):
    keys = ring(tmp_path)
    former = keys.data_key("access_logs", DAY)
    successor = keys.renew(former.name)
    assert successor.name == "access_logs.2026-11-20.r1.until-2027-02-25"
    assert keys.renew(former.name) == successor == keys.data_key("access_logs", DAY)
    assert keys.get(former.name) == former
    keys.destroy(former.name)
    assert keys.data_key("access_logs", DAY) == successor
    assert keys.find("access_logs", DAY).name == successor.name
    keys.destroy(successor.name)
    with pytest.raises(KeyMissingError, match="does not come back"):
        keys.data_key("access_logs", DAY)
    with pytest.raises(KeyMissingError):
        keys.renew(successor.name)


def test_the_root_key_of_pseudonyms_is_replaced_once_for_each_former_one_and_only_a_former_one_is_destroyed(
    tmp_path: Path,
):
    keys = ring(tmp_path)
    former, subjects = keys.pseudonym_key(), keys.subject_key()
    successor = keys.next_pseudonym_key(former.name)
    assert successor.generation == 2
    assert keys.next_pseudonym_key(former.name) == successor == ring(tmp_path).pseudonym_key()
    assert keys.pseudonym_generations() == [1, 2]
    with pytest.raises(KeyMissingError, match="no key can have this name"):
        keys.destroy_many([successor.name])
    assert keys.destroy_many([former.name]) == 1
    assert ring(tmp_path).pseudonym_generations() == [2]
    assert (ring(tmp_path).pseudonym_key(), ring(tmp_path).subject_key()) == (successor, subjects)
    assert ring(tmp_path).list() == []


def test_many_keys_are_destroyed_together_or_none(tmp_path: Path):
    keys = ring(tmp_path)
    made = [keys.data_key("access_logs", DAY + timedelta(days=number)).name for number in range(3)]
    before = keys.fingerprint
    with pytest.raises(KeyMissingError):
        keys.destroy_many([*made, "events.2026-11-20.until-open"])
    assert len(keys.list()) == 3
    assert keys.fingerprint == before
    assert keys.destroy_many(made[:2]) == 2
    assert keys.destroy_many(made) == 1
    assert keys.destroy_many(made) == 0
    assert keys.fingerprint != before


def test_a_superseded_key_says_since_when_and_stays(tmp_path: Path):
    keys = ring(tmp_path)
    key = keys.fresh_key("members", DAY)
    keys.supersede(key.name)
    later = Keyring(
        tmp_path, FileMasterKeys(tmp_path / "master.key", create=False), ends, lambda: NOW + timedelta(days=3)
    )
    later.supersede(key.name)
    (info,) = later.list()
    assert info.superseded_on == date(2026, 11, 22), "five in the afternoon in London is the next day in Seoul"
    assert later.get(key.name) == key
    later.destroy(key.name)
    assert later.list() == []
    with pytest.raises(KeyMissingError):
        later.supersede(key.name)


def test_another_process_goes_on_with_the_master_key_that_took_the_formers_place(tmp_path: Path):
    one, other = ring(tmp_path), ring(tmp_path)
    key = other.data_key("access_logs", DAY)
    one.data_key("access_logs", NEXT_DAY)
    one.destroy_many([info.name for info in one.list() if info.day == NEXT_DAY])
    assert other.get(key.name) == key
    made = other.data_key("events", DAY)
    one.wrap_again()
    assert one.get(made.name) == made == other.get(made.name)


def test_a_master_key_that_cannot_be_replaced_destroys_nothing_unsaid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(UsageError, match="cannot be replaced"):
        patch.setattr("pipelines.privacy.master_key.write_text", full)
        keys.destroy(LOG_KEY)
    with pytest.raises(KeyMissingError, match="was destroyed"):
        keys.get(LOG_KEY)
    ring(tmp_path)
    assert LOG_KEY not in lines_by_name(tmp_path)
