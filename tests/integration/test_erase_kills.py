"""An erasure killed at any moment ends, with the next run, as one that was never disturbed."""

import os
import random
import shutil
import sys
import time

import pyrage
import pytest
from support.nights import Nights, run_command
from support.quick import quick_intake
from test_leaving import FIRST_NIGHT, export, log

from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.erasing import finish_requests
from pipelines.steps.subjects.finding import Search
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("PARTNERSTATS_TEST_ERASE_KILLS", "16"))
SEED = int(os.environ.get("PARTNERSTATS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
COMMAND = ["subject", "erase", "--account", "AK1", "--login", "kim", "--identification", "passport", "--json"]


class Trial:
    """A copy of the home, and the erasure in a process of its own."""

    def __init__(self, home, folder, nights: Nights, recipient: str) -> None:
        """Copy the home with its keys."""
        self.home, self.nights, self.folder = folder / "home", nights, folder / "said"
        for name in ("home", "home.keys"):
            shutil.copytree(home.with_name(name), folder / name)
        self.given = {"clock": FIRST_NIGHT, "threads": 1, "sealed_recipient": recipient}

    def begin(self):
        """Begin the erasure as the command does."""
        given = {f"PARTNERSTATS_{name.upper()}": str(value) for name, value in self.given.items()}
        environment = {**given, "PARTNERSTATS_HOME": str(self.home), "PARTNERSTATS_REASON": "a request"}
        return self.nights._begin(self.folder, run_command, COMMAND, self.folder, environment)

    def wait_until_asked(self, running) -> float:
        """Wait until the request is written down, or the process ended; return the seconds since it began."""
        while running.is_running and not (self.home / "ledger" / "requests.jsonl").exists():
            time.sleep(0.002)
        return time.monotonic() - running.began

    @property
    def workspace(self):
        """Open the home in this process."""
        return Workspace.open(load_settings(home=self.home, **self.given))

    def state(self):
        """What is left of the member, and what is known of the erasure."""
        workspace = self.workspace
        search = Search(workspace, person_of(workspace, "kim", "AK1"))
        counts = {one.dataset: one.count for one in search.all() if one.dataset != "access_records"}
        register = [(entry.body.kind, entry.body.removed) for entry in open_register(workspace).entries()]
        stones = sorted((stone.kind, stone.at) for stone in workspace.tombstones.all())
        rows = {table: len(workspace.registry.load(table)) for table in workspace.registry.tables()}
        opened = len(workspace.requests.open())
        return {name: n for name, n in counts.items() if n}, register, stones, rows, opened, search.faults

    def journal(self):
        """The kinds of the journal's entries."""
        return [entry.kind for entry in self.workspace.requests.chain.entries()]


@pytest.fixture(scope="module")
def recipient() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture(scope="module")
def home(tmp_path_factory, recipient):
    """Three members with a day of lines."""
    root = tmp_path_factory.mktemp("erasing") / "home"
    workspace = Workspace.open(load_settings(home=root, clock=FIRST_NIGHT, threads=1, sealed_recipient=recipient))
    export(workspace)
    log(workspace, 4)
    quick_intake(workspace)
    return root


def test_an_erasure_killed_at_any_moment_ends_in_the_same_state(home, recipient, nights, tmp_path, capsys):
    chance = random.Random(f"{SEED} erase")  # noqa: S311 -- moments to kill at, not secrets
    again = Trial(home, tmp_path / "again", nights, recipient)
    for _ in range(2):
        began = again.begin()
        began.process.join()
        assert began.process.exitcode == 0, began.said
    undisturbed = Trial(home, tmp_path / "timed", nights, recipient)
    running = undisturbed.begin()
    before, began_at = undisturbed.wait_until_asked(running), time.monotonic()
    running.process.join()
    after = time.monotonic() - began_at
    expected, killed, within = undisturbed.state(), 0, 0
    assert expected[1][0][0] == "erased"
    number = 0
    while killed < KILLS and number < 3 * KILLS:
        number += 1
        trial = Trial(home, tmp_path / str(number), nights, recipient)
        running = trial.begin()
        if number % 4:
            trial.wait_until_asked(running)
            time.sleep(chance.uniform(0, after))
        else:
            time.sleep(chance.uniform(0.5, 1) * before)
        running.kill()
        if not running.process.exitcode:
            continue
        killed += 1
        journal = trial.journal()
        within += "asked" in journal and "answered" not in journal
        finish_requests(trial.workspace)
        if not journal:
            trial.begin().process.join()
        assert trial.state() == expected, f"seed {SEED}, kill {number}: {journal}"
    with capsys.disabled():
        sys.stdout.write(
            f"\nseed {SEED}: {killed} erasures killed, {within} of them half done, in {before:.1f} + {after:.1f} s each\n"
        )
    assert killed >= KILLS
    assert within >= KILLS // 3
