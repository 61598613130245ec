"""The master key in a file gives way to the next one whole, and leaves none of its bytes."""

from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError
from pipelines.privacy.master_key import FileMasterKeys


def test_the_next_key_takes_the_files_place_when_it_is_kept_and_the_former_is_overwritten(tmp_path: Path):
    keys = FileMasterKeys(tmp_path / "master.key", create=True)
    former, following = keys.first(), keys.next()
    other_name = tmp_path / "link"
    other_name.hardlink_to(tmp_path / "master.key")
    assert keys.find(former.fingerprint).fingerprint == former.fingerprint
    assert keys.find(following.fingerprint).fingerprint == following.fingerprint
    keys.keep(following.fingerprint)
    assert FileMasterKeys(tmp_path / "master.key", create=False).first().fingerprint == following.fingerprint
    assert set(other_name.read_bytes()) == {0}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "master.key"]
    with pytest.raises(KeyMissingError, match="another master key"):
        keys.find(former.fingerprint)


def test_a_next_key_that_is_not_kept_is_destroyed(tmp_path: Path):
    keys = FileMasterKeys(tmp_path / "master.key", create=True)
    former = keys.first()
    keys.next()
    keys.keep(former.fingerprint)
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]
    assert keys.find(former.fingerprint).fingerprint == former.fingerprint


def test_died_anywhere_while_one_takes_the_others_place_the_one_kept_is_found(tmp_path: Path, deaths):
    kept = {}

    def prepare(step: int):
        keys = FileMasterKeys(tmp_path / str(step) / "master.key", create=True)
        keys.first()
        kept[step] = keys.next().fingerprint
        return lambda: keys.keep(kept[step])

    steps = 0
    for step in deaths.each(prepare):
        keys = FileMasterKeys(tmp_path / str(step) / "master.key", create=False)
        assert keys.find(kept[step]).fingerprint == kept[step]
        keys.keep(kept[step])
        assert keys.first().fingerprint == kept[step]
        assert [path.name for path in (tmp_path / str(step)).iterdir()] == ["master.key"]
        steps += 1
    assert steps >= 4


def test_a_key_is_made_only_where_one_may_be(tmp_path: Path):
    with pytest.raises(KeyMissingError, match="missing"):
        FileMasterKeys(tmp_path / "master.key", create=False).first()
