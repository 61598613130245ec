"""The privacy officer's release: register, checks and clauses, without a person, made anew only when something changed."""

import json

import pytest

from pipelines.errors import DamagedError
from pipelines.releases.officer import KIND, read_officer_release
from pipelines.retention.entries import Withdrawn
from pipelines.steps.gate import record_results
from pipelines.steps.publishing.officer import publish_for_officer
from pipelines.steps.results import CheckResult
from pipelines.steps.retention.register import open_register


def result(name, *, passed):
    return CheckResult(name, "events", "cookie.session", "error", True, f"{name} holds.", "지켜집니다.", passed, None)


def test_it_has_the_register_the_checks_and_every_clause(house):
    workspace = house.workspace
    record_results(workspace.home, workspace.clock, [result("one", passed=True), result("two", passed=False)])
    entry = Withdrawn(
        policy_version="2014-06-16", clause="rights.withdraw", approved_by="operator", removed={"members": 1}
    )
    open_register(workspace).append(entry, workspace.clock.now())
    made = publish_for_officer(workspace)
    found = read_officer_release(workspace.home.published)
    assert found == made
    assert found.parts["register"]["size"] == 1
    assert found.parts["register"]["holds"]
    (listed,) = found.parts["entries"]
    assert (listed["kind"], listed["datasets"], listed["clause"]) == ("withdrawn", ["members"], "rights.withdraw")
    assert [(check["name"], check["passed"]) for check in found.parts["checks"]] == [("one", True), ("two", False)]
    assert [clause["id"] for clause in found.parts["clauses"]] == list(workspace.policy.clauses)


def test_a_night_that_changed_nothing_makes_no_new_one(house):
    first = publish_for_officer(house.workspace)
    assert publish_for_officer(house.at("2015-05-22T12:00:00+09:00").workspace) == first
    record_results(house.workspace.home, house.workspace.clock, [result("one", passed=True)])
    second = publish_for_officer(house.workspace)
    assert (first.release, second.release) == ("2015-05-21-0001", "2015-05-21-0002")
    assert len(house.workspace.ledger.entries(KIND)) == 2


def test_one_that_went_is_made_again_and_one_that_is_broken_is_told(house):
    workspace = house.workspace
    publish_for_officer(workspace)
    path = workspace.home.published / "officer" / "current.json"
    path.unlink()
    assert read_officer_release(workspace.home.published) is None
    assert publish_for_officer(workspace).release == "2015-05-21-0002"
    path.chmod(0o600)
    path.write_text("{}")
    with pytest.raises(DamagedError):
        read_officer_release(workspace.home.published)


def test_nobody_is_in_it(house):
    house.export("partners", [{"partner_id": "P1", "name": "Label P1", "type": "agency"}])
    house.export("members", [{"account_key": "canary-1", "login_id": "canary.login", "partner_id": "P1"}])
    publish_for_officer(house.workspace)
    text = (house.workspace.home.published / "officer" / "current.json").read_text("utf-8")
    assert json.loads(text)["release"]
    assert "canary" not in text
