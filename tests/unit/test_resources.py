"""What a run leaves on record: the job it is of, by name."""

from datetime import date
from types import SimpleNamespace

import dagster as dg
import pytest

from pipelines.resources import WorkspaceResource
from pipelines.settings import load_settings
from pipelines.steps.workspace import Workspace

RUN = "0c1f8a7e-1111-4222-8333-444455556666"


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Begin a run of a job, as Dagster does, and return what is on record of it."""
    monkeypatch.setenv("PARTNERSTATS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PARTNERSTATS_CLOCK", "2026-11-21T12:00:00+09:00")

    def begin(job: str, tags: dict[str, str]) -> str:
        run = dg.DagsterRun(job_name=job, run_id=RUN, tags=tags)
        context = SimpleNamespace(run=run, run_id=run.run_id, instance=None)
        resource = WorkspaceResource()
        resource.setup_for_execution(context)
        resource.teardown_after_execution(context)
        return Workspace.open(load_settings()).access_records.read(date(2026, 11, 1))[-1].action

    return begin


@pytest.mark.parametrize(
    ("job", "tags", "said"),
    [
        ("nightly", {}, "the job nightly"),
        ("summary", {}, "the job summary"),
        ("__ASSET_JOB", {}, "assets chosen by hand"),
        ("__ASSET_JOB", {"dagster/backfill": "abc"}, "a backfill"),
        ("nightly", {"dagster/backfill": "abc"}, "the job nightly"),
    ],
)
def test_a_run_is_on_record_with_what_it_is_of(recorded, job, tags, said):
    assert recorded(job, tags) == f"run {RUN} of {said}"
