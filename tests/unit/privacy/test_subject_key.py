"""The root key of subjects is the keyring's own and made once."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.privacy.keyring import Keyring, open_keyring

NOW = datetime(2026, 3, 5, 3, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def ring(folder: Path) -> Keyring:
    is_new = not folder.exists()
    return open_keyring(
        folder, folder / "master.key", destroy_by=lambda _dataset, _day: None, now=lambda: NOW, allow_create=is_new
    )


def test_it_is_made_on_first_use_and_stays(folder):
    secret = ring(folder).subject_key()
    assert len(secret) == 32
    assert ring(folder).subject_key() == secret


def test_it_is_another_than_the_pseudonyms_and_no_data_key(folder):
    keyring = ring(folder)
    assert keyring.subject_key() != keyring.pseudonym_key().secret
    keyring.data_key("access_logs", date(2026, 3, 5))
    assert [info.dataset for info in keyring.list()] == ["access_logs"]
