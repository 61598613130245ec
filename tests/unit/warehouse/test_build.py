"""Which files a build reads."""

from datetime import date, timedelta

from pipelines.storage.keys import DataKey
from pipelines.warehouse.build import needed
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
