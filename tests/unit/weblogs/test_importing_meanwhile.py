"""What happens to a file, or to the import, while it is taken in."""

import errno
import gzip
from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.weblogs import importing


def test_a_log_that_is_written_to_meanwhile_is_imported_as_it_was_identified(new_intake, line):
    intake = new_intake(batch_bytes=1024, chunk_bytes=100)
    content, more = line() * 100, line(target="/more") * 100
    path = intake.root / "access.log"

    def write_on(done: int, _total: int) -> None:
        if done < 2000:
            with path.open("ab") as file:
                file.write(more)

    record = intake.deliver(content, progress=write_on).record
    assert (record.bytes, record.lines) == (len(content), 100)
    assert path.stat().st_size > len(content)
    assert intake.take(path).record.lines == (path.stat().st_size - len(content)) // len(line(target="/more"))
    assert len(intake.lines()) == path.read_bytes().count(b"\n")


def test_a_file_that_becomes_another_one_meanwhile_is_refused_by_name(new_intake, line, monkeypatch):
    intake = new_intake()
    path = intake.root / "access.log"
    path.write_bytes(line(target="/1"))
    identify = importing.identify

    def identify_and_change(*given):
        found = identify(*given)
        path.write_bytes(line(target="/2"))
        return found

    monkeypatch.setattr(importing, "identify", identify_and_change)
    with pytest.raises(InputError, match=r"access\.log: changed while it was read"):
        intake.take(path)
    assert intake.records == []


def test_a_file_that_may_not_be_read_is_named(intake, monkeypatch, line):
    path = intake.root / "secret.log"
    path.write_bytes(line())
    opened = Path.open

    def refuse(self, *given, **options):
        if self == path:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return opened(self, *given, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"secret\.log: cannot be read: Permission denied"):
        intake.take(path)


def test_an_import_that_was_interrupted_leaves_nothing_behind_when_it_runs_again(new_intake, line):
    intake = new_intake(batch_bytes=1024, chunk_bytes=100)
    content = line("19/May/2015:10:00:00") + line("20/May/2015:10:00:00") * 30

    class CrashError(Exception):
        pass

    def crash(done: int, _total: int) -> None:
        if done > 1500:
            raise CrashError

    for _ in range(2):
        with pytest.raises(CrashError):
            intake.deliver(content, progress=crash)
    assert intake.vault.orphans([])
    record = intake.deliver(content).record
    assert intake.vault.orphans(segment.path for segment in intake.segments(record)) == []
    assert len(intake.lines()) == 31


def test_a_file_whose_compressed_bytes_were_changed_is_kept_whole_and_counts_nothing(new_intake, line):
    intake = new_intake()
    content = b"".join(line(target=f"/{number}") for number in range(3000))
    whole = gzip.compress(content, mtime=0)
    flipped = whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :]
    outcome = intake.deliver(flipped, "flipped.gz")
    assert (outcome.kind, outcome.record) == ("quarantined", None)
    assert outcome.quarantined.reason == "the compressed data is damaged"
    assert intake.deliver(whole, "whole.gz").record.accepted == 3000
    assert len(intake.lines()) == 3000
