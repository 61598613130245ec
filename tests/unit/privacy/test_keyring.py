"""The keyring gives a key per dataset and day, outlives crashes, and fails closed."""

import json
import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import DamagedError, KeyMissingError
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


def test_a_day_has_one_key_and_its_name_says_what_and_until_when(tmp_path: Path):
    key = ring(tmp_path).data_key("access_logs", DAY)
    assert key.name == LOG_KEY
    assert (key.dataset, key.day, key.destroy_by, key.kind) == ("access_logs", DAY, date(2027, 2, 25), "age")
    assert key.secret.startswith(b"AGE-SECRET-KEY-1")
    assert ring(tmp_path).data_key("access_logs", DAY) == key
    assert ring(tmp_path).get(LOG_KEY) == key


def test_days_and_datasets_have_keys_of_their_own(tmp_path: Path):
    keys = ring(tmp_path)
    made = [
        keys.data_key(dataset, day) for dataset in ("access_logs", "quarantine", "events") for day in (DAY, NEXT_DAY)
    ]
    assert len({key.secret for key in made}) == 6


def test_events_have_the_key_that_duckdb_takes(tmp_path: Path):
    key = ring(tmp_path).data_key("events", DAY)
    assert key.kind == "aes256"
    assert len(key.secret) == 32
    assert ring(tmp_path).get(key.name) == key


def test_each_rewrite_has_a_fresh_key_that_does_not_take_the_days_place(tmp_path: Path):
    keys = ring(tmp_path)
    one, two = keys.fresh_key("members", DAY), keys.fresh_key("members", DAY)
    assert one.name != two.name
    assert one.secret != two.secret
    assert one.name.endswith(".until-open")
    assert keys.get(one.name) == one
    assert keys.find("members", DAY) is None
    assert keys.data_key("members", DAY).name == "members.2026-11-20.until-open"


def test_the_list_tells_no_secret(tmp_path: Path):
    keys = ring(tmp_path)
    made = [keys.data_key("access_logs", DAY), keys.data_key("events", DAY), keys.fresh_key("members", DAY)]
    listed = keys.list()
    assert [info.name for info in listed] == sorted(key.name for key in made)
    assert keys.find("events", DAY) == listed[1]
    assert (listed[1].destroy_by, listed[1].kind, listed[1].made_at) == (date(2027, 2, 25), "aes256", NOW)
    assert all(key.secret.hex() not in repr(listed) and repr(key.secret) not in repr(listed) for key in made)


def test_no_secret_is_on_the_disk_in_the_clear(tmp_path: Path):
    keys = ring(tmp_path)
    secrets = [
        keys.data_key("access_logs", DAY).secret,
        keys.data_key("events", DAY).secret,
        keys.pseudonym_key().secret,
    ]
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert LOG_KEY.encode() in stored
    for secret in secrets:
        assert secret not in stored
        assert secret.hex().encode() not in stored
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*"))


def test_a_changed_period_does_not_make_a_second_key_for_the_day(tmp_path: Path):
    key = ring(tmp_path).data_key("access_logs", DAY)
    later = ring(tmp_path, lambda _, day: day + timedelta(days=200))
    assert later.data_key("access_logs", DAY) == key


def test_a_destroyed_key_is_gone_for_good_and_the_others_stay(tmp_path: Path):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)
    kept = keys.data_key("access_logs", NEXT_DAY)
    keys.destroy(LOG_KEY)
    keys.destroy(LOG_KEY)
    for again in (keys, ring(tmp_path)):
        with pytest.raises(KeyMissingError, match="was destroyed"):
            again.get(LOG_KEY)
        with pytest.raises(KeyMissingError, match="does not come back"):
            again.data_key("access_logs", DAY)
        assert again.find("access_logs", DAY) is None
        assert [info.name for info in again.list()] == [kept.name]
        assert again.get(kept.name) == kept
    assert LOG_KEY not in lines_by_name(tmp_path)


def test_a_key_that_never_was_cannot_be_got_or_destroyed(tmp_path: Path):
    keys = ring(tmp_path)
    for attempt in (keys.get, keys.destroy):
        with pytest.raises(KeyMissingError, match="there is no key"):
            attempt(LOG_KEY)
        with pytest.raises(KeyMissingError, match="no key can have this name"):
            attempt("../../home.json")
        with pytest.raises(KeyMissingError, match="no key can have this name"):
            attempt("pseudonyms.1")


def test_a_key_brought_back_from_a_backup_is_destroyed_again(tmp_path: Path):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)
    backup = wrapped_file(tmp_path)
    copied = backup.read_bytes()
    keys.destroy(LOG_KEY)
    backup.write_bytes(copied)
    with pytest.raises(KeyMissingError):
        keys.get(LOG_KEY)
    ring(tmp_path)
    assert not backup.exists()
    assert LOG_KEY not in lines_by_name(tmp_path)


