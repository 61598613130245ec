"""What is watched between nights: files that arrive. Off until someone who runs the house switches it on under Automation."""

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from assets.guarded import guarded
from pipelines.errors import UsageError
from pipelines.jobs import NIGHTLY, nightly
from pipelines.settings import load_settings
from pipelines.steps.arrivals import Decision, decide, from_cursor, look_at_landing
from pipelines.steps.workspace import existing_home

SECONDS_BETWEEN_LOOKS = 30
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
    default_status=dg.DefaultSensorStatus.STOPPED,
    description=(
        "Runs the nightly job when new files lie still in the landing folder: seen twice with the same size and time, and "
        "taken in by no earlier night. One night at a time; the same files never ask twice. Off until switched on here.\n\n"
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
    look = look_at_landing(opened, from_cursor(context.cursor))
    decision = decide(look, is_night_open=_is_night_open(context.instance))
    requests = [] if decision.run_key is None else [_request(decision, opened.yesterday.isoformat())]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else decision.sentence,
        cursor=look.to_cursor(),
    )


def _request(decision: Decision, day: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=decision.run_key, partition_key=day, job_name=NIGHTLY, tags={"partnerstats/began": decision.sentence}
    )


def _is_night_open(instance: dg.DagsterInstance) -> bool:
    return bool(instance.get_run_records(RunsFilter(job_name=NIGHTLY, statuses=OPEN), limit=1))
