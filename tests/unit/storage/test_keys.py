"""A data key keeps its secret, and a name that becomes a path is harmless."""

import copy
import pickle
from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.storage.keys import DataKey, safe_name

KEY = DataKey("k", "access_logs", date(2026, 11, 20), None, "aes256", b"S3CRET" * 5 + b"12")


def test_a_key_never_shows_its_secret():
    assert "S3CRET" not in repr(KEY) + str(KEY) + f"{KEY}"
    assert b"S3CRET" in KEY.secret


def test_a_key_is_neither_pickled_nor_copied():
    for attempt in (pickle.dumps, copy.deepcopy, copy.copy):
        with pytest.raises(TypeError, match="not pickled"):
            attempt(KEY)


@pytest.mark.parametrize("name", ["web", "demo-web", "access_logs", "0"])
def test_plain_names_pass(name: str):
    assert safe_name(name, "source") == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "A", "-a", "_a", "a.b", "a b", "a\n", "a\0", "é", "٣"]
)
def test_names_that_could_build_paths_are_refused_and_not_repeated(name: str):
    with pytest.raises(ValueError, match="not a name for a source") as refusal:
        safe_name(name, "source")
    assert len(name) < 2 or name not in str(refusal.value)


@given(st.text())
def test_whatever_passes_is_one_plain_part_of_a_path(name: str):
    try:
        passed = safe_name(name, "source")
    except ValueError:
        return
    assert PurePosixPath(passed).parts == (name,)
    assert name.isascii()
    assert name not in (".", "..")
