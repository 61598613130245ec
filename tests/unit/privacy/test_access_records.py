"""Access records are sealed, chained, and missed when they are gone."""

import base64
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.errors import DamagedError
from pipelines.privacy.access_records import Access, AccessRecords
from pipelines.privacy.keyring import Keyring
from pipelines.privacy.master_key import FileMasterKeys

AT = datetime(2026, 11, 21, 3, tzinfo=UTC)
MONTH = date(2026, 11, 1)


def access(at: datetime = AT, **changes: object) -> Access:
    facts = {
        "handler": "kim",
        "origin": "host-1",
        "role": "operator",
        "reason": "repair",
        "action": "import",
        **changes,
    }
    return Access(accessed_at=at, **facts)


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring(
        tmp_path / "keys", FileMasterKeys(tmp_path / "master.key", create=True), lambda _dataset, _day: None, lambda: AT
    )


@pytest.fixture
def records(tmp_path: Path, keys: Keyring) -> AccessRecords:
    return AccessRecords(tmp_path / "access", keys)


def test_records_read_back_in_order_by_month(records: AccessRecords):
    first, second = access(), access(AT + timedelta(seconds=1), subjects=("ab" * 32,))
    december = access(datetime(2026, 11, 30, 15, tzinfo=UTC))
    for each in (first, second, december):
        records.add(each)
    assert records.months() == [MONTH, date(2026, 12, 1)]
    assert records.read(MONTH) == [first, second]
    assert records.read(date(2026, 12, 1)) == [december]


def test_nobody_reads_a_record_without_its_key(records: AccessRecords, tmp_path: Path):
    records.add(access())
    stored = b"".join(path.read_bytes() for path in (tmp_path / "access").rglob("*") if path.is_file())
    decoded = b"".join(base64.b64decode(line) for line in (tmp_path / "access/2026-11-01.sealed").read_bytes().split())
    assert b"kim" not in stored + decoded
    assert records.read(MONTH)[0].handler == "kim"


@pytest.mark.parametrize("change", ["removed", "altered", "file emptied"])
def test_a_record_that_was_changed_or_left_out_is_missed(records: AccessRecords, tmp_path: Path, change: str):
    records.add(access())
    records.add(access(reason="another"))
    segment = tmp_path / "access/2026-11-01.sealed"
    lines = segment.read_bytes().splitlines(keepends=True)
    altered = lines[0][:40] + (b"A" if lines[0][40:41] != b"A" else b"B") + lines[0][41:]
    segment.write_bytes({"removed": lines[1], "altered": altered + lines[1], "file emptied": b""}[change])
    with pytest.raises(DamagedError, match="2026-11"):
        records.read(MONTH)


def test_a_body_that_a_crash_left_without_its_link_is_no_record(records: AccessRecords, tmp_path: Path):
    records.add(access())
    segment = tmp_path / "access/2026-11-01.sealed"
    segment.write_bytes(segment.read_bytes() + b"cut off")
    records.add(access(AT + timedelta(minutes=1), reason="after the crash"))
    assert [record.reason for record in records.read(MONTH)] == ["repair", "after the crash"]
    assert b"cut off" not in segment.read_bytes(), "no key opens it, and no later search of all bytes may stumble on it"


def test_the_chain_tells_nothing_of_a_guessed_record(records: AccessRecords, tmp_path: Path):
    records.add(access())
    records.add(access())
    first, second = [entry.body["digest"] for entry in records._chain.entries()]
    assert first != second
