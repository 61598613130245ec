"""A night publishes what closed: one file per partner, gated, and nothing of one partner in the file of another."""

import json
import os
import subprocess
import sys
from pathlib import Path

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


def test_publishing_again_writes_nothing(uninterrupted, tmp_path):
    copy = uninterrupted.finished.copy_to(tmp_path)
    command = [str(Path(sys.executable).with_name("partnerstats")), "publish", "--json", "--home", str(copy.home)]
    outcome = subprocess.run(
        command, env={**os.environ, **copy.environment()}, capture_output=True, text=True, check=False, timeout=300
    )
    assert outcome.returncode == 0, outcome.stderr[-2000:]
    assert json.loads(outcome.stdout)["status"] == "nothing"
