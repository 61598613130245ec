"""A plan is made, refused, executed, cut short and finished in a small home of which days have become due."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import KeyMissingError
from pipelines.retention.entries import NIGHTLY, Begun, Destroyed
from pipelines.retention.items import Kind
from pipelines.retention.plan_store import PlanRefusedError
from pipelines.steps.derivation import day_inputs
from pipelines.steps.events import stale_days
from pipelines.steps.gone import Gone
from pipelines.steps.metrics.days import days
from pipelines.steps.metrics.files import files
from pipelines.steps.retention import destroying
from pipelines.steps.retention.executing import execute, finish_begun
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.retention.register import open_register

DAYS = [date(2015, 5, 18), date(2015, 5, 19), date(2015, 5, 20)]
LATER = "2015-08-20T12:00:00+09:00"
"""The period of the first two days has ended, that of the third ends today."""
OFFICER = "privacy_officer"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory, house_in, line):
    house = house_in(tmp_path_factory.mktemp("lived"))
    house.export("members", [{"account_key": "a1", "login_id": "kim", "partner_id": "p1"}])
    for day in DAYS:
        house.deliver([line(day, member="kim"), line(day, at="11:00:00"), "garbage\n"], f"{day}.log")
    house.derive()
    return house.settings.home


@pytest.fixture
def lived(lived_in: Path, tmp_path: Path, house_in):
    for folder in (lived_in, lived_in.with_name("home.keys")):
        shutil.copytree(folder, tmp_path / folder.name)
    return house_in(tmp_path).at(LATER)


def stored(house):
    home = house.workspace.home
    found = [*home.vault.rglob("*.age"), *home.quarantine.rglob("*.age"), *home.events.glob("*.parquet")]
    return sorted({path.stem if path.suffix == ".parquet" else path.parent.name for path in found})


def entries(house, kind):
    return [entry.body for entry in open_register(house.workspace).entries() if isinstance(entry.body, kind)]


def planned(house):
    return make_plan(house.workspace, with_unknown=False).plan


def test_what_is_past_its_period_is_planned_and_the_last_day_of_a_period_is_not(lived):
    before = planned(lived.at("2015-08-19T23:59:59+09:00"))
    assert {item.day for item in before.items if item.kind is Kind.FILE} == set(DAYS[:1])
    plan = planned(lived)
    assert {item.day for item in plan.items if item.kind is Kind.FILE} == set(DAYS[:2])
    assert {item.dataset for item in plan.items} == {"access_logs", "quarantine", "events", "data_keys"}


def test_a_plan_is_a_file_that_names_nobody(lived):
    plan = planned(lived)
    folder = lived.workspace.home.ledger / "plans"
    texts = "".join((folder / f"{plan.digest}.{kind}").read_text() for kind in ("json", "txt"))
    assert json.loads((folder / f"{plan.digest}.json").read_text())["policy_version"] == "2014-06-16"
    assert not any(name in texts for name in ("kim", 'a1"', "198.51.100.7"))


def test_a_night_executes_its_plan_and_a_second_time_does_nothing(lived):
    plan = planned(lived)
    done = execute(lived.workspace, plan.digest, approved_by=NIGHTLY)
    assert stored(lived) == ["2015-05-20"]
    assert {entry.dataset: entry.days for entry in done.entries if entry.stored_as is Kind.FILE} == {
        name: tuple(DAYS[:2]) for name in ("access_logs", "quarantine", "events")
    }
    size = open_register(lived.workspace).verify().size
    assert execute(lived.workspace, plan.digest, approved_by=NIGHTLY).was_done
    assert open_register(lived.workspace).verify().size == size
    assert open_register(lived.workspace).verify().holds
    assert planned(lived).items == ()


def test_what_is_left_is_read_as_before_and_nothing_of_what_went(lived):
    before = lived.events(DAYS[2])
    execute(lived.workspace, planned(lived).digest, approved_by=NIGHTLY)
    assert lived.events() == before
    assert [given.day for given in day_inputs(lived.workspace)] == DAYS[2:]
    assert stale_days(lived.workspace) == []
    with pytest.raises(KeyMissingError):
        lived.workspace.keyring.data_key("access_logs", DAYS[0])
    assert Gone.of(lived.workspace.keyring).has_day("events", DAYS[1])


def test_the_checks_take_destroyed_days_for_gone_and_a_file_that_vanished_for_missing(lived):
    execute(lived.workspace, planned(lived).digest, approved_by=NIGHTLY)
    assert files(lived.workspace, None)["parts_missing"].sum() == 0
    assert days(lived.workspace, None)["events_missing"].sum() == 0
    next(lived.workspace.home.vault.rglob("*.age")).unlink()
    (lived.workspace.home.events / "2015-05-20.parquet").unlink()
    assert files(lived.workspace, None)["parts_missing"].sum() == 1
    assert days(lived.workspace, None)["events_missing"].sum() == 2


def test_a_late_file_of_a_destroyed_day_is_counted_and_not_stored(lived, line):
    execute(lived.workspace, planned(lived).digest, approved_by=NIGHTLY)
    report = lived.deliver([line(DAYS[0], at="13:00:00"), line(DAYS[2], at="13:00:00")], "late.log")
    assert report.records[0].filtered == {"past-period": 1}
    assert stored(lived) == ["2015-05-20"]
    assert [report.day for report in lived.derive()] == DAYS[2:]


@pytest.mark.parametrize(
    ("clock", "reason"),
    [("2015-08-21T12:00:01+09:00", "expired"), ("2015-08-20T11:59:59+09:00", None)],
)
def test_a_plan_is_refused_after_it_expired_and_time_does_not_run_backwards(lived, clock, reason):
    plan = planned(lived)
    if reason is None:
        with pytest.raises(Exception, match="time runs backwards"):
            execute(lived.at(clock).workspace, plan.digest, approved_by=NIGHTLY)
        return
    with pytest.raises(PlanRefusedError, match=reason):
        execute(lived.at(clock).workspace, plan.digest, approved_by=NIGHTLY)
    assert stored(lived) == [str(day) for day in DAYS]


def test_a_plan_is_executed_until_the_last_second_before_it_expires(lived):
    plan = planned(lived)
    execute(lived.at("2015-08-21T12:00:00+09:00").workspace, plan.digest, approved_by=NIGHTLY)
    assert stored(lived) == ["2015-05-20"]


def test_a_plan_from_later_is_refused(lived):
    plan = planned(lived.at("2015-08-20T13:00:00+09:00"))
    state = lived.settings.home / "home.json"
    state.write_text(state.read_text().replace("2015-08-20T04:00:00", "2015-08-20T03:00:00"))
    with pytest.raises(PlanRefusedError, match="later than it is now"):
        execute(lived.workspace, plan.digest, approved_by=OFFICER)


def test_a_plan_of_another_policy_is_refused(lived, repository):
    plan = planned(lived)
    copy = lived.settings.home.with_name("policy")
    shutil.copytree(repository / "policy", copy)
    text = (copy / "2014-06-16.yml").read_text().replace('version: "2014-06-16"', 'version: "2014-06-17"', 1)
    (copy / "2014-06-16.yml").write_text(text)
    with pytest.raises(PlanRefusedError, match="under policy"):
        execute(lived.under(policy=copy).workspace, plan.digest, approved_by=OFFICER)


def more(house):
    path = next((house.workspace.home.vault / "access_logs" / "web" / "2015-05-18").glob("*.age"))
    path.with_name(f"{'0' * 16}-{0:015d}.age").write_bytes(b"new")


def less(house):
    next((house.workspace.home.vault / "access_logs" / "web" / "2015-05-18").glob("*.age")).unlink()


def other(house):
    path = house.workspace.home.events / "2015-05-18.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")


@pytest.mark.parametrize("change", [more, less, other])
def test_a_plan_is_refused_when_anything_of_it_changed(lived, change: Callable[..., None]):
    plan = planned(lived)
    change(lived)
    with pytest.raises(PlanRefusedError, match="no longer what was planned"):
        execute(lived.workspace, plan.digest, approved_by=OFFICER)
    assert entries(lived, Begun) == []


def test_a_register_that_was_changed_stops_everything(lived):
    execute(lived.workspace, planned(lived).digest, approved_by=NIGHTLY)
    later = lived.at("2015-08-21T12:00:00+09:00")
    plan = planned(later)
    path = lived.workspace.home.ledger / "destructions.jsonl"
    path.write_text(path.read_text().replace('"files":2', '"files":1', 1))
    with pytest.raises(PlanRefusedError, match="nothing is destroyed"):
        execute(later.workspace, plan.digest, approved_by=OFFICER)
    assert stored(lived) == ["2015-05-20"]


def test_what_is_too_old_waits_for_a_person_who_confirms_it(lived):
    late = lived.at("2015-12-01T12:00:00+09:00")
    made = make_plan(late.workspace, with_unknown=False)
    assert any("not destroyed unseen" in reason for reason in made.reasons)
    with pytest.raises(PlanRefusedError, match="waits for a person"):
        execute(late.workspace, made.plan.digest, approved_by=NIGHTLY)
    execute(late.workspace, made.plan.digest, approved_by=OFFICER)
    assert stored(late) == []
    assert {body.approved_by for body in entries(late, Destroyed)} == {OFFICER}


def test_what_cannot_be_listed_is_not_empty(lived, monkeypatch):
    def fails(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipelines.steps.retention.planning.inventory", fails)
    with pytest.raises(PlanRefusedError, match="not the same as empty"):
        planned(lived)


@pytest.mark.parametrize("after", range(1, 9))
def test_an_execution_cut_short_is_finished_first_and_ends_as_if_it_were_not(lived, monkeypatch, after):
    plan, steps = planned(lived), 0

    class Cut(BaseException):
        pass

    def removed(path):
        nonlocal steps
        steps += 1
        if steps >= after:
            raise Cut
        path.unlink(missing_ok=True)

    monkeypatch.setattr(destroying, "remove", removed)
    with pytest.raises(Cut):
        execute(lived.workspace, plan.digest, approved_by=NIGHTLY)
    monkeypatch.undo()
    again = lived.at("2015-08-25T12:00:00+09:00")
    (finished,) = finish_begun(again.workspace)
    assert (finished.plan.digest, finished.was_done) == (plan.digest, False)
    assert stored(again) == ["2015-05-20"]
    assert len(entries(again, Begun)) == 1
    assert len(entries(again, Destroyed)) == len(plan.groups())
    assert finish_begun(again.workspace) == []
