"""The Dagster UI in a real browser: an analyst finds the lineage, the night's run, an asset with its columns and its checks."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from support import corruption as corrupt
from support.finished import LAST_DAY, Finished, environment, finished_home

from pipelines.runs import LOCATION, run_nightly

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GROUPS = ("intake", "registry", "pseudonymised", "staging", "statistics")
LAUNCH = """mutation($run: ExecutionParams!) {
  launchRun(executionParams: $run) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}"""
STATUS = "query($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"


@dataclass(frozen=True)
class Served:
    """A home whose UI is served at `address`."""

    home: Finished
    address: str

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Ask the UI's own interface, as its pages do."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.address}/graphql", body, {"Content-Type": "application/json"})  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- loopback
            return json.load(answer)["data"]

    def is_up(self) -> bool:
        """Say whether the server answers and has loaded the definitions."""
        query = "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"
        try:
            entries = self.ask(query)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, OSError):
            return False
        return entries == [{"name": LOCATION, "loadStatus": "LOADED"}]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`partnerstats ui` on a copy of the finished home, at a free port of loopback; stopped as Ctrl-C does."""
    home = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path_factory.mktemp("served"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("partnerstats"), "ui", "--home", home.home, "--port", str(port)]
    with (home.home.parent / "ui.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment(), stdout=log, stderr=log, start_new_session=True, cwd=home.home.parent
        )
    place = Served(home, f"http://127.0.0.1:{port}")
    try:
        _wait(place.is_up, 180)
        yield place
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A page that notes every request to another machine; there must be none."""
    opened, elsewhere = browser.new_page(), []
    opened.on("request", lambda request: elsewhere.append(request.url) if _is_elsewhere(request.url) else None)
    yield opened
    opened.close()
    assert elsewhere == []


def _is_elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))


def _wait(happens, seconds):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it took too long"
        time.sleep(1)


def test_the_graph_shows_the_lineage_by_group(served, page):
    page.goto(f"{served.address}/asset-groups")
    for group in GROUPS:
        expect(page.get_by_text(group, exact=True).first).to_be_visible()
    expect(page.get_by_text("Join the Dagster community")).to_have_count(0)


def test_a_mart_shows_what_it_comes_from_down_to_the_logs(served, page):
    page.goto(f"{served.address}/assets/service_daily_usage?view=lineage&lineageScope=upstream&lineageDepth=6")
    for asset in ("access_logs", "contents", "members", "partners", "events", "stg_web__events"):
        expect(page.get_by_text(asset, exact=True).first).to_be_visible()


def test_the_run_of_the_command_line_belongs_to_its_job(served, page):
    page.goto(f"{served.address}/runs/{served.home.outcome.run_id}")
    expect(page.get_by_text("Success", exact=True).first).to_be_visible()
    job = page.get_by_role("link", name="nightly").first
    expect(job).to_be_visible()
    assert f"/locations/{LOCATION}/" in job.get_attribute("href")
    expect(page.get_by_text(f"partition: {LAST_DAY}").first).to_be_visible()


def test_an_asset_tells_what_it_is_and_what_its_columns_mean(served, page):
    page.goto(f"{served.address}/assets/events")
    expect(page.get_by_text("who asked is a keyed pseudonym")).to_be_visible()
    expect(
        page.get_by_text("이벤트", exact=False).or_(page.get_by_text("요청 한 건이 한 행이며")).first
    ).to_be_visible()
    expect(page.get_by_text("visitor_pseudonym").first).to_be_visible()
    expect(page.get_by_text("lines_by_person").first).to_be_visible()


def test_a_mart_shows_its_checks_as_succeeded(served, page):
    page.goto(f"{served.address}/assets/service_daily_usage?view=checks")
    expect(page.get_by_text("days_are_in_the_warehouse").first).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    expect(page.get_by_text("Failed", exact=True)).to_have_count(0)


def test_a_day_can_be_run_from_the_ui(served):
    run = {
        "selector": {
            "repositoryLocationName": LOCATION,
            "repositoryName": "__repository__",
            "pipelineName": "nightly",
        },
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": LAST_DAY.isoformat()}]},
    }
    launched = served.ask(LAUNCH, run=run)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]
    status = lambda: served.ask(STATUS, run=run_id)["runOrError"]["status"]  # noqa: E731 -- asked twice
    _wait(lambda: status() in ("SUCCESS", "FAILURE", "CANCELED"), 180)
    assert status() == "SUCCESS"


def test_a_check_that_failed_is_seen_on_the_asset_with_its_sentence(served, page):
    corrupt.one_event("route", "'kim minji'")(served.home.workspace())
    assert not run_nightly(served.home.settings, LAST_DAY).succeeded
    page.goto(f"{served.address}/assets/events?view=checks&checkDetail=free_text_is_reduced")
    expect(page.get_by_text("Failed", exact=True).first).to_be_visible()
    expect(page.get_by_text("no address, query or free text").first).to_be_visible()
    expect(page.get_by_text("kim minji")).to_have_count(0)
