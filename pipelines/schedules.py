"""When the night begins: 02:00 Asia/Seoul, for the day that has just ended."""

import dagster as dg

from pipelines.jobs import nightly

nightly_schedule = dg.build_schedule_from_partitioned_job(
    nightly,
    name="nightly_at_two",
    hour_of_day=2,
    minute_of_hour=0,
    description=(
        "Every night at 02:00 Asia/Seoul, for yesterday. Off until someone who runs the house switches it on here."
    ),
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
