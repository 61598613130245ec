"""The warehouse follows what its figures rest on: the events of each kind, and the text of the models."""

import json
import shutil
from datetime import date

import duckdb
import pytest

from pipelines.steps import warehouse
from pipelines.steps.day_files import LINKED
from pipelines.steps.linked import derive_linked_days
from pipelines.steps.record_imports import import_record_files
from pipelines.steps.status import status_of
from pipelines.steps.unbuilt import present_rests, unbuilt_days
from pipelines.steps.warehouse import build_warehouse
from pipelines.warehouse.day_records import record_days

DAYS = [date(2015, 5, day) for day in range(15, 21)]
SERVICE = "SELECT day, p90_visit_seconds FROM service_daily_usage ORDER BY day"
LINKED_ROWS = "SELECT day, events FROM partner_linked_daily ORDER BY day"
VISITS = ("sql/macros/marts/service_usage.sql", "round({{ quantile_of(", "1 + round({{ quantile_of(")
EVENTS = ("sql/macros/marts/linked_usage.sql", "count(*) as events", "count(*) + 100 as events")


@pytest.fixture(scope="module")
def derived(house_in, tmp_path_factory, line):
    """Six days with a request and a linked event each, derived."""
    folder = tmp_path_factory.mktemp("derived")
    house = house_in(folder)
    house.export("members", [{"account_key": "k1", "login_id": "kim", "partner_id": "p1"}])
    house.export("partners", [{"partner_id": "p1", "name": "Label", "type": "agency"}])
    link = {"account_key": "k1", "service": "melon", "melon_member_id": "m1", "linked_at": "2015-01-01T00:00:00+09:00"}
    house.export("linked_accounts", [{**link, "ended_at": None}])
    house.deliver([line(day) for day in DAYS])
    row = {"service": "melon", "event": "stream", "partner_id": "p1", "melon_member_id": "m1"}
    delivered = house.workspace.home.landing / "linked" / "events.jsonl"
    delivered.parent.mkdir(parents=True)
    delivered.write_text("".join(json.dumps({"time": f"{day}T12:00:00+09:00", **row}) + "\n" for day in DAYS))
    import_record_files(house.workspace, "linked")
    house.derive()
    derive_linked_days(house.workspace)
    return folder


@pytest.fixture
def six_days(derived, house_in, tmp_path):
    """A copy of it, home and keys."""
    for path in derived.iterdir():
        shutil.copytree(path, tmp_path / path.name)
    return house_in(tmp_path)


@pytest.fixture
def recorded(six_days):
    """The same, with a warehouse that remembers these days as built, and holds nothing else."""
    with duckdb.connect(str(six_days.workspace.home.warehouse)) as connection:
        record_days(connection, present_rests(six_days.workspace))
    assert unbuilt_days(six_days.workspace) == []
    return six_days


def destroy(house, day, folder=""):
    for path in (house.workspace.home.events / folder).glob(f"{day}.*"):
        path.unlink()


def of_may(days):
    return [day.day for day in days]


def rows(house, query):
    with duckdb.connect(str(house.workspace.home.warehouse), read_only=True) as connection:
        return [(day.day, *rest) for day, *rest in connection.execute(query).fetchall()]


@pytest.mark.parametrize(
    "change",
    [VISITS, EVENTS, ("sql/macros/marts/audience_usage.sql", "count(*) as visits", "count(*)  as visits")],
    ids=lambda change: change[0],
)
def test_another_text_of_a_model_or_macro_makes_all_kept_days_due(recorded, changed, change):
    assert of_may(unbuilt_days(changed(recorded, *change).workspace)) == [15, 16, 17, 18, 19, 20]
    destroy(recorded, DAYS[0])
    assert of_may(unbuilt_days(changed(recorded, change[0], "", "").workspace)) == [17, 18, 19, 20]


def test_a_description_makes_no_day_due(recorded, changed):
    other = changed(recorded, "sql/models/marts/partner_linked_daily.yml", "How the linked", "How linked")
    assert unbuilt_days(other.workspace) == []


def test_what_is_destroyed_makes_no_day_due(recorded):
    destroy(recorded, DAYS[0])
    destroy(recorded, DAYS[3], LINKED)
    assert unbuilt_days(recorded.workspace) == []


def test_the_status_tells_which_days_are_as_their_events_and_models_say(recorded, changed):
    destroy(recorded, DAYS[0])
    other = changed(recorded, *VISITS)
    days = {day["day"].day: day["is_in_warehouse"] for day in status_of(other.workspace)["days"]}
    assert days == {15: True, 16: True, 17: False, 18: False, 19: False, 20: False}
    assert all(day["is_in_warehouse"] for day in status_of(recorded.workspace)["days"])


@pytest.mark.slow
def test_changed_models_rebuild_what_has_its_events_and_nothing_else(six_days, changed, monkeypatch):
    monkeypatch.setattr(warehouse, "require_private_events", lambda _home: None)
    assert of_may(build_warehouse(six_days.workspace).days) == [15, 16, 17, 18, 19, 20]
    assert build_warehouse(six_days.workspace) is None
    destroy(six_days, DAYS[0])
    destroy(six_days, DAYS[3], LINKED)
    other = changed(changed(six_days, *VISITS), *EVENTS)
    assert of_may(build_warehouse(other.workspace).days) == [17, 19, 20]
    assert rows(other, SERVICE) == [(15, 0), (16, 0), (17, 1), (18, 0), (19, 1), (20, 1)]
    assert rows(other, LINKED_ROWS) == [(15, 1), (16, 1), (17, 101), (18, 1), (19, 101), (20, 101)]
    assert build_warehouse(other.workspace) is None
