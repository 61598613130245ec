"""The summary of a day comes from the ledger: by the Seoul day of intake, with reasons and without names."""

from collections import Counter
from datetime import date, timedelta

import pytest

from pipelines.settings import load_settings
from pipelines.steps.day_files import LINKED, DayState, write_day_state
from pipelines.steps.imports import import_landing
from pipelines.steps.registry import KIND as REGISTRY_KIND
from pipelines.steps.registry import import_registry
from pipelines.steps.summary import SHOWN_DAYS, Decided, Intake, summary_of
from pipelines.steps.workspace import Workspace

NAME = "customer-kim.log"
LINE = b'192.0.2.7 - - [05/Mar/2026:10:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "Firefox" "-"\n'


def _workspace(tmp_path, now):
    return Workspace.open(load_settings(home=tmp_path / "home", clock=now, threads=1))


@pytest.fixture
def taken_in(tmp_path):
    """A home that took in two lines, one of them broken, and an export with a column nobody declared."""
    workspace = _workspace(tmp_path, "2026-03-06T02:00:00+09:00")
    logs, registry = workspace.home.landing / "access" / "web", workspace.home.landing / "registry"
    logs.mkdir(parents=True)
    registry.mkdir()
    (logs / NAME).write_bytes(LINE + b"broken\n")
    (registry / "partners.csv").write_bytes(b"partner_id,name,type,hobby\nP1,Label,agency,chess\n")
    import_landing(workspace)
    import_registry(workspace, "partners")
    return workspace


def test_todays_intake_is_counted_with_its_reasons(taken_in):
    intake = summary_of(taken_in).intake
    assert (intake.files, intake.lines, intake.accepted, intake.quarantined.total()) == (1, 2, 1, 1)
    assert intake.exports_changed == 1
    assert intake.columns_undeclared == {"hobby"}
    assert NAME not in str(intake)


def test_thirty_days_end_with_today_and_a_day_leaves_after_thirty(taken_in, tmp_path):
    summary = summary_of(taken_in)
    assert list(summary.by_day)[-1] == date(2026, 3, 6)
    assert len(summary.by_day) == SHOWN_DAYS
    for later, is_shown in ((SHOWN_DAYS - 1, True), (SHOWN_DAYS, False)):
        day = date(2026, 3, 6) + timedelta(days=later)
        again = summary_of(_workspace(tmp_path, f"{day}T02:00:00+09:00"))
        assert (date(2026, 3, 6) in again.by_day) is is_shown
        assert again.intake == Intake()


def test_what_was_decided_about_people_is_that_of_the_days_derived_today(tmp_path):
    opened = _workspace(tmp_path, "2026-03-06T02:00:00+09:00")
    linked = opened.home.events / LINKED
    linked.mkdir(parents=True)
    for back, on in ((1, "2026-03-06"), (2, "2026-03-06"), (3, "2026-03-05"), (4, None)):
        day = date(2026, 3, 6) - timedelta(days=back)
        for folder, decided in ((opened.home.events, "pending"), (linked, "without link")):
            state = DayState(day, "f", 1, "k", {decided: back}, {"lines_refused": 10 * back}, on)
            (folder / state.file_name).touch()
            write_day_state(folder, state)
    found = summary_of(opened).decided
    assert found == Decided(Counter(pending=3), Counter(lines_refused=30), Counter({"without link": 3}))


def test_rows_kept_out_and_flags_of_an_export_are_counted(tmp_path):
    opened = _workspace(tmp_path, "2026-03-06T02:00:00+09:00")
    before = {"refused": {}, "undeclared_columns": []}
    for body in (before, {**before, "kept_out": {"withdrawn": 2}, "flags": {"plain_passwords": 1}}):
        opened.ledger.append(REGISTRY_KIND, body, opened.clock.now())
    intake = summary_of(opened).intake
    assert (intake.rows_kept_out, intake.rows_flagged) == (Counter(withdrawn=2), Counter(plain_passwords=1))


def test_a_derived_day_says_on_which_day_it_was_derived(house, line):
    house.export("members", [{"account_key": "k", "login_id": "kim", "status": "pending"}])
    house.deliver([line(member="kim"), line()])
    assert summary_of(house.workspace).decided == Decided()
    house.derive()
    assert summary_of(house.workspace).decided.lines == Counter(pending=1, anonymous=1)
