"""A rotation killed at any moment is finished by the next run and ends as one that was never disturbed."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pyrage
import pytest
from support.contents import Contents, contents_of, staging_leftovers
from support.destruction import day_items, readable
from support.killing import Killer, copied, say
from support.nights import Nights
from support.quick import decoded_events, quick_intake
from support.works import rotation
from test_leaving import FIRST_NIGHT, export, log

from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.retention.rotation import BEGUN, DATA_KEYS, DONE, finish_rotation, rotate
from pipelines.steps.retention.rotation import PSEUDONYMS as PSEUDONYM_KEYS
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("PARTNERSTATS_TEST_ROTATION_KILLS", "20"))
SEED = int(os.environ.get("PARTNERSTATS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
PSEUDONYMS = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym", "client_address_pseudonym")


def settings_of(home: Path) -> dict[str, Any]:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    return {"home": home, "clock": FIRST_NIGHT, "threads": 1, "sealed_recipient": recipient}


def opened(home: Path) -> Workspace:
    return Workspace.open(load_settings(**settings_of(home)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three members with a day of lines and a line that cannot be read."""
    root = tmp_path_factory.mktemp("rotating") / "home"
    workspace = opened(root)
    export(workspace)
    log(workspace, 4)
    (workspace.home.landing / "access" / "web" / "broken.log").write_text("garbage\n")
    quick_intake(workspace)
    datasets = {item.dataset for item in day_items(workspace)}
    assert {"access_logs", "quarantine", "events"} <= datasets
    return root


def pseudonyms(workspace: Workspace) -> set[str]:
    return {event[name] for event in decoded_events(workspace) for name in PSEUDONYMS if event[name] is not None}


def same_but_for_pseudonyms(workspace: Workspace) -> dict[str, Any]:
    """Everything the home holds, decoded; of events, how many."""
    found: Contents = contents_of(workspace)
    rows = {name: sum(rows.values()) if "events of" in name else rows for name, rows in found.rows.items()}
    return {"rows": rows, "delivered": dict(found.delivered), "quarantine": found.quarantine}


def state_of(workspace: Workspace) -> dict[str, Any]:
    """Return what a rotation touches; keys by what they open."""
    keyring = workspace.keyring
    return {
        **same_but_for_pseudonyms(workspace),
        "generations": keyring.pseudonym_generations(),
        # A key that a crash left before a table stood under it opens nothing; the night destroys it as one that nothing uses.
        "keys": sorted((key.dataset, str(key.day)) for key in keyring.list() if key.generation is None),
        "register": [entry.body for entry in open_register(workspace).entries()],
        "done": [entry.body["counts_equal"] for entry in workspace.ledger.entries(DONE)],
        "left over": staging_leftovers(workspace.home.root),
    }


def ended(workspace: Workspace) -> dict[str, Any]:
    """Go on as the next night does; one that had not begun is asked for again."""
    workspace.home.sweep()
    finish_rotation(workspace)
    if not list(workspace.ledger.entries(BEGUN)):
        rotate(workspace, (PSEUDONYM_KEYS, DATA_KEYS))
    return state_of(workspace)


def stage_of(workspace: Workspace, before: set[str]) -> str:
    """Return how far a rotation came."""
    kinds = {entry.kind for entry in workspace.ledger.entries()}
    if not kinds & {BEGUN, DONE}:
        return "not begun"
    if DONE in kinds:
        return "done"
    there = {key.name for key in workspace.keyring.list()}
    return "begun" if before <= there else "after the former keys"


def test_rotations_killed_at_random_moments_end_as_an_uninterrupted_one(
    home: Path, nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    killer, before = Killer(nights, rotation, f"{SEED} rotate"), opened(home)
    former, old, items = {key.name for key in before.keyring.list()}, pseudonyms(before), day_items(before)
    assert sum(readable(before, items).values()) > 0
    whole = copied(home, tmp_path / "whole")
    killer.whole(settings_of(whole))
    expected = state_of(opened(whole))
    assert expected["done"] == [True]
    while killer.kills < KILLS:
        copy = copied(home, tmp_path / "killed")
        if killer.strike(settings_of(copy)):
            workspace = opened(copy)
            stage, told = stage_of(workspace, former), f"seed {killer.seed}, kill {killer.kills}"
            killer.stages[stage] += 1
            found = ended(workspace)
            assert [part for part in expected if found[part] != expected[part]] == [], f"{told}: {stage}"
            assert not old & pseudonyms(workspace), told
            assert not former & {key.name for key in workspace.keyring.list()}, told
        shutil.rmtree(tmp_path / "killed")
    say(killer.report("rotations"), capsys)
    assert killer.kills == KILLS
    assert killer.stages["begun"] >= KILLS // 3
