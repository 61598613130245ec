"""When the night begins: 02:00 Asia/Seoul, for the day that has just ended; and what else has its hour."""

import dagster as dg

from pipelines.freshness import freshness
from pipelines.jobs import nightly
from pipelines.partitions import ZONE
from pipelines.purging import purge

nightly_schedule = dg.build_schedule_from_partitioned_job(
    nightly,
    name="nightly_at_two",
    hour_of_day=2,
    minute_of_hour=0,
    description=(
        "Every night at 02:00 Asia/Seoul, for yesterday. Off until someone who runs the house switches it on here.\n\n"
        "매일 02:00(서울)에 전날의 야간 작업을 실행합니다."
    ),
    default_status=dg.DefaultScheduleStatus.STOPPED,
)

purge_schedule = dg.ScheduleDefinition(
    name="purge_at_one",
    job=purge,
    cron_schedule="0 1 * * *",
    execution_timezone=ZONE,
    description=(
        "Every day at 01:00 Asia/Seoul: Dagster's records of runs that ended long ago go. Off until switched on here.\n\n"
        "매일 01:00(서울)에 오래된 실행 기록을 지웁니다."
    ),
    default_status=dg.DefaultScheduleStatus.STOPPED,
)

freshness_schedule = dg.ScheduleDefinition(
    name="yesterday_by_six",
    job=freshness,
    cron_schedule="0 6 * * *",
    execution_timezone=ZONE,
    description=(
        "Every day at 06:00 Asia/Seoul: is yesterday there? A day that is not fails the run. Off until switched on here.\n\n"
        "매일 06:00(서울)에 전날의 데이터가 있는지 확인합니다."
    ),
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
