"""Which files a build reads."""

from datetime import date, timedelta

from pipelines.storage.keys import DataKey
from pipelines.warehouse.build import needed
from pipelines.warehouse.context import DayFile

DAY = date(2015, 3, 1)


def day_file(day):
    return DayFile(day, f"{day}.parquet", DataKey("events", "events", day, None, "aes256", b"k" * 32))


def test_a_day_is_built_from_its_own_file_the_next_ones_and_those_looked_back_on():
    files = [day_file(DAY + timedelta(days=shift)) for shift in range(3, -40, -1)]
    read = [file.day for file in needed(files, [DAY])]
    assert read == [date(2015, 2, 1) + timedelta(days=shift) for shift in range(30)]
    assert len(needed(files, [DAY, DAY + timedelta(days=1)])) == 31
    assert needed([], [DAY]) == ()
    assert needed(files, []) == ()
