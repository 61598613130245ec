"""A night killed at any moment and run again ends as if nothing had happened: nothing lost, nothing doubled."""

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support.contents import (
    contents_of,
    files_that_are_no_whole,
    is_up_to_date,
    staging_leftovers,
)
from support.deliveries import Delivered
from support.runs import free_slots, run_statuses
from support.stages import STAGES, Watch
from support.uninterrupted import Uninterrupted

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("PARTNERSTATS_TEST_KILLS", "10"))
"""Kills in all: one in each stage, the others anywhere."""
SEED = int(os.environ.get("PARTNERSTATS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
ATTEMPTS = 5
LONGEST_DELAY_SECONDS = 0.3


def _kill_somewhere(copy: Delivered, chance: random.Random, longest: float) -> str:
    night, watch = copy.begin_night(), Watch(copy.home)
    time.sleep(chance.uniform(0, longest))
    was_running = night.is_running
    after = night.kill()
    return f"{watch.stage()} after {after:.3f} s" if was_running else ""


def _kill_in(stage: str) -> Callable[[Delivered, random.Random, float], str]:
    def kill(copy: Delivered, chance: random.Random, _longest: float) -> str:
        watch = Watch(copy.home)
        night = copy.begin_night()
        while night.is_running and watch.stage() != stage:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, LONGEST_DELAY_SECONDS))
        was_running = night.is_running
        after = night.kill()
        return f"{stage} after {after:.3f} s" if was_running and watch.stage() == stage else ""

    return kill


MOMENTS = [
    *((stage, _kill_in(stage)) for stage in STAGES),
    *((f"anywhere {n}", _kill_somewhere) for n in range(KILLS - len(STAGES))),
]


@pytest.mark.parametrize(("name", "kill"), MOMENTS, ids=[name for name, _ in MOMENTS])
def test_a_night_killed_and_run_again_equals_an_uninterrupted_one(
    name: str,
    kill: Callable[[Delivered, random.Random, float], str],
    delivered: Delivered,
    uninterrupted: Uninterrupted,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
):
    chance = random.Random(f"{SEED} {name}")  # noqa: S311 -- moments to kill at, not secrets
    for attempt in range(ATTEMPTS):
        copy = delivered.copy_to(tmp_path / f"attempt-{attempt}")
        if moment := kill(copy, chance, uninterrupted.seconds):
            break
    else:
        pytest.fail(f"seed {SEED}: {ATTEMPTS} nights ended before they could be killed ({name})")
    record_property("moment", moment)
    with capsys.disabled():
        sys.stdout.write(f"\nkilled in {moment} (seed {SEED}, {name})\n")

    said = f"seed {SEED}, killed in {moment}"
    _check_what_stands(copy, uninterrupted, tmp_path / "seen", said)
    outcome = copy.begin_night().outcome()
    assert outcome["succeeded"], f"{said}: {outcome}"
    workspace = copy.workspace()
    assert uninterrupted.after.differences(contents_of(workspace)) == {}, said
    assert is_up_to_date(workspace), said
    assert files_that_are_no_whole(workspace) == [], said
    assert staging_leftovers(copy.home) == [], said
    assert [path for path in workspace.home.landing.rglob("*") if path.is_file()] == [], said
    # A run that was only created may still be about to start, for all the next one knows: it is closed a minute later.
    unstarted = {"NOT_STARTED"} if moment.startswith("start ") else set()
    assert set(run_statuses(copy.home)) <= {"SUCCESS", "FAILURE"} | unstarted, said
    assert free_slots(copy.home), said


def _check_what_stands(copy: Delivered, uninterrupted: Uninterrupted, folder: Path, said: str) -> None:
    """Look at a copy of what the kill left: every visible file is whole, the warehouse the old one or the new one."""
    seen = copy.copy_to(folder).workspace()
    assert files_that_are_no_whole(seen) == [], said
    tables = {name: rows for name, rows in contents_of(seen).rows.items() if name.startswith("table ")}
    known = [
        {name: rows for name, rows in contents.rows.items() if name.startswith("table ")}
        for contents in (uninterrupted.before, uninterrupted.after)
    ]
    assert tables in known, said


def test_the_comparison_sees_what_a_careless_night_would_lose(
    delivered: Delivered, uninterrupted: Uninterrupted, tmp_path: Path
):
    copy = delivered.copy_to(tmp_path)
    copy.begin_night("removes_before_it_commits").process.join()
    assert copy.begin_night().outcome()["succeeded"]
    differences = uninterrupted.after.differences(contents_of(copy.workspace()))
    assert differences["imports"] == (1, 0)
    assert sum(lost for part, (lost, _) in differences.items() if part.startswith("events of")) > 1000


def test_the_comparison_sees_what_a_careless_night_would_double(
    delivered: Delivered, uninterrupted: Uninterrupted, tmp_path: Path
):
    once, twice = delivered.copy_to(tmp_path / "import"), delivered.copy_to(tmp_path / "events")
    assert not once.begin_night("commits_twice").outcome()["succeeded"]
    assert uninterrupted.after.differences(contents_of(once.workspace()))["imports"] == (0, 4)
    assert not twice.begin_night("derives_twice").outcome()["succeeded"]
    differences = uninterrupted.after.differences(contents_of(twice.workspace()))
    events = [counts for part, counts in differences.items() if part.startswith("events of")]
    assert sum(lost for lost, _ in events) == 0
    assert sum(doubled for _, doubled in events) > 1000


def test_a_file_written_in_place_is_seen_to_be_no_whole(delivered: Delivered, tmp_path: Path):
    copy = delivered.copy_to(tmp_path)
    assert files_that_are_no_whole(copy.workspace()) == []
    copy.begin_night("writes_in_place").process.join()
    assert any(fault.startswith("events/2026-03-0") for fault in files_that_are_no_whole(copy.workspace()))
