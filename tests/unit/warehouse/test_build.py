"""Which files a build reads, and what it remembers of the days built."""

from datetime import date, timedelta

import duckdb
import pytest

from pipelines.errors import DamagedError
from pipelines.storage.keys import DataKey
from pipelines.warehouse.build import built_fingerprints, needed
from pipelines.warehouse.context import DayFile

DAY = date(2015, 3, 1)


def day_file(day):
    return DayFile(day, f"{day}.parquet", DataKey("events", "events", day, None, "aes256", b"k" * 32))


def test_a_day_is_built_from_its_own_file_and_its_neighbours(tmp_path):
    files = [day_file(DAY + timedelta(days=shift)) for shift in range(3, -4, -1)]
    assert [file.day for file in needed(files, [DAY])] == [date(2015, 2, 28), DAY, date(2015, 3, 2)]
    assert len(needed(files, [DAY, DAY + timedelta(days=1)])) == 4
    assert needed([], [DAY]) == ()
    assert needed(files, []) == ()


def test_without_a_warehouse_no_day_was_built(tmp_path):
    assert built_fingerprints(tmp_path / "warehouse.duckdb") == {}


def test_a_file_without_records_is_damaged(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    duckdb.connect(str(path)).close()
    with pytest.raises(DamagedError, match=r"warehouse\.duckdb"):
        built_fingerprints(path)
