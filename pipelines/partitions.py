"""The partitions: one Asia/Seoul day each, from the day the policy came into force."""

import dagster as dg

FIRST_DAY = "2014-06-16"
ZONE = "Asia/Seoul"

daily = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=ZONE)
