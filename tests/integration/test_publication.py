"""A night publishes what closed: one file per partner, gated, and nothing of one partner in the file of another."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.releases.published import RELEASE, Published
from pipelines.steps.publishing.publishing import FileNames, registered_partners
from pipelines.steps.retention.inventory.stock import inventory
from pipelines.steps.status import last_release

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(uninterrupted):
    """A home after two nights of which the second closed the first day."""
    return uninterrupted.finished.workspace()


def test_a_night_publishes_the_day_that_closed(workspace):
    published = Published(workspace.home.published)
    release = published.current()
    assert release == "2026-03-06-0001"
    partners = registered_partners(workspace)
    assert published.verify(release) == len(partners) > 5
    told = last_release(workspace)
    assert told["newest"] == {"day": "2026-03-03", "week": None, "month": None}
    assert told["cells"]["partner_daily_usage"]["shown"] > 0
    (entry,) = workspace.ledger.entries(RELEASE)
    assert entry.body["gate"]["passes"] and not [partner for partner in partners if partner in json.dumps(entry.body)]


def test_no_file_holds_another_partners_id_and_every_shown_row_rests_on_enough_people(workspace):
    published, names = Published(workspace.home.published), FileNames(workspace.keyring.subject_key())
    partners = registered_partners(workspace)
    for partner in partners:
        path = published.file_of(names.of(partner))
        assert path is not None
        content = path.read_bytes()
        assert [other for other in partners if other not in partner and other.encode() in content] == []
        with duckdb.connect(str(path), read_only=True) as connection:
            few = connection.execute(
                "SELECT count(*) FROM partner_daily_usage WHERE NOT is_suppressed AND contributing_people < 10"
            ).fetchone()
        assert few == (0,)


def test_the_files_of_a_release_are_known_to_the_inventory(workspace):
    items = [
        item for item in inventory(workspace, workspace.today).items if item.place.startswith(("published/", "gate/"))
    ]
    assert len(items) > 8
    assert {(item.dataset, item.is_known) for item in items} == {("releases", True)}


@pytest.fixture(scope="module")
def copied(uninterrupted, tmp_path_factory):
    """A copy of the home, for commands in processes of their own."""
    return uninterrupted.finished.copy_to(tmp_path_factory.mktemp("copied"))


def begin(copied, *words: str) -> subprocess.Popen[str]:
    """Start `partnerstats publish` in the copy."""
    command = [str(Path(sys.executable).with_name("partnerstats")), "publish", *words, "--json", "--home", copied.home]
    environment = {**os.environ, **copied.environment()}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a command that succeeds and return what it said."""
    said, complained = process.communicate(timeout=300)
    assert process.returncode == 0, complained[-2000:]
    return json.loads(said)


def test_publishing_again_writes_nothing(copied):
    assert ended(begin(copied))["status"] == "nothing"


def test_an_export_for_everybody_that_is_killed_hides_nothing_and_the_next_one_is_whole(copied, workspace, tmp_path):
    words = ("export", "--all", "--format", "parquet", "--to", str(tmp_path / "bi"))
    process = begin(copied, *words)
    while not list(tmp_path.glob("bi/*/*/*.parquet")) and process.poll() is None:
        pass
    process.kill()
    process.communicate()
    assert [path.name for path in (tmp_path / "bi").iterdir()] == ["2026-03-06-0001-parquet.unfinished"]
    assert [path for path in tmp_path.rglob("*") if path.name.startswith(".")] == []
    done = ended(begin(copied, *words))
    assert [path.name for path in (tmp_path / "bi").iterdir()] == ["2026-03-06-0001-parquet"]
    assert [one["partner"] for one in done["partners"]] == registered_partners(workspace)
    tables = {frozenset(path.name for path in Path(one["folder"]).iterdir()) for one in done["partners"]}
    assert len(tables) == 1 and len(next(iter(tables))) * len(done["partners"]) == done["files"]
