"""What the ledger keeps of an import can be written and read, and restates what a later import completed."""

import json
from dataclasses import replace
from datetime import date

import pytest

from pipelines.weblogs.records import (
    COMPLETED_LATER,
    ImportRecord,
    LineCounts,
    QuarantinedFile,
    Tail,
    completed_lines,
    restate,
    restated_counts,
)

TAIL = Tail(3, 200, date(2015, 5, 20), "accepted", "")
FIRST = ImportRecord(
    source="web",
    name="access.log",
    sha256="a" * 64,
    delivered_sha256="b" * 64,
    bytes=250,
    opening=(100, 100),
    lines=3,
    accepted=2,
    filtered={"health_check": 1},
    quarantined={},
    first_line=1,
    total_lines=3,
    extends=None,
    completes=None,
    tail=TAIL,
    last_day=date(2015, 5, 20),
    accepted_by_day={"2015-05-20": 2},
    damage=None,
    segments=[],
    quarantine=[],
    reading={"format": "common"},
)
GROWN = replace(FIRST, sha256="c" * 64, lines=1, accepted=1, filtered={}, extends="a" * 64, completes=TAIL, tail=None)


@pytest.mark.parametrize("record", [FIRST, GROWN, replace(GROWN, last_day=None, completes=None)])
def test_a_record_is_read_as_it_was_written(record):
    assert ImportRecord.from_body(json.loads(json.dumps(record.to_body()))) == record


@pytest.mark.parametrize(("state", "label"), [("accepted", ""), ("filtered", "rule"), ("quarantined", "reason")])
def test_a_completed_line_moves_from_its_state_to_filtered(state, label):
    counts = LineCounts(3, 1, {"rule": 1}, {"reason": 1})
    restate(counts, replace(TAIL, state=state, label=label))
    assert counts.is_balanced
    assert counts.filtered[COMPLETED_LATER] == 1
    assert (counts.accepted, "rule" in counts.filtered, "reason" in counts.quarantined) == (
        state != "accepted",
        state != "filtered",
        state != "quarantined",
    )


def test_counts_restate_only_the_file_that_was_completed():
    counts = restated_counts([FIRST, GROWN])
    assert counts["a" * 64] == LineCounts(3, 1, {"health_check": 1, COMPLETED_LATER: 1}, {})
    assert counts["c" * 64] == LineCounts(1, 1, {}, {})
    assert (FIRST.accepted, FIRST.filtered) == (2, {"health_check": 1})
    assert completed_lines([FIRST, GROWN]) == {("a" * 64, 3)}
    assert completed_lines([FIRST]) == set()


def test_counts_that_leave_a_line_out_do_not_balance():
    assert LineCounts(3, 1, {"a": 1}, {"b": 1}).is_balanced
    assert not LineCounts(4, 1, {"a": 1}, {"b": 1}).is_balanced


def test_a_grown_file_goes_on_behind_its_last_newline():
    assert FIRST.resume_at == (200, 3)
    assert replace(FIRST, tail=None).resume_at == (250, 4)


def test_a_quarantined_file_is_written_with_all_its_facts():
    file = QuarantinedFile("web", "bomb.gz", "d" * 64, "too large", [{"path": "p"}])
    assert QuarantinedFile(**json.loads(json.dumps(file.to_body()))) == file
