"""The partitions: one Asia/Seoul day each, from the day the policy came into force."""

import dagster as dg

FIRST_DAY = "2014-06-16"
ZONE = "Asia/Seoul"

ONE_DAY_A_RUN = dg.BackfillPolicy.multi_run(1)
"""A backfill is as many runs as days; assets that run together need the same rule."""

daily = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=ZONE)
