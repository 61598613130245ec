"""A day is complete when its state lies beside its file, and not before."""

from datetime import date

from pipelines.steps.day_files import DayState, read_day_states, write_day_state

STATE = DayState(date(2015, 5, 20), "f" * 64, 3, "events.2015-05-20", {"member": 1, "anonymous": 2})


def test_a_state_is_read_as_it_was_written(tmp_path):
    (tmp_path / STATE.file_name).write_bytes(b"")
    write_day_state(tmp_path, STATE)
    assert read_day_states(tmp_path) == {STATE.day: STATE}


def test_a_file_without_a_state_and_a_state_without_a_file_are_no_days(tmp_path):
    write_day_state(tmp_path, STATE)
    (tmp_path / "2015-05-21.parquet").write_bytes(b"")
    assert read_day_states(tmp_path) == {}
    assert read_day_states(tmp_path / "nowhere") == {}


def test_days_come_in_order_and_the_last_state_of_a_day_holds(tmp_path):
    for day, rows in ((21, 1), (19, 2), (20, 3), (19, 4)):
        state = DayState(date(2015, 5, day), "f", rows, "k", {})
        (tmp_path / state.file_name).write_bytes(b"")
        write_day_state(tmp_path, state)
    assert [(day.day, state.rows) for day, state in read_day_states(tmp_path).items()] == [(19, 4), (20, 3), (21, 1)]
