"""The partitions: one Asia/Seoul day each, from the day the policy came into force."""

import dagster as dg

FIRST_DAY = "2014-06-16"
ZONE = "Asia/Seoul"

DAYS_A_RUN = 7
A_WEEK_A_RUN = dg.BackfillPolicy.multi_run(DAYS_A_RUN)
"""A backfill is runs of at most a week of days each; assets that run together need the same rule."""
FORCE = "partnerstats/force"
"""A run with this tag set to `true` derives the events of its days again, also where they are up to date."""

daily = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, timezone=ZONE)
