"""A file that was imported is known again, also when only its beginning is delivered."""

import pytest

from pipelines.errors import KeyMissingError
from pipelines.weblogs.stored import begins_with

TIMES = ["20/May/2015:23:59:59", "21/May/2015:00:00:00", "19/May/2015:12:00:00"]


def test_the_same_content_is_known_under_another_name_and_packed_otherwise(intake, packed, line):
    content = line() * 3
    assert intake.deliver(content).kind == "imported"
    for name, pack in packed.items():
        assert intake.deliver(pack(content), f"copy-{name}").kind == "known"
    assert len(intake.records) == 1
    assert intake.deliver(content + line(), "more").kind == "imported"


@pytest.mark.parametrize("cut", [1, 10, 80, 81, 700, 809])
def test_a_shorter_copy_of_an_imported_file_is_known(intake, packed, line, cut):
    content = b"".join(line(TIMES[number % 3], f"/{number}") for number in range(10))
    intake.deliver(content)
    assert intake.deliver(packed["gzip"](content[:cut]), "copy").kind == "known"
    assert sum(count.accepted for count in intake.counts.values()) == 10


def test_a_shorter_copy_of_a_log_that_grew_is_known_at_every_length(intake, line):
    content = b"".join(line(TIMES[number % 3], f"/{number}") for number in range(4))
    for cut in (90, 200, len(content)):
        intake.deliver(content[:cut])
    assert {intake.deliver(content[:cut], "copy").kind for cut in range(1, len(content))} == {"known"}
    assert len(intake.records) == 3


def test_a_file_of_the_same_line_lengths_but_other_lines_is_no_copy(intake, line):
    intake.deliver(line(target="/1") + line(target="/2") + line(target="/3"))
    assert intake.deliver(line(target="/1") + line(target="/4"), "other").record.lines == 2


def test_a_shorter_file_of_another_source_is_its_own(intake, line):
    intake.deliver(line(target="/1") + line(target="/2"))
    assert intake.deliver(line(target="/1"), "other", source="api").record.accepted == 1


def test_a_copy_cannot_be_told_when_the_key_of_its_day_is_gone(intake, line):
    content = line(target="/1") + line(target="/2")
    intake.deliver(content)
    intake.keys.made.clear()
    with pytest.raises(KeyMissingError):
        intake.deliver(content[:100], "copy")


@pytest.mark.parametrize(
    ("beginning", "expected"),
    [
        ([], True),
        ([b"ab", b"c"], True),
        ([b"abcdef"], True),
        ([b"abcdefg"], False),
        ([b"abx"], False),
        ([b"", b"a"], True),
    ],
)
def test_content_begins_with_what_it_begins_with(beginning, expected):
    assert begins_with(iter([b"a", b"", b"bcd", b"ef"]), beginning) is expected
