"""The Dagster UI in a real browser: an analyst finds the lineage, the night's run, an asset with its columns and its checks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import ENDED, Served, quiet_page, serving, wait_until
from support import corruption as corrupt
from support.finished import LAST_DAY, finished_home

from pipelines.runs import LOCATION, run_nightly

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GROUPS = ("intake", "registry", "pseudonymised", "staging", "statistics")
LAUNCH = """mutation($run: ExecutionParams!) {
  launchRun(executionParams: $run) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}"""
STATUS = "query($run: ID!) { runOrError(runId: $run) { ... on Run { status } } }"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The UI on a copy of the finished home."""
    with serving(finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path_factory.mktemp("served"))) as place:
        yield place


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A page that must ask nothing of another machine."""
    with quiet_page(browser) as opened:
        yield opened


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
    # The page guesses the job's address until it has loaded the code location.
    expect(job).to_have_attribute("href", re.compile(f"/locations/{LOCATION}/"))
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
    wait_until(lambda: status() in ENDED, 180)
    assert status() == "SUCCESS"


def test_a_check_that_failed_is_seen_on_the_asset_with_its_sentence(served, page):
    corrupt.one_event("route", "'kim minji'")(served.home.workspace())
    assert not run_nightly(served.home.settings, LAST_DAY).succeeded
    page.goto(f"{served.address}/assets/events?view=checks&checkDetail=free_text_is_reduced")
    expect(page.get_by_text("Failed", exact=True).first).to_be_visible()
    expect(page.get_by_text("no address, query or free text").first).to_be_visible()
    expect(page.get_by_text("kim minji")).to_have_count(0)
