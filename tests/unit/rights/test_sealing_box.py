"""What is sealed to the officer only the officer reads; a real home says who that is."""

import pyrage
import pytest

from pipelines.errors import DamagedError, UsageError
from pipelines.rights.sealing_box import IDENTITY_FILE, RECIPIENT_FILE, SealingBox, officer_folder, open_box
from pipelines.settings import load_settings


def test_the_officer_opens_it_and_nobody_else(officer):
    sealed = SealingBox(str(officer.to_public())).seal(b"payload")
    assert pyrage.decrypt(sealed, [officer]) == b"payload"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [pyrage.x25519.Identity.generate()])


def test_a_real_home_without_a_recipient_is_refused_and_says_which_setting(tmp_path):
    with pytest.raises(UsageError, match="PARTNERSTATS_SEALED_RECIPIENT is not set"):
        open_box(None, tmp_path / "home.keys", is_demo=False)
    assert list(tmp_path.iterdir()) == []


def test_a_demo_home_makes_a_pair_and_lays_the_private_half_beside_the_keys(tmp_path):
    keys = tmp_path / "home.keys"
    sealed = open_box(None, keys, is_demo=True).seal(b"payload")
    path = tmp_path / "home.privacy-officer" / IDENTITY_FILE
    assert path.parent == officer_folder(keys)
    assert "MOVE IT AWAY" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    identity = pyrage.x25519.Identity.from_str(path.read_text().splitlines()[-1])
    assert pyrage.decrypt(sealed, [identity]) == b"payload"
    assert not any(b"AGE-SECRET-KEY" in file.read_bytes() for file in keys.rglob("*") if file.is_file())


def test_a_demo_home_keeps_its_pair_also_when_the_private_half_was_moved_away(tmp_path):
    keys = tmp_path / "home.keys"
    open_box(None, keys, is_demo=True)
    text = (keys / RECIPIENT_FILE).read_text()
    identity = officer_folder(keys) / IDENTITY_FILE
    secret = identity.read_text().splitlines()[-1]
    identity.unlink()
    sealed = open_box(None, keys, is_demo=True).seal(b"payload")
    assert (keys / RECIPIENT_FILE).read_text() == text
    assert not identity.exists()
    assert pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(secret)]) == b"payload"


def test_the_setting_goes_before_a_demo_homes_pair(tmp_path, officer):
    sealed = open_box(str(officer.to_public()), tmp_path / "home.keys", is_demo=True).seal(b"payload")
    assert pyrage.decrypt(sealed, [officer]) == b"payload"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["age1", "AGE-SECRET-KEY-1ABC", "age1" + "q" * 58, "ssh-ed25519 AAAA"])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(UsageError):
        SealingBox(text)


def test_the_setting_is_judged_at_the_start():
    with pytest.raises(UsageError, match="PARTNERSTATS_SEALED_RECIPIENT"):
        load_settings(sealed_recipient="age1 nobody")


def test_a_recipient_that_was_spoilt_stops_the_job(tmp_path):
    keys = tmp_path / "home.keys"
    open_box(None, keys, is_demo=True)
    (keys / RECIPIENT_FILE).write_text("nothing")
    with pytest.raises(DamagedError):
        open_box(None, keys, is_demo=True)
