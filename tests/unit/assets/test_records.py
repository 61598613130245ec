"""The picture of a kind of records: rows accepted and set aside, by day, of that kind alone."""

from pathlib import Path

import pytest

from assets.records import rows_chart
from pipelines.settings import load_settings
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.workspace import Workspace

ROWS = """time,event,cookie_name,member_id,expires
2015-05-20T10:00:00+09:00,issued,pc_member,kim,
2015-05-21T10:00:00+09:00,issued,pc_member,kim,
yesterday,issued,pc_member,kim,
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A home that took in two cookie records and set one aside."""
    opened = Workspace.open(load_settings(home=tmp_path / "home", clock="2015-05-22T12:00:00+09:00"))
    folder = opened.home.landing / "cookies"
    folder.mkdir(parents=True)
    (folder / "cookies.csv").write_text(ROWS)
    import_record_files(opened, "cookies")
    return opened


def test_rows_accepted_and_set_aside_are_shown_by_day(workspace):
    shown = rows_chart(workspace, "cookie_records")
    assert "accepted / 채택 (blue 파랑) 2, quarantined / 격리 (orange 주황) 1" in shown
    assert "2015-05-20 – " in shown


def test_another_kind_of_records_is_not_counted(workspace):
    assert "accepted / 채택 (blue 파랑) 0, quarantined / 격리 (orange 주황) 0" in rows_chart(workspace, "linked_events")
