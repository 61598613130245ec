"""What the gate refuses fails the asset, and the check beside it says so in the same run."""

import dagster as dg
import pytest

from assets import releases
from pipelines.releases.given import Outcome
from pipelines.releases.making import REFUSED
from pipelines.resources import WorkspaceResource
from pipelines.steps.metrics.releases import RELEASES
from pipelines.steps.publishing.publishing import PublishedNow

pytestmark = pytest.mark.slow
LEAK = ("recovered", "partner_daily_usage by day", 2)


def _night(tmp_path, monkeypatch, outcome):
    """Run the asset on an empty home where publication comes to `outcome`; return if it passed, the check, and the log."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)
    monkeypatch.setenv("PARTNERSTATS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PARTNERSTATS_CLOCK", "2026-11-05T05:00:00+09:00")

    def published(workspace):
        if outcome.status == "refused":
            workspace.ledger.append(REFUSED, {"release": "2026-11-05-0001", "leaks": []}, workspace.clock.now())
        return PublishedNow(outcome, ())

    monkeypatch.setattr(releases, "publish_release", published)
    asset = releases.releases_asset([])
    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize(
            [asset], resources={"workspace": WorkspaceResource()}, instance=instance, raise_on_error=False
        )
        said = "\n".join(one.event_log_entry.to_json() for one in instance.get_records_for_run(run.run_id).records)
    (check,) = run.get_asset_check_evaluations()
    return run.success, check, said


def test_a_refusal_fails_the_asset_and_its_check(tmp_path, monkeypatch):
    passed, check, said = _night(tmp_path, monkeypatch, Outcome("refused", None, leaks=(LEAK,)))
    assert (passed, check.passed, check.check_name) == (False, False, f"{RELEASES}_passed_the_gate")
    assert "partner_daily_usage by day: 2 recovered" in said


def test_a_night_without_news_passes(tmp_path, monkeypatch):
    passed, check, _ = _night(tmp_path, monkeypatch, Outcome("nothing", None))
    assert (passed, check.passed) == (True, True)
