"""What is watched between nights: files that arrive, runs that fail. On where the daemon runs; switched off under Automation."""

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from assets.guarded import guarded
from pipelines.errors import HomeBusyError, PartnerstatsError, UsageError
from pipelines.failures import cause_of
from pipelines.freshness import freshness
from pipelines.home import Home
from pipelines.instance import close_killed_runs
from pipelines.jobs import NIGHTLY, nightly, summary
from pipelines.notifications import FailedRun, notify
from pipelines.settings import load_settings
from pipelines.steps.arrivals import Decision, decide, from_cursor, look_at_landing
from pipelines.steps.workspace import existing_home
from pipelines.storage.atomic import write_text

SECONDS_BETWEEN_LOOKS = 30
REMEMBERED = "arrivals.json"
"""Holds what the last look saw; as a cursor it would fill the sensor's page with a line for each file."""
PARTITION, LAST_OF_RANGE = "dagster/partition", "dagster/asset_partition_range_end"
WITHOUT_THE_HOME = frozenset({freshness.name})
"""Jobs that go on while another holds the home."""
OPEN = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@dg.sensor(
    name="arrivals",
    job=nightly,
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Runs the nightly job when new files lie still in the landing folder: seen twice with the same size and time, and "
        "taken in by no earlier night. It waits for runs and commands that are at work; the same files never ask twice.\n\n"
        "랜딩 폴더에 새 파일이 도착하면 야간 작업을 실행합니다."
    ),
)
@guarded
def arrivals(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Look at the landing folder and ask for a night of the last closed day when one is due."""
    try:
        opened = existing_home(load_settings())
    except UsageError as cause:
        return dg.SensorResult(skip_reason=str(cause))
    remembered = opened.home.dagster / REMEMBERED
    before = remembered.read_text(encoding="utf-8") if remembered.exists() else None
    look = look_at_landing(opened, from_cursor(before))
    if (after := look.to_cursor()) != before:
        write_text(remembered, after)
    close_killed_runs(context.instance, opened.home.dagster)
    decision = decide(look, is_run_open=_is_run_open(context.instance))
    if decision.run_key and (busy := _busy(opened.home)):
        # A night that found the home held in the end would have used its key up.
        decision = Decision(None, busy)
    requests = [] if decision.run_key is None else [_request(decision, opened.yesterday.isoformat())]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else decision.sentence,
        cursor=f"{len(look.files)} files, {len(look.new)} new",
    )


def _request(decision: Decision, day: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=decision.run_key, partition_key=day, job_name=NIGHTLY, tags={"partnerstats/began": decision.sentence}
    )


def _is_run_open(instance: dg.DagsterInstance) -> bool:
    """Say whether any run that holds the home, or waits for it, is there: nights, backfills, assets chosen by hand."""
    records = instance.get_run_records(RunsFilter(statuses=OPEN))
    return any(record.dagster_run.job_name not in WITHOUT_THE_HOME for record in records)


def _busy(home: Home) -> str | None:
    """Return who holds the home, as a sentence: a command in a terminal is no run of Dagster's."""
    try:
        with home.lock():
            return None
    except HomeBusyError as cause:
        return f"{cause}; what has arrived waits for its end."


@dg.run_failure_sensor(
    name="failures",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Tells the address in PARTNERSTATS_WEBHOOK_URL of each failed run: job, run, day, steps and one sentence, no data. "
        "Does nothing while that is not set.\n\n"
        "실행이 실패하면 설정한 웹훅 주소로 알립니다(데이터 없음)."
    ),
)
def failures(context: dg.RunFailureSensorContext) -> dg.SkipReason:
    """Tell of a failed run; that nobody could be told is logged and stops nothing."""
    try:
        url = load_settings().webhook_url
        if url is None:
            return dg.SkipReason("PARTNERSTATS_WEBHOOK_URL is not set: nobody is told.")
        notify(str(url), failed_run(context))
    except PartnerstatsError as cause:
        context.log.warning(str(cause))
        return dg.SkipReason(str(cause))
    return dg.SkipReason(f"The webhook was told of run {context.dagster_run.run_id}.")


@dg.run_failure_sensor(
    name="summary_of_failed_nights",
    monitored_jobs=[nightly],
    request_job=summary,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Writes the morning's page after a night that failed: the night itself ends before it comes to that.\n\n"
        "야간 작업이 실패해도 아침 요약을 남깁니다."
    ),
)
def summary_of_failed_nights(context: dg.RunFailureSensorContext) -> dg.RunRequest:
    """Ask for the page, once for each failed night."""
    return dg.RunRequest(run_key=context.dagster_run.run_id, job_name=summary.name)


def failed_run(context: dg.RunFailureSensorContext) -> FailedRun:
    """Return what is told of the run: of errors that speak of delivered files, whose names are others', only that."""
    steps = context.get_step_failure_events()
    whole = context.failure_event.job_failure_data.error
    cause = cause_of([*(event.step_failure_data.error for event in steps), whole])
    sentence = "A delivered file cannot be taken in." if cause.speaks_of_deliveries else cause.sentence
    run = context.dagster_run
    return FailedRun(
        job=run.job_name,
        run_id=run.run_id,
        partition=run.tags.get(PARTITION) or run.tags.get(LAST_OF_RANGE),
        failed_steps=tuple(sorted(event.step_key for event in steps if event.step_key)),
        sentence=sentence or "The cause is on the run's page.",
    )
