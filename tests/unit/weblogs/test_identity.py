"""A file is its decompressed content: its digest, and the longest known file it begins with."""

import hashlib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.identity import OPENING_LINES, identify


@dataclass(frozen=True)
class Known:
    """A file imported before."""

    sha256: str
    bytes: int


def known(content: bytes) -> Known:
    return Known(sha256(content), len(content))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)), st.lists(st.binary(max_size=9)), st.integers(1, 70))
def test_any_chunking_finds_the_longest_known_beginning(content, cuts, others, size):
    files = [content[:cut] for cut in cuts] + others
    identity = identify(pieces(content, size), [known(file) for file in files])
    longest = max((file for file in files if file and content.startswith(file)), key=len, default=None)
    assert (identity.sha256, identity.bytes) == (sha256(content), len(content))
    assert identity.grown_from == (None if longest is None else sha256(longest))


@given(st.lists(st.sampled_from([b"\n", b"a", b"bc\n", b"\r\n"])).map(b"".join), st.integers(0, 60), st.integers(1, 20))
def test_the_opening_of_a_beginning_is_the_beginning_of_the_opening(content, cut, size):
    whole, part = identify(pieces(content, size), []), identify(pieces(content[:cut], size), [])
    assert whole.opening[: len(part.opening)] == part.opening
    assert (
        whole.opening
        == tuple(len(line) for line in content.split(b"\n")[:-1] for line in [line + b"\n"])[:OPENING_LINES]
    )


def test_the_opening_is_bounded():
    assert identify([b"\n" * 100], []).opening == (1,) * 16
    assert identify([b"x" * 10_000_000 + b"\n"], []).opening == ()


def test_an_empty_file_is_nobodys_beginning():
    assert identify([b"content"], [known(b"")]).grown_from is None
    assert identify([], [known(b"")]) == identify([b""], [])


@pytest.mark.parametrize("other", [b"other...", b"content of another length", b"Content"])
def test_a_file_of_the_same_length_or_name_is_no_beginning(other):
    assert identify([b"content, more"], [known(other)]).grown_from is None
