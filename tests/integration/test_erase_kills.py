"""An erasure killed at any moment ends, with the next run, as one that was never disturbed."""

import os
import random
import shutil
from typing import Any

import pyrage
import pytest
from support.killing import Killer, copied, say
from support.quick import quick_intake
from support.works import erasure
from test_leaving import FIRST_NIGHT, export, log

from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.erasing import finish_requests
from pipelines.steps.subjects.finding import Search
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("PARTNERSTATS_TEST_ERASE_KILLS", "20"))
SEED = int(os.environ.get("PARTNERSTATS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)


@pytest.fixture(scope="module")
def recipient() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture(scope="module")
def home(tmp_path_factory, recipient):
    """Three members with a day of lines."""
    root = tmp_path_factory.mktemp("erasing") / "home"
    workspace = Workspace.open(load_settings(**settings_of(root, recipient)))
    export(workspace)
    log(workspace, 4)
    quick_intake(workspace)
    return root


def settings_of(home, recipient) -> dict[str, Any]:
    return {"home": home, "clock": FIRST_NIGHT, "threads": 1, "sealed_recipient": recipient}


def state_of(workspace) -> dict[str, Any]:
    """What is left of the member, and what is known of the erasure."""
    search = Search(workspace, person_of(workspace, "kim", "AK1"))
    counts = {one.dataset: one.count for one in search.all() if one.dataset != "access_records" and one.count}
    return {
        "found": counts,
        "faults": search.faults,
        "register": [(entry.body.kind, entry.body.removed) for entry in open_register(workspace).entries()],
        "tombstones": sorted((stone.kind, stone.at) for stone in workspace.tombstones.all()),
        "rows": {table: len(workspace.registry.load(table)) for table in workspace.registry.tables()},
        "open": len(workspace.requests.open()),
    }


def journal_of(workspace) -> list[str]:
    """The kinds of the journal's entries: how far the erasure came."""
    return [entry.kind for entry in workspace.requests.chain.entries()]


def ended(workspace) -> dict[str, Any]:
    """Go on as the next run does; what was killed before it was asked is asked again."""
    workspace.home.sweep()
    finish_requests(workspace)
    if not journal_of(workspace):
        erasure(workspace)
    return state_of(workspace)


def test_an_erasure_killed_at_any_moment_ends_in_the_same_state(home, recipient, nights, tmp_path, capsys):
    killer = Killer(nights, erasure, f"{SEED} erase")
    whole = settings_of(copied(home, tmp_path / "whole"), recipient)
    killer.whole(whole)
    expected = state_of(Workspace.open(load_settings(**whole)))
    assert expected["register"][0][0] == "erased"
    while killer.kills < KILLS:
        given = settings_of(copied(home, tmp_path / "killed"), recipient)
        if killer.strike(given):
            workspace = Workspace.open(load_settings(**given))
            journal = journal_of(workspace)
            killer.stages["+".join(journal) or "not asked"] += 1
            assert ended(workspace) == expected, f"seed {killer.seed}, kill {killer.kills}: {journal}"
        shutil.rmtree(tmp_path / "killed")
    say(killer.report("erasures"), capsys)
    assert killer.kills == KILLS
    assert killer.stages["asked"] >= KILLS // 3
