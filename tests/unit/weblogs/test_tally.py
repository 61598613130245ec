"""The account of a file grows batch by batch and sums up at every one of them."""

from datetime import date

import pytest

from pipelines.errors import DamagedError
from pipelines.weblogs import tally as tally_module
from pipelines.weblogs.lines import split_lines
from pipelines.weblogs.reading import Batch
from pipelines.weblogs.reading_records import reading_of
from pipelines.weblogs.reasons import Reason
from pipelines.weblogs.records import Tail
from pipelines.weblogs.tally import Tally

DIGEST = "0123456789abcdef" * 4
DELIVERED = date(2015, 6, 1)


@pytest.fixture
def new_tally(intake, reading):
    return lambda: Tally("web", DIGEST, intake.vault, intake.quarantine, reading_of(reading()), DELIVERED)


def taken(tally: Tally, content: bytes, batch_bytes: int = 1_000_000) -> dict:
    chunks = [content[at : at + 10] for at in range(0, len(content), 10)]
    for batch in split_lines(chunks, batch_bytes=batch_bytes, max_line_bytes=4096):
        tally.take(batch)
        assert tally.counts.is_balanced
    return tally.to_fields()


@pytest.mark.parametrize("batch_bytes", [1, 100, 1_000_000])
def test_lines_are_counted_by_state_and_accepted_ones_by_day(new_tally, line, batch_bytes):
    content = line() + line("21/May/2015:01:00:00", "/healthz") + b"garbage\n\n" + line("19/May/2015:01:00:00")
    fields = taken(new_tally(), content, batch_bytes)
    assert (fields["lines"], fields["accepted"], fields["filtered"]) == (5, 2, {"health_check": 1})
    assert fields["quarantined"] == {Reason.CUT_OFF.value: 1, Reason.EMPTY.value: 1}
    assert fields["accepted_by_day"] == {"2015-05-19": 1, "2015-05-20": 1}
    assert (fields["tail"], fields["last_day"]) == (None, date(2015, 5, 19))
    by_day = {}
    for segment in fields["segments"]:
        by_day[segment["day"]] = by_day.get(segment["day"], 0) + segment["lines"]
    assert by_day == {"2015-05-20": 1, "2015-05-21": 3, "2015-05-19": 1}


@pytest.mark.parametrize("batch_bytes", [1, 1_000_000])
@pytest.mark.parametrize(
    ("end", "day", "state", "label"),
    [
        (b'198.51.100.7 - - [21/May/2015:01:00:00 +0900] "GET / HTTP/1.1" 200 5', 21, "accepted", ""),
        (
            b'198.51.100.7 - - [21/May/2015:01:00:00 +0900] "GET /healthz HTTP/1.1" 200 5',
            21,
            "filtered",
            "health_check",
        ),
        (b"198.51", 20, "quarantined", Reason.CUT_OFF.value),
    ],
)
def test_a_last_line_without_newline_is_remembered_with_its_state(new_tally, line, end, day, state, label, batch_bytes):
    fields = taken(new_tally(), line() + end, batch_bytes)
    assert fields["tail"] == Tail(2, len(line()), date(2015, 5, day), state, label)
    assert fields["last_day"] == date(2015, 5, 20)


def test_a_last_line_without_newline_that_is_the_only_one_leaves_the_day_as_it_was(new_tally, line):
    assert taken(new_tally(), line().rstrip())["last_day"] == DELIVERED
    assert taken(new_tally(), line())["last_day"] == date(2015, 5, 20)
    assert taken(new_tally(), b"")["last_day"] is None


def test_an_account_that_does_not_sum_up_is_refused(new_tally, line, monkeypatch):
    def forgetful(*given, **options):
        read = tally_read(*given, **options)
        return Batch(read.accepted.slice(1), read.filtered, read.rejected, read.days)

    tally_read = tally_module.read_batch
    monkeypatch.setattr(tally_module, "read_batch", forgetful)
    with pytest.raises(DamagedError, match="do not sum"):
        taken(new_tally(), line())
