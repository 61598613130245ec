"""A night killed at any moment and run again ends as if nothing had happened: nothing lost, nothing doubled."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from support.chains import Chain
from support.contents import contents_of, files_that_are_no_whole, is_up_to_date, staging_leftovers
from support.deliveries import Delivered
from support.moments import STAGES, START
from support.nights import Night
from support.runs import free_slots, run_statuses
from support.stages import Watch
from support.uninterrupted import Uninterrupted

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("PARTNERSTATS_TEST_KILLS", "50"))
"""Kills at least: chains of one in each stage, as many as it takes."""
SEED = int(os.environ.get("PARTNERSTATS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
CHAINS = -(-KILLS // len(STAGES))
KILLED_IN = "killed in"
"""The property of a test's report that says a stage for each kill; the suite's summary adds them up."""


@pytest.mark.parametrize("number", range(CHAINS))
def test_nights_killed_in_every_stage_and_run_again_equal_an_uninterrupted_one(
    number: int,
    delivered: Delivered,
    uninterrupted: Uninterrupted,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
):
    chance = random.Random(f"{SEED} {number}")  # noqa: S311 -- moments to kill at, not secrets
    chain = Chain(delivered.copy_to(tmp_path), uninterrupted, chance, f"seed {SEED}, chain {number}")
    try:
        for stage in chance.sample(STAGES, len(STAGES)):
            chain.kill_in(stage)
    finally:
        with capsys.disabled():
            sys.stdout.write(f"\n{chain.said}\n")
    for killed in chain.kills:
        record_property(KILLED_IN, killed.stage)
    chain.let_the_rest_arrive()
    assert set(STAGES) <= set(Counter(killed.stage for killed in chain.kills)), chain.said

    copy = chain.copy
    outcome = copy.begin_night().outcome()
    assert outcome["succeeded"], f"{chain.said}: {outcome}"
    _check_the_end(copy, uninterrupted, chain.said)
    # A run that was only created may still be about to start, for all the next one knows: it is closed a minute later.
    assert set(run_statuses(copy.home)) <= {"SUCCESS", "FAILURE", "NOT_STARTED"}, chain.said
    unstarted = run_statuses(copy.home).count("NOT_STARTED")
    assert unstarted <= sum(killed.stage == START for killed in chain.kills), chain.said


def test_the_program_killed_and_run_again_equals_an_uninterrupted_night(
    delivered: Delivered,
    uninterrupted: Uninterrupted,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
):
    chance = random.Random(f"{SEED} program")  # noqa: S311 -- as above
    copy = delivered.copy_to(tmp_path)
    said = f"seed {SEED}"
    for stage in ("import", "pseudonymise", "transform"):
        watch, night = Watch(copy.home), copy.begin_fresh_night()
        _wait_for(stage, watch, night)
        time.sleep(chance.uniform(0, 0.5))
        night.kill()
        assert night.was_killed, f"{said}: {night.said}"
        record_property(KILLED_IN, f"{watch.stage()} (program)")
        said += f", killed in {watch.stage()}"
        assert files_that_are_no_whole(copy.copy_to(tmp_path / stage).workspace()) == [], said
    last = copy.begin_fresh_night()
    last.process.join()
    assert last.process.exitcode == 0, f"{said}: {last.said}"
    _check_the_end(copy, uninterrupted, said)


def _wait_for(stage: str, watch: Watch, night: Night) -> None:
    while night.is_running and watch.stage() != stage:
        time.sleep(0.01)


def _check_the_end(copy: Delivered, uninterrupted: Uninterrupted, said: str) -> None:
    """Nothing lost, nothing doubled, nothing left to do, nothing left behind."""
    workspace = copy.workspace()
    assert uninterrupted.after.differences(contents_of(workspace)) == {}, said
    assert is_up_to_date(workspace), said
    assert files_that_are_no_whole(workspace) == [], said
    assert staging_leftovers(copy.home) == [], said
    assert [path for path in workspace.home.landing.rglob("*") if path.is_file()] == [], said
    assert free_slots(copy.home), said


def test_the_comparison_sees_what_a_careless_night_would_lose(
    delivered: Delivered, uninterrupted: Uninterrupted, tmp_path: Path
):
    copy = delivered.copy_to(tmp_path)
    copy.begin_night("removes_before_it_commits").process.join()
    assert copy.begin_night().outcome()["succeeded"]
    differences = uninterrupted.after.differences(contents_of(copy.workspace()))
    assert differences["imports"] == (1, 0)
    assert sum(lost for part, (lost, _) in differences.items() if part.startswith("events of")) > 100


def test_the_comparison_sees_what_a_careless_night_would_double(
    delivered: Delivered, uninterrupted: Uninterrupted, tmp_path: Path
):
    once, twice = delivered.copy_to(tmp_path / "import"), delivered.copy_to(tmp_path / "events")
    assert not once.begin_night("commits_twice").outcome()["succeeded"]
    assert uninterrupted.after.differences(contents_of(once.workspace()))["imports"] == (0, len(delivered.contents) + 1)
    assert not twice.begin_night("derives_twice").outcome()["succeeded"]
    differences = uninterrupted.after.differences(contents_of(twice.workspace()))
    events = {part: counts for part, counts in differences.items() if part.startswith("events of")}
    rows = {part: uninterrupted.after.rows[part].total() for part in events}
    # Who asks twice as often may be taken for a robot: such a row stands twice and says something else than before.
    assert {part: doubled - lost for part, (lost, doubled) in events.items()} == rows
    assert sum(lost for lost, _ in events.values()) < sum(rows.values()) / 20
    assert sum(rows.values()) > 1000


def test_a_file_written_in_place_is_seen_to_be_no_whole(delivered: Delivered, tmp_path: Path):
    copy = delivered.copy_to(tmp_path)
    assert files_that_are_no_whole(copy.workspace()) == []
    copy.begin_night("writes_in_place").process.join()
    assert any(fault.startswith("events/2026-03-0") for fault in files_that_are_no_whole(copy.workspace()))
