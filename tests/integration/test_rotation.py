"""Rotated by the command line: people and marts count as before, and what was copied before opens nothing."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.contents import contents_of, is_up_to_date, tables_of
from support.destruction import day_items, readable
from support.finished import NOW, Finished, finished_home
from support.nights import SAID, Nights
from support.quick import decoded_events, quick_night

from pipelines.errors import KeyMissingError
from pipelines.settings import load_settings
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

pytestmark = pytest.mark.slow

COMMAND = ["keys", "rotate", "--pseudonyms", "--data", "--role", "privacy_officer", "--reason", "a key may be known"]
PSEUDONYMS = ("member_pseudonym", "visitor_pseudonym", "person_pseudonym", "client_address_pseudonym")


def rotated_by_command(home: Path, folder: Path) -> tuple[list[str], Path, dict[str, str]]:
    """Return what begins the command on a home."""
    given = {"PARTNERSTATS_HOME": str(home), "PARTNERSTATS_CLOCK": NOW, "PARTNERSTATS_THREADS": "2"}
    return [*COMMAND, "--json"], folder, given


def pseudonyms(workspace: Workspace) -> set[str]:
    return {event[name] for event in decoded_events(workspace) for name in PSEUDONYMS if event[name] is not None}


def same_but_for_pseudonyms(workspace: Workspace) -> dict[str, object]:
    """Everything the home holds, decoded; of events, how many."""
    contents = contents_of(workspace)
    rows = {name: sum(rows.values()) if "events of" in name else rows for name, rows in contents.rows.items()}
    return {"rows": rows, "delivered": dict(contents.delivered), "quarantine": contents.quarantine}


@dataclass
class Rotation:
    """A home before and after, a copy of it and its keys taken before, and what the command said."""

    finished: Finished
    copy: Finished
    before: dict[str, object]
    tables: dict[str, object]
    old: set[str]
    said: dict


@pytest.fixture(scope="module")
def rotation(nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> Rotation:
    folder = tmp_path_factory.mktemp("rotation")
    finished = finished_home(tmp_path_factory.getbasetemp()).copy_to(folder / "rotated")
    copy = finished.copy_to(folder / "copy")
    workspace = finished.workspace()
    before, tables, old = same_but_for_pseudonyms(workspace), tables_of(workspace), pseudonyms(workspace)
    command = nights.start_command(*rotated_by_command(finished.home, folder / "said"))
    command.process.join()
    assert command.process.exitcode == 0, command.said
    said = json.loads((folder / "said" / SAID).read_text())
    return Rotation(finished, copy, before, tables, old, said)


def test_every_day_moves_and_every_count_is_that_of_before(rotation: Rotation):
    (told,) = rotation.said["rotations"]
    assert told["is_equal"]
    assert told["moved"] == told["days"] >= 2
    assert told["before"] == told["after"]
    assert told["before"]["all"]["members"] > 10
    assert same_but_for_pseudonyms(rotation.finished.workspace()) == rotation.before


def test_no_old_pseudonym_is_in_the_events_any_more(rotation: Rotation):
    assert len(rotation.old) > 500
    assert rotation.old == pseudonyms(rotation.copy.workspace())
    assert rotation.old & pseudonyms(rotation.finished.workspace()) == set()


def test_a_copy_of_the_home_or_of_the_keys_opens_nothing_any_more(rotation: Rotation, tmp_path: Path):
    old = rotation.copy.copy_to(tmp_path)
    items = day_items(old.workspace())
    assert sum(readable(old.workspace(), items).values()) > 1_000
    keys = rotation.finished.settings.key_folder
    now = Workspace.open(load_settings(home=old.home, keys=keys, clock=NOW, threads=2))
    assert sum(readable(now, items).values()) == 0
    shutil.copy(keys / "master.key", old.settings.master_key_file)
    with pytest.raises(KeyMissingError):
        old.workspace()


def test_the_register_and_the_access_records_tell_of_it(rotation: Rotation):
    workspace = rotation.finished.workspace()
    entries = [entry.body for entry in open_register(workspace).entries() if entry.body.kind == "rotated"]
    assert [(body.what, body.approved_by, body.moved == body.of) for body in entries] == [
        ("pseudonyms", "privacy_officer", True),
        ("data-keys", "privacy_officer", True),
    ]
    accesses = [
        access for month in workspace.access_records.months() for access in workspace.access_records.read(month)
    ]
    assert [(access.action, access.reason) for access in accesses if access.role == "privacy_officer"] == [
        ("rotate pseudonyms and data-keys", "a key may be known")
    ]


def test_the_next_night_counts_in_every_mart_what_it_counted_before(rotation: Rotation):
    workspace = rotation.finished.workspace()
    assert quick_night(workspace) is not None
    assert tables_of(workspace) == rotation.tables
    assert is_up_to_date(workspace)
