"""An execution killed at any moment ends, with the next run, as one that was never disturbed; no file goes before its key."""

import hashlib
import os
import random
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.contents import staging_leftovers, tables_of
from support.finished import finished_home
from support.killing import Killer, copied, say
from support.nights import Nights
from support.works import FILES_FIRST, FORGETFUL, execution

from pipelines.retention.entries import NIGHTLY, Begun, Destroyed
from pipelines.retention.items import Kind
from pipelines.settings import load_settings
from pipelines.steps.gone import Gone
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.inventory.places import path_of
from pipelines.steps.retention.planning import make_plan, plan_store
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("PARTNERSTATS_TEST_KILLS", "50"))
SEED = int(os.environ.get("PARTNERSTATS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
FEW = 25
"""Kills within which a spoiled execution has to be found out."""
ONE_DUE = "2026-06-05T02:00:00+09:00"
"""The night after the period of the first of the sample's days has ended."""
LOOKED_AT = "2026-03-12T02:00:00+09:00"
FOLDERS = ("landing", "vault", "quarantine", "events", "sealed", "ledger/samples", "ledger/access")


@dataclass(frozen=True)
class Due:
    """A home with a plan that may be executed."""

    home: Path
    digest: str

    def copy_to(self, folder: Path) -> "Due":
        """Return a copy with its keys."""
        return Due(copied(self.home, folder), self.digest)

    @property
    def settings(self) -> dict[str, Any]:
        """What the home is opened with."""
        return {"home": self.home, "clock": ONE_DUE, "threads": 1}

    def workspace(self) -> Workspace:
        """Open it."""
        return Workspace.open(load_settings(**self.settings))


@pytest.fixture(scope="module")
def due(tmp_path_factory: pytest.TempPathFactory) -> Due:
    finished = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path_factory.mktemp("due"))
    workspace = Workspace.open(load_settings(home=finished.home, clock=LOOKED_AT, threads=1))
    before = make_plan(workspace).plan
    execute(workspace, before.digest, approved_by="privacy_officer")
    plan = make_plan(Due(finished.home, "").workspace(), with_unknown=False).plan
    assert {Kind.FILE, Kind.ROWS, Kind.KEY, Kind.COPY} <= {item.kind for item in plan.items}
    return Due(finished.home, plan.digest)


def stage_of(workspace: Workspace, digest: str) -> str:
    """Return how far an execution came."""
    plan = plan_store(workspace).load(digest)
    bodies = [body for entry in open_register(workspace).entries() if getattr(body := entry.body, "plan", "") == digest]
    done = sum(isinstance(body, Destroyed) for body in bodies)
    if done:
        return f"{4 * done // len(plan.groups())} quarters of the groups"
    if Gone.of(workspace.keyring).keys >= set(plan.keys):
        return "after the keys"
    return "after `begun`" if bodies else "before `begun`"


def gone_before_their_keys(workspace: Workspace, digest: str) -> list[str]:
    """Return the files of the plan that are gone while their key still opens a copy of them."""
    plan, destroyed = plan_store(workspace).load(digest), Gone.of(workspace.keyring).keys
    root, keys = workspace.home.root, workspace.settings.key_folder
    return [
        item.place
        for item in plan.items
        if item.kind is Kind.FILE
        and not destroyed.issuperset(item.keys)
        and not path_of(root, keys, item.place).exists()
    ]


def ended(workspace: Workspace, digest: str) -> dict[str, Any]:
    """Go on as the next run does, and return what there is then, decoded or digested."""
    workspace.home.sweep()
    finished = begin_writing(workspace).finished
    assert execute(workspace, digest, approved_by=NIGHTLY).was_done or not finished
    return state_of(workspace)


def state_of(workspace: Workspace) -> dict[str, Any]:
    """Return everything that an execution touches: bytes of files, secrets of keys, rows of tables, the register."""
    register, home = open_register(workspace), workspace.home
    assert register.verify().holds
    bodies = [entry.body for entry in register.entries()]
    files = [path for folder in FOLDERS for path in (home.root / folder).rglob("*") if path.is_file()]
    keyring = workspace.keyring
    return {
        "files": {str(path.relative_to(home.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        # A table written anew stands under a fresh key, which is another one each time.
        "keys": {key.name: keyring.get(key.name).secret for key in keyring.list() if key.generation is None},
        "tables": tables_of(workspace),
        "registry": {
            t: Counter(map(repr, workspace.registry.load(t).to_pylist())) for t in workspace.registry.tables()
        },
        "begun": [body for body in bodies if isinstance(body, Begun)],
        "destroyed": [body for body in bodies if isinstance(body, Destroyed)],
        "left over": staging_leftovers(home.root),
    }


def differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """Return the parts that differ."""
    return [part for part in expected if found[part] != expected[part]]


@pytest.fixture(scope="module")
def campaign(due: Due, nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> tuple[Killer, dict[str, Any]]:
    """An execution that nobody disturbed: how long it took, and what there was after it."""
    killer = Killer(nights, execution, f"{SEED} execute")
    whole = due.copy_to(tmp_path_factory.mktemp("whole"))
    killer.whole(whole.settings, whole.digest)
    assert len(Counter(body.dataset for body in state_of(whole.workspace())["destroyed"])) > 5
    return killer, state_of(whole.workspace())


def test_executions_killed_at_random_moments_end_as_an_uninterrupted_one(
    due: Due, campaign: tuple[Killer, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    killer, expected = campaign
    while killer.kills < KILLS:
        copy = due.copy_to(tmp_path / "killed")
        if killer.strike(copy.settings, copy.digest):
            workspace, told = copy.workspace(), f"seed {killer.seed}, kill {killer.kills} at {killer.moments[-1]}"
            killer.stages[stage_of(workspace, copy.digest)] += 1
            assert gone_before_their_keys(workspace, copy.digest) == [], told
            assert differing(ended(workspace, copy.digest), expected) == [], told
        shutil.rmtree(tmp_path / "killed")
    say(killer.report("executions"), capsys)
    assert killer.kills == KILLS
    assert len(killer.stages) >= min(3, KILLS // 10)


@pytest.mark.parametrize("spoiled", [FILES_FIRST, FORGETFUL])
def test_an_execution_that_does_it_wrong_is_found_out_by_its_kills(
    spoiled: str, due: Due, campaign: tuple[Killer, dict[str, Any]], nights: Nights, tmp_path: Path
):
    sound, expected = campaign
    killer, faults = Killer(nights, execution, f"{SEED} {spoiled}", sound.extent), list[str]()
    while not faults and killer.kills < FEW:
        copy = due.copy_to(tmp_path / "killed")
        if killer.strike(copy.settings, copy.digest, spoiled):
            workspace = copy.workspace()
            faults = gone_before_their_keys(workspace, copy.digest)
            if spoiled == FORGETFUL:
                assert faults == []
                faults = differing(ended(workspace, copy.digest), expected)
        shutil.rmtree(tmp_path / "killed")
    assert faults, f"seed {killer.seed}: nothing found in {killer.kills} kills"
