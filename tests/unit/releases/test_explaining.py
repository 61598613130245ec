"""Why rows are hidden: what the gate's memory tells analysts of its decisions."""

import duckdb
import pytest
from press import MONDAY, crowd

from pipelines.releases.explaining import UNKNOWN, explain
from pipelines.releases.memory import Memory

CLOSED_MONDAY, CLOSED_TUESDAY = MONDAY.replace(day=5), MONDAY.replace(day=6)


@pytest.fixture
def told(press):
    """Publish a day with a content of few people and two of many; return what is told of it."""
    press.views = [
        *crowd("partner-a", MONDAY, 30, content="song-1"),
        *crowd("partner-a", MONDAY, 4, content="song-2", start=40),
        *crowd("partner-a", MONDAY, 25, content="song-3", start=50),
    ]
    press.publish(CLOSED_MONDAY)

    def tell(table="partner_content_daily", partner="partner-a", last=MONDAY):
        memory = Memory(press.place.gate, press.published.current())
        with duckdb.connect(":memory:") as work:
            return {
                (one.table, one.value): (one.reason, one.release)
                for one in explain(memory, work, partner, table, MONDAY, last)
            }

    return tell


def test_each_row_is_told_with_its_reason_and_a_shown_one_without(told, press):
    contents = {value: reason for (_, value), (reason, _) in told().items()}
    assert contents["song-2"] == "few_people"
    shown = {value for (value,) in press.rows("partner-a", "partner_content_daily", "content_id")}
    assert {value for value, reason in contents.items() if reason is None} == {"song-1", "song-3"} & shown
    assert {contents["song-1"], contents["song-3"], *(one for one, _ in told("partner_daily_usage").values())} == {
        None, "complementary",
    }  # fmt: skip


def test_all_tables_are_told_of_one_partner_and_of_the_periods_asked_for_alone(told, press):
    press.views += crowd("partner-b", MONDAY, 20)
    assert {table for table, _ in told(table=None)} >= {"partner_daily_usage", "partner_device_daily"}
    assert told(partner="partner-b") == {}
    assert told(last=MONDAY.replace(day=1)) == {}


def test_late_lines_leave_the_reason_as_it_was(told, press):
    before = told()
    press.views += crowd("partner-a", MONDAY, 15, content="song-1", start=200)
    assert press.publish(CLOSED_TUESDAY, days=[MONDAY]).restated == 1
    assert told() == before


def test_what_was_hidden_before_reasons_were_kept_is_told_as_that(told, press, monkeypatch):
    monkeypatch.setattr(Memory, "verify", lambda _: None)
    with duckdb.connect(":memory:") as work:
        for file in press.place.gate.glob("*.parquet"):
            former = f"SELECT * EXCLUDE (reason) FROM read_parquet('{file}')"  # noqa: S608 -- of the test
            work.execute(f"COPY ({former}) TO '{file}.new' (FORMAT parquet)")
            file.with_name(f"{file.name}.new").replace(file)
    assert told()[("partner_content_daily", "song-2")] == (UNKNOWN, 1)
