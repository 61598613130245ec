"""What someone who runs the house does in the browser: files arrive, days are made again, a failed night is run again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from serving import ENDED, Served, quiet_page, serving, wait_until
from support.finished import LAST_DAY, finished_home

from pipelines.partitions import DAYS_A_RUN
from pipelines.runs import LOCATION
from pipelines.warehouse.reading import query

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINE = b'192.0.2.7 - - [05/Mar/2026:%02d:00:00 +0900] "GET / HTTP/1.1" 200 5 "-" "Firefox" "-"\n'
HOURS = range(9, 16)
BACKFILLED_DAYS = DAYS_A_RUN + 1
LAUNCH = """mutation($run: ExecutionParams!) { launchRun(executionParams: $run) {
  __typename ... on LaunchRunSuccess { run { runId } } } }"""
SLOTS = """{ instance { concurrencyLimit(concurrencyKey: "warehouse") { slotCount claimedSlots { runId } } } }"""
TERMINATE = "mutation($run: String!) { terminateRun(runId: $run) { __typename } }"
BACKFILLS = """{ partitionBackfillsOrError(limit: 1) { ... on PartitionBackfills {
  results { id status numPartitions } } } }"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The UI on a copy of the finished home, with its daemon."""
    home = finished_home(tmp_path_factory.getbasetemp()).copy_to(tmp_path_factory.mktemp("operated"))
    with serving(home) as place:
        yield place


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A page that must ask nothing of another machine."""
    with quiet_page(browser) as opened:
        yield opened


def _requests(served: Served) -> int:
    sql = f"SELECT requests FROM service_daily_usage WHERE day = DATE '{LAST_DAY}'"  # noqa: S608 -- our own day
    return query(served.home.home / "warehouse.duckdb", sql).rows[0][0]


def _status(served: Served, **tags: str) -> str | None:
    """The status of the newest run with these tags, once it ended."""
    found = served.runs(**tags)
    return found[0]["status"] if found and found[0]["status"] in ENDED else None


def test_a_file_that_arrives_is_seen_through_to_the_marts(served, page):
    before = _requests(served)
    folder = served.home.home / "landing" / "access" / "demo-web"
    (folder / "late.log").write_bytes(b"".join(LINE % hour for hour in HOURS))
    wait_until(lambda: _status(served, sensor_name="arrivals"), 240)
    assert _status(served, sensor_name="arrivals") == "SUCCESS"
    assert _requests(served) == before + len(HOURS)
    page.goto(f"{served.address}/locations/{LOCATION}/sensors/arrivals")
    expect(page.get_by_text("files, 0 new").or_(page.get_by_text("1 new")).first).to_be_visible()
    page.goto(f"{served.address}/assets/access_logs")
    expect(page.get_by_text("files_new")).to_be_visible()
    expect(page.get_by_role("img", name="Lines taken in")).to_be_visible()


def test_days_are_made_again_in_runs_of_a_week_at_most(served, page):
    first = LAST_DAY - timedelta(days=BACKFILLED_DAYS - 1)
    page.goto(f"{served.address}/assets/events")
    page.get_by_role("button", name="Materialize").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Show all partitions").click()
    days = dialog.locator("input:not([type=checkbox])").first
    days.fill(f"[{first}...{LAST_DAY}]")
    days.press("Enter")
    dialog.get_by_role("button", name="Launch backfill").click()
    wait_until(lambda: served.ask(BACKFILLS)["partitionBackfillsOrError"]["results"], 60)
    backfill = lambda: served.ask(BACKFILLS)["partitionBackfillsOrError"]["results"][0]  # noqa: E731 -- asked twice
    wait_until(lambda: backfill()["status"] != "REQUESTED", 240)
    assert (backfill()["status"], backfill()["numPartitions"]) == ("COMPLETED_SUCCESS", BACKFILLED_DAYS)
    runs = served.runs(backfill=backfill()["id"])
    assert [run["status"] for run in runs] == ["SUCCESS", "SUCCESS"]
    page.goto(f"{served.address}/runs/b/{backfill()['id']}")
    expect(page.get_by_text("Succeeded").first).to_be_visible()


def test_a_night_that_failed_for_a_missing_key_is_run_again_once_it_is_back(served, page):
    key = served.home.settings.master_key_file
    away = key.rename(key.with_name("away.key"))
    failed = _launch(served)
    wait_until(lambda: _ended(served, failed), 180)
    assert _ended(served, failed) == "FAILURE"
    away.rename(key)
    page.goto(f"{served.address}/runs/{failed}")
    expect(page.get_by_text("the master key is missing").first).to_be_visible()
    page.get_by_role("button", name="Re-execute all").click()
    wait_until(lambda: _status(served, parent_run_id=failed), 180)
    assert _status(served, parent_run_id=failed) == "SUCCESS"
    wait_until(lambda: _status(served, sensor_name="summary_of_failed_nights"), 120)
    assert _status(served, sensor_name="summary_of_failed_nights") == "SUCCESS"


def test_a_night_that_is_cancelled_in_the_middle_of_a_step_gives_its_slot_back_to_the_next(served):
    cancelled = _launch(served)
    wait_until(lambda: cancelled in _holders(served), 180)
    assert _ended(served, cancelled) is None
    assert served.ask(TERMINATE, run=cancelled)["terminateRun"]["__typename"] == "TerminateRunSuccess"
    wait_until(lambda: _ended(served, cancelled), 180)
    assert _ended(served, cancelled) == "CANCELED"
    wait_until(lambda: _holders(served) == [], 240)
    following = _launch(served)
    wait_until(lambda: _ended(served, following), 180)
    assert _ended(served, following) == "SUCCESS"


def _holders(served: Served) -> list[str]:
    """The runs that hold the warehouse's only slot, one for each step."""
    pool = served.ask(SLOTS)["instance"]["concurrencyLimit"]
    assert pool["slotCount"] == 1
    return [slot["runId"] for slot in pool["claimedSlots"]]


def _launch(served: Served) -> str:
    run = {
        "selector": {"repositoryLocationName": LOCATION, "repositoryName": "__repository__", "pipelineName": "nightly"},
        "mode": "default",
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": LAST_DAY.isoformat()}]},
    }
    return served.ask(LAUNCH, run=run)["launchRun"]["run"]["runId"]


def _ended(served: Served, run_id: str) -> str | None:
    (found,) = (run for run in served.runs() if run["runId"] == run_id)
    return found["status"] if found["status"] in ENDED else None
