"""The checks of the morning hold on a finished home from six on, and fail once the day that is due is not what is stored."""

import pytest
from support.check_twins import TWINS
from support.finished import finished_home
from support.freshness_twins import FRESHNESS_TWINS
from support.retention_twins import RETENTION_TWINS

from expectations.freshness import FRESHNESS, judge_freshness
from pipelines.steps.freshness import freshness_of
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow
SIX = "2026-03-06T06:00:00+09:00"


@pytest.fixture
def workspace(tmp_path_factory, tmp_path):
    """A copy of the finished home at six in the morning."""
    copy = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path)
    return Workspace.open(copy.settings.model_copy(update={"clock": SIX}))


def _failing(workspace):
    return {result.name for result in judge_freshness(freshness_of(workspace)) if not result.passed}


def test_every_check_of_the_morning_has_a_twin_and_a_name_of_its_own():
    names = {check.name for check in FRESHNESS}
    assert {twin.check for twin in FRESHNESS_TWINS} == names
    assert not names & {twin.check for twin in (*TWINS, *RETENTION_TWINS)}


@pytest.mark.parametrize("twin", FRESHNESS_TWINS, ids=lambda twin: f"{twin.check}: {twin.what}")
def test_a_day_that_is_taken_away_fails_its_check(workspace, twin):
    assert _failing(workspace) == set()
    twin.corruption(workspace)
    assert twin.check in _failing(workspace)
