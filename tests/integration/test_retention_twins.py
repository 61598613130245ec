"""Whatever has outlived its period, or went before its time, is flagged by the check of its store, and by no other."""

from datetime import timedelta

import pytest
from support.finished import finished_home
from support.retention_twins import MISSING, PLANTS, RETENTION_TWINS, swept

from expectations.retention import FRAME, judge_retention, retention_checks
from expectations.running import run
from pipelines.retention.entries import Erased
from pipelines.retention.states import State
from pipelines.rights.holds import Hold, On
from pipelines.rights.requests import Request
from pipelines.rights.sealed import ONE_YEAR, fields_of
from pipelines.rights.sealing_box import open_box
from pipelines.steps.metrics.retention import retention
from pipelines.steps.retention.auditing import audit
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.inventory.expected import watched
from pipelines.steps.retention.inventory.places import dated
from pipelines.steps.retention.planning import make_plan
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.holds import take_rows_aside

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A finished home in which nothing is past its period, one member left a week ago, and rows are held aside."""
    finished = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path_factory.mktemp("retention"))
    workspace = finished.workspace()
    swept(workspace)
    _leave(workspace)
    _hold(workspace)
    _destroy(workspace)
    _answer(workspace)
    return workspace


def _leave(workspace):
    profile = dict.fromkeys(workspace.policy.dataset(ONE_YEAR).fields) | {"login_id": "gone"}
    day, subject = workspace.today - timedelta(days=7), workspace.subjects.subject_digest("gone")
    box = open_box(None, workspace.settings.key_folder, is_demo=True)
    fields = fields_of(workspace.policy, ONE_YEAR, profile, [])
    workspace.sealed.put(box, ONE_YEAR, subject, day, fields, workspace.clock.now())
    workspace.sign_ups.add(day, [workspace.sign_ups.former(subject, workspace.clock.now(), {"login_id": "gone"})])


def _hold(workspace):
    partners = workspace.registry.load("partners")
    order = {"reason": "a dispute", "authority": "a court", "role": "privacy_officer", "review_on": workspace.today}
    held = partners["partner_id"][0].as_py()
    workspace.holds.add(Hold("", On.PARTNER, added_at=workspace.clock.now(), partner_id=held, **order))
    assert len(take_rows_aside(workspace, "partners", partners)) == 1


def _destroy(workspace):
    """Destroy a day of events that somebody put there long after its time, by a plan."""
    path = workspace.home.events / "2025-01-01.parquet"
    path.write_bytes(b"left")
    plan = make_plan(workspace).plan
    execute(workspace, plan.digest, approved_by="privacy_officer")
    assert not path.exists()


def _answer(workspace):
    asked = Request("", "erased", "gone", ("gone",), (), workspace.clock.now(), "privacy_officer", {}, {})
    request = workspace.requests.ask(asked)
    told = {"policy_version": workspace.policy.version, "clause": "rights.refuse", "approved_by": "privacy_officer"}
    open_register(workspace).append(Erased(**told, removed={}), workspace.clock.now())
    workspace.requests.answered(request, workspace.clock.now())


@pytest.fixture(scope="module")
def checks(workspace):
    """Every check of retention, by name."""
    return {check.name: check for check in retention_checks(workspace.policy, ())}


def _failing(workspace, checks):
    """Return the checks whose count is not 0, and what Great Expectations says of the first of them."""
    frame = retention(audit(workspace, workspace.today))
    names = {name for name, check in checks.items() if frame[check.column].sum()}
    judged = [checks[name] for name in sorted(names)[:1]]
    assert not any(result.passed for result in run(judged, {FRAME: frame}))
    return names


def test_every_check_of_retention_has_a_twin(workspace, checks):
    assert {twin.check for twin in RETENTION_TWINS} == set(checks)
    assert set(PLANTS) == dated(workspace.policy)
    assert set(MISSING) == watched(workspace.policy)


@pytest.mark.parametrize("twin", RETENTION_TWINS, ids=lambda twin: f"{twin.check}: {twin.what}")
def test_what_is_planted_fails_its_own_check_alone_and_none_when_it_is_gone(workspace, checks, twin):
    undo = twin.plant(workspace, twin.state)
    try:
        failing = _failing(workspace, checks)
    finally:
        undo()
    if twin.state is State.UNDER_RETAINED:
        # A table whose file is gone cannot be read either.
        failing.discard("retention_is_read_in_full")
    assert failing == {twin.check}


def test_every_check_holds_when_all_plants_are_gone(workspace, checks):
    found = audit(workspace, workspace.today)
    assert _failing(workspace, checks) == set()
    assert found.has_passed
    assert {status.dataset for status in found.of(State.ON_HOLD)} == {"held_lines"}
    results = judge_retention(workspace, found, ["events"])
    assert [result.name for result in results if not result.passed] == []
    assert {result.asset for result in results} == {"events", "retention_status"}
