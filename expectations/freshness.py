"""Yesterday by six: checks of their own job, asked in the morning, since a night cannot tell that it did not run."""

from expectations.model import Check
from expectations.running import run
from pipelines.steps.freshness import Freshness
from pipelines.steps.metrics.freshness import freshness
from pipelines.steps.results import CheckResult

FRAME = "freshness"
FRESHNESS = (
    Check(
        name="events_of_yesterday_are_there",
        asset="events",
        frame=FRAME,
        column="days_without_events",
        clause="purpose.statistics",
        sentence="By 06:00 in Seoul, yesterday has events.",
        sentence_ko="서울 시각 06:00까지 전날의 이벤트가 있습니다.",
        blocks=False,
    ),
    Check(
        name="statistics_of_yesterday_are_there",
        asset="service_daily_usage",
        frame=FRAME,
        column="days_not_built",
        clause="purpose.statistics",
        sentence="By 06:00 in Seoul, the marts hold yesterday, built from its events as they are.",
        sentence_ko="서울 시각 06:00까지 전날의 통계가 현재 이벤트로 만들어져 있습니다.",
        blocks=False,
    ),
)
"""They are in no suite: before six they say nothing of the night that just ran."""


def judge_freshness(fresh: Freshness) -> list[CheckResult]:
    """Return the results for the day that is due, in the order of FRESHNESS; they are not kept with those of a night."""
    return run(FRESHNESS, {FRAME: freshness(fresh)})
