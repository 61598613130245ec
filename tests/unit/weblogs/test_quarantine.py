"""What cannot be read is kept sealed, with its file, place and reason, and read back exactly."""

import hashlib
import json
from base64 import b64decode
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.weblogs import quarantine as module
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.quarantine import file_digest, quarantine_file, quarantine_lines

DIGEST = "0123456789abcdef" * 4
DAYS = [date(2015, 5, 19), date(2015, 5, 20)]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.binary(max_size=20).map(lambda b: b.replace(b"\n", b"")), st.booleans(), st.sampled_from(DAYS))
    )
)
def test_rejected_lines_read_back_with_their_place_and_reason(new_intake, lines):
    intake = new_intake()
    content = b"".join(text + b"\n" for text, _, _ in lines)
    for batch in split_lines([content]):
        rejected = [(at, f"reason {at}") for at, (_, is_rejected, _) in enumerate(lines) if is_rejected]
        days = np.array([day.isoformat() for _, _, day in lines], dtype="datetime64[D]")
        segments = quarantine_lines(intake.quarantine, "web", DIGEST, batch, rejected, days)
        found = {}
        for segment in segments:
            stored = intake.quarantine.read_segment(segment)
            rows = [json.loads(row) for row in stored.raw.splitlines()]
            assert [row["line"] for row in rows] == [
                n for first, count in stored.runs for n in range(first, first + count)
            ]
            assert segment.lines == len(rows)
            for row in rows:
                assert row["file_sha256"] == DIGEST
                found[row["line"]] = (b64decode(row["raw"]), row["reason"], segment.day)
        assert found == {at + 1: (lines[at][0], reason, lines[at][2]) for at, reason in rejected}


def test_nothing_of_a_rejected_line_is_on_disk_in_the_clear(intake):
    secret = b"canary-of-a-broken-line"
    (batch,) = split_lines([secret + b"\n"])
    days = np.array(["2015-05-20"], dtype="datetime64[D]")
    (segment,) = quarantine_lines(intake.quarantine, "web", DIGEST, batch, [(0, "a reason")], days)
    on_disk = b"".join(path.read_bytes() for path in intake.root.rglob("*") if path.is_file())
    assert secret in b64decode(json.loads(intake.quarantine.read_segment(segment).raw)["raw"])
    assert secret not in on_disk
    assert b"canary" not in on_disk


def test_a_batch_without_rejected_lines_leaves_no_file(intake):
    (batch,) = split_lines([b"line\n"])
    assert (
        quarantine_lines(intake.quarantine, "web", DIGEST, batch, [], np.array(["2015-05-20"], "datetime64[D]")) == []
    )
    assert not (intake.root / "quarantine").exists()


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 25])
def test_a_file_is_quarantined_in_pieces_that_give_it_again(intake, monkeypatch, size):
    monkeypatch.setattr(module, "PIECE_BYTES", 10)
    path = intake.root / "file.gz"
    content = bytes(range(size))
    path.write_bytes(content)
    digest, segments = quarantine_file(intake.quarantine, "web", path, DAYS[0])
    assert digest == hashlib.sha256(content).hexdigest() == file_digest(path)
    assert b"".join(intake.quarantine.read_segment(segment).raw for segment in segments) == content
    assert [segment.first_byte for segment in segments] == list(range(0, size, 10))
    assert {segment.day for segment in segments} <= {DAYS[0]}
