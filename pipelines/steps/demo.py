"""Sample input, and when a home gets some on its own."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from pipelines.clock import Clock, seoul_day
from pipelines.demo.plan import DemoPlan
from pipelines.demo.writing import write_demo
from pipelines.steps.workspace import OpenHome

SAMPLE_DAYS, SAMPLE_REQUESTS, SAMPLE_PARTNERS, SAMPLE_MEMBERS, SAMPLE_SEED = 3, 20_000, 30, 300, 1
Progress = Callable[[str, int, int], None]


def demo_plan(
    clock: Clock, days: int, requests_per_day: int, partners: int, members: int, seed: int, to: date | None
) -> DemoPlan:
    """Return the plan of a demo that ends on the day `to`, by default yesterday. Raises UsageError for a wrong one."""
    last = to or seoul_day(clock.now()) - timedelta(days=1)
    return DemoPlan(
        days=days, requests_per_day=requests_per_day, partners=partners, members=members, seed=seed, to=last
    )


def write_sample(opened: OpenHome, plan: DemoPlan, progress: Progress | None = None) -> dict[str, Any]:
    """Write `plan` into the landing folder; the home becomes a demo home. Raises HomeError in a real one."""
    with opened.home.lock():
        opened.home.enter("demo")
        report = write_demo(opened.home.landing, plan, progress=progress)
    return {"days": plan.days, "files": report.files, "lines": report.lines, "broken_lines": report.broken_lines}


def write_sample_if_new(opened: OpenHome, progress: Progress | None = None) -> bool:
    """Write the standard sample into a home that never imported and to which nothing was delivered; say whether it did."""
    delivered = any(path.is_file() for path in opened.home.landing.rglob("*"))
    if delivered or opened.ledger.entries() or opened.home.state().kind == "real":
        return False
    plan = demo_plan(
        opened.clock, SAMPLE_DAYS, SAMPLE_REQUESTS, SAMPLE_PARTNERS, SAMPLE_MEMBERS, SAMPLE_SEED, opened.yesterday
    )
    write_sample(opened, plan, progress)
    return True
