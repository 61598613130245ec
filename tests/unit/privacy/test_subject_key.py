"""The root key of subjects is the keyring's own, made once, and never made anew for what it named before."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError
from pipelines.privacy.keyring import Keyring
from pipelines.privacy.master_key import FileMasterKey

NOW = datetime(2026, 3, 5, 3, tzinfo=UTC)


def ring(folder: Path) -> Keyring:
    return Keyring(folder, FileMasterKey(bytes(32)), lambda _dataset, _day: None, lambda: NOW)


def test_it_is_made_on_first_use_and_stays(tmp_path):
    secret = ring(tmp_path).subject_key()
    assert len(secret) == 32
    assert ring(tmp_path).subject_key() == secret


def test_it_is_another_than_the_pseudonyms_and_no_data_key(tmp_path):
    keyring = ring(tmp_path)
    assert keyring.subject_key() != keyring.pseudonym_key().secret
    keyring.data_key("access_logs", date(2026, 3, 5))
    assert [info.dataset for info in keyring.list()] == ["access_logs"]


def test_gone_it_stops_the_job(tmp_path):
    ring(tmp_path).subject_key()
    (path,) = tmp_path.glob("data/subjects/*.json")
    path.unlink()
    with pytest.raises(KeyMissingError):
        ring(tmp_path)
