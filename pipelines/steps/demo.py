"""Sample input, and when a home gets some on its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.demo.deliveries import deliveries
from pipelines.demo.plan import DemoPlan
from pipelines.demo.writing import write_demo
from pipelines.steps.workspace import OpenHome

SAMPLE_DAYS, SAMPLE_REQUESTS, SAMPLE_PARTNERS, SAMPLE_MEMBERS, SAMPLE_SEED = 3, 20_000, 30, 1_000, 1
Progress = Callable[[str, int, int], None]


def write_sample(opened: OpenHome, plan: DemoPlan, progress: Progress | None = None) -> dict[str, Any]:
    """Write `plan` into the landing folder; the home becomes a demo home. Raises HomeError in a real one."""
    with opened.home.lock():
        opened.home.enter("demo")
        report = write_demo(opened.home.landing, plan, progress=progress)
    return {"days": plan.days, "files": report.files, "lines": report.lines, "broken_lines": report.broken_lines}


def write_nights(folder: Path, plan: DemoPlan, progress: Progress | None = None) -> dict[str, Any]:
    """Write `plan` night by night: what arrives on a night below `folder/<its date>`, to be copied into a landing folder then."""
    files = 0
    for number, delivery in enumerate(deliveries(plan), 1):
        delivery.write(folder / delivery.night.isoformat())
        files += len(delivery.files)
        if progress:
            progress("nights", number, plan.days)
    return {"days": plan.days, "files": files, "lines": sum(map(plan.lines_on, plan.dates))}


def write_sample_if_new(opened: OpenHome, progress: Progress | None = None) -> bool:
    """Write the standard sample into a home that never imported and to which nothing was delivered; say whether it did."""
    delivered = any(path.is_file() for path in opened.home.landing.rglob("*"))
    if delivered or opened.ledger.entries() or opened.home.state().kind == "real":
        return False
    plan = DemoPlan(
        to=opened.yesterday,
        days=SAMPLE_DAYS,
        requests_per_day=SAMPLE_REQUESTS,
        partners=SAMPLE_PARTNERS,
        members=SAMPLE_MEMBERS,
        seed=SAMPLE_SEED,
    )
    write_sample(opened, plan, progress)
    return True
