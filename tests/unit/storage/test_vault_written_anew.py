"""A segment written anew stands beside the former under another key, with all of its lines or some."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import DamagedError
from pipelines.storage.vault import Segment, SegmentContent, Vault

DAY = date(2026, 11, 20)
FILE = hashlib.sha256(b"the delivered file").hexdigest()
RAW = b"third\nninth\n"


@pytest.fixture
def vault(tmp_path: Path, keys) -> Vault:
    return Vault(tmp_path, keys)


@pytest.fixture
def segment(vault: Vault) -> Segment:
    return vault.write_segment(
        "linked_events", "linked", DAY, file_sha256=FILE, first_byte=3, runs=[(3, 1), (9, 1)], raw=RAW
    )


def test_all_of_it_reads_the_same_under_the_other_key(vault: Vault, segment: Segment, keys):
    moved = vault.write_anew(segment, vault.read_segment(segment), keys.fresh_key("linked_events", DAY))
    assert vault.read_segment(moved) == vault.read_segment(segment) == SegmentContent(((3, 1), (9, 1)), RAW)
    assert (moved.lines, moved.bytes, moved.first_line, moved.first_byte) == (2, len(RAW), 3, 3)
    assert moved.path != segment.path
    assert moved.key != segment.key


def test_what_is_left_of_it_holds_no_other_line(vault: Vault, segment: Segment, keys):
    left = SegmentContent(((9, 1),), b"ninth\n")
    moved = vault.write_anew(segment, left, keys.fresh_key("linked_events", DAY))
    assert vault.read_segment(moved) == left
    assert (moved.lines, moved.bytes, moved.first_line) == (1, 6, 9)


def test_written_again_it_takes_the_place_of_what_a_crash_left(vault: Vault, segment: Segment, keys):
    key, content = keys.fresh_key("linked_events", DAY), vault.read_segment(segment)
    first, again = vault.write_anew(segment, content, key), vault.write_anew(segment, content, key)
    assert first.path == again.path
    assert vault.read_segment(again) == content
    assert vault.orphans([segment.path, again.path]) == []


def test_one_that_is_gone_or_left_without_a_line_is_not_written(vault: Vault, segment: Segment, keys):
    key, content = keys.fresh_key("linked_events", DAY), vault.read_segment(segment)
    with pytest.raises(ValueError, match="at least one run"):
        vault.write_anew(segment, SegmentContent((), b""), key)
    (vault.folder / segment.path).unlink()
    with pytest.raises(DamagedError, match="is gone"):
        vault.write_anew(segment, content, key)