def test_the_destroyed_bytes_are_overwritten_before_the_name_goes(tmp_path: Path):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)
    others = tmp_path / "second-link", tmp_path / "second-link-of-the-master-key"
    others[0].hardlink_to(wrapped_file(tmp_path))
    others[1].hardlink_to(tmp_path / "master.key")
    assert b"wrapped" in others[0].read_bytes()
    keys.destroy(LOG_KEY)
    assert all(set(other.read_bytes()) == {0} for other in others)


def test_the_pseudonyms_root_key_is_made_once_and_stays(tmp_path: Path):
    key = ring(tmp_path).pseudonym_key()
    assert key.generation == 1
    assert len(key.secret) == 32
    assert ring(tmp_path).pseudonym_key() == key
    assert key.secret.hex() not in repr(key)
    assert ring(tmp_path / "other").pseudonym_key().secret != key.secret


def test_another_master_key_opens_nothing_and_changes_nothing(tmp_path: Path):
    key = ring(tmp_path).data_key("access_logs", DAY)
    path = tmp_path / "master.key"
    own = path.read_bytes()
    path.write_text("00" * 32)
    with pytest.raises(KeyMissingError, match="another master key"):
        ring(tmp_path)
    path.write_bytes(own)
    assert ring(tmp_path).get(LOG_KEY) == key


def test_a_wrapped_key_that_was_changed_is_damage(tmp_path: Path):
    keys = ring(tmp_path)
    keys.data_key("access_logs", DAY)
    keys.data_key("access_logs", NEXT_DAY)
    lines = lines_by_name(tmp_path)
    document = json.loads(lines[LOG_KEY])
    other = json.loads(lines["access_logs.2026-11-21.until-2027-02-26"])
    changes = [
        {**document, "kind": "aes256"},
        {**document, "wrapped": other["wrapped"]},
        {**document, "wrapped": document["wrapped"][::-1]},
        {**document, "wrapped": 5},
        {**document, "made_at": "yesterday"},
        {"name": LOG_KEY},
        other,
        [],
    ]
    for changed in [*(json.dumps(change).encode() for change in changes), b"{"]:
        write_lines(tmp_path, {**lines, LOG_KEY: changed}.values())
        with pytest.raises(DamagedError):
            keys.get(LOG_KEY)
    write_lines(tmp_path, lines.values())
    assert keys.get(LOG_KEY).name == LOG_KEY


def test_a_head_that_cannot_be_read_is_damage(tmp_path: Path):
    ring(tmp_path)
    for text in ("", "[]", "{"):
        (tmp_path / "keyring.json").write_text(text)
        with pytest.raises(DamagedError):
            ring(tmp_path)


def test_the_master_key_is_made_only_for_an_empty_keyring_of_an_empty_home(tmp_path: Path):
    with pytest.raises(KeyMissingError, match="its keyring is empty"):
        opened(tmp_path / "keys", allow_create=False)
    assert not (tmp_path / "keys").exists()
    key = opened(tmp_path / "keys", allow_create=True).data_key("access_logs", DAY)
    assert opened(tmp_path / "keys", allow_create=False).get(LOG_KEY) == key
    (tmp_path / "keys" / "master.key").unlink()
    for allow_create in (False, True):
        with pytest.raises(KeyMissingError, match="master key is missing"):
            opened(tmp_path / "keys", allow_create=allow_create)
    assert not (tmp_path / "keys" / "master.key").exists()


def test_a_master_key_that_was_provided_beforehand_is_used(tmp_path: Path):
    provided = FileMasterKeys(tmp_path / "elsewhere" / "master.key", create=True)
    provided.first()
    open_keyring(
        tmp_path / "keys",
        tmp_path / "elsewhere" / "master.key",
        destroy_by=ends,
        now=lambda: NOW,
        allow_create=True,
    )
    assert Keyring(tmp_path / "keys", provided, ends, lambda: NOW).pseudonym_key()
    assert not (tmp_path / "keys" / "master.key").exists()


def test_a_key_asked_for_by_many_at_once_is_made_once(tmp_path: Path):
    keys, found = ring(tmp_path), []

    def ask(own: Keyring) -> None:
        found.extend(own.data_key("access_logs", DAY + timedelta(days=number)) for number in range(5))

    workers = [threading.Thread(target=ask, args=[keys if number % 2 else ring(tmp_path)]) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 30
    assert len({key.secret for key in found}) == 5
    assert len(keys.list()) == 5
