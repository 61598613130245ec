"""Nights of a home in which what is due is destroyed, and the comparison of its audit with a plain recomputation."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from support.plain_deliveries import PlainDeliveries, stored_keys
from support.plain_periods import FLOORS, Standings
from support.plain_retention import PlainDisk
from support.quick import quick_intake, quick_night

from pipelines.demo.deliveries import Delivery
from pipelines.retention.entries import Destroyed
from pipelines.retention.items import Kind
from pipelines.runs import run_nightly
from pipelines.settings import Settings, load_settings
from pipelines.steps.access import record_access
from pipelines.steps.retention.auditing import Audit, audit
from pipelines.steps.retention.beginning import begin_writing
from pipelines.steps.retention.ended_links import take_ended_links_out
from pipelines.steps.retention.nightly import retain
from pipelines.steps.retention.register import open_register
from pipelines.steps.workspace import Workspace

ONE_DAY = timedelta(days=1)
NOT_PLAIN = {"run_records"}
"""Datasets of the orchestrator, whose storage is its own affair; of them only is asked that nothing is kept too long."""


@dataclass(frozen=True)
class Difference:
    """What the audit and the plain recomputation do not agree on, as of a day; empty when they do."""

    only_audited: dict[object, int]
    only_plain: dict[object, int]
    missing: dict[str, list[object]]
    """What is owed and not there, or is there without its key, by dataset."""
    alarms: list[object]
    """What the audit calls kept too long, gone too early, or waiting to be destroyed."""

    @property
    def count(self) -> int:
        """How many things differ."""
        sizes = (sum(self.only_audited.values()), sum(self.only_plain.values()), len(self.alarms))
        return sum(sizes) + sum(map(len, self.missing.values()))


class RetainedHome:
    """A home in `folder` that lives through nights, each with its clock, and what was delivered to it."""

    def __init__(self, folder: Path) -> None:
        """Name the home; nothing is there yet."""
        self._folder = folder
        self._delivered = PlainDeliveries()

    def settings(self, night: date) -> Settings:
        """The settings of a night, at two in the morning."""
        return load_settings(
            home=self._folder / "home", clock=f"{night}T02:00:00+09:00", threads=2, reason="a look at a day"
        )

    def workspace(self, night: date) -> Workspace:
        """Open the home on a night."""
        return Workspace.open(self.settings(night))

    def deliver(self, delivery: Delivery) -> None:
        """Let files arrive; what came is kept apart, too."""
        workspace = self.workspace(delivery.night)
        workspace.home.enter("demo")
        delivery.write(workspace.home.landing)
        arrived = self._folder / "arrived" / delivery.day.isoformat()
        delivery.write(arrived)
        self._delivered.take(arrived, delivery.day)

    def pass_night(self, night: date, *, is_built: bool = True) -> tuple[str, ...]:
        """Do in this process what the nightly job does, with or without the statistics; return why something waits."""
        workspace = self.workspace(night)
        begin_writing(workspace)
        if is_built:
            quick_night(workspace)
        else:
            quick_intake(workspace)
        take_ended_links_out(workspace)
        return retain(workspace).waits

    def pass_whole_night(self, night: date) -> None:
        """Run the nightly job itself."""
        outcome = run_nightly(self.settings(night), night - ONE_DAY)
        assert outcome.succeeded, outcome.cause

    def look(self, night: date) -> None:
        """Let somebody look at identified data, which is recorded."""
        record_access(self.workspace(night), "a day was looked at")

    def visit_days(self) -> set[date]:
        """Return the days of visits that lie in the vault."""
        return {date.fromisoformat(path.name) for path in (self._folder / "home/vault/access_logs").glob("*/*")}

    def audited(self, night: date) -> Audit:
        """Return the audit at the end of a night."""
        return audit(self.workspace(night), night)

    def difference(self, night: date) -> Difference:
        """Compare everything with a period; what is due may only be former keys of tables, within their days of grace."""
        workspace, found = self.workspace(night), self.audited(night)
        tables = [table for table in workspace.registry.tables() if workspace.registry.pointer(table)]
        rows = {table: workspace.registry.load(table).to_pylist() for table in tables}
        disk = PlainDisk(workspace.home.root, rows, night)
        plain = disk.standings(self._delivered.left, self._delivered.told_until)
        audited = _standings(found)
        missing: dict[str, list[object]] = {
            dataset: sorted(self._delivered.owed_days(dataset, night) - disk.days(dataset))
            for dataset in ("access_logs", "cookie_records")
        }
        for table in FLOORS:
            missing[table] = sorted(self._delivered.owed_rows(table, night) - stored_keys(table, rows[table]))
        missing["data_keys"] = sorted(disk.stray_keys())
        missing["former_members_permanent"] = sorted(self._unsealed(workspace))
        alarms: list[object] = [
            (status.dataset, status.ends, status.state.value)
            for status in found.statuses
            if status.state.value != "kept" and (status.dataset, status.state.value) != ("data_keys", "due")
        ]
        alarms += found.faults
        return Difference(
            dict(audited - plain), dict(plain - audited), {name: each for name, each in missing.items() if each}, alarms
        )

    def compared(self, night: date) -> int:
        """Count the things that `difference` compares."""
        return sum(_standings(self.audited(night)).values())

    def destroyed(self, night: date) -> Counter[str]:
        """Count what the register says was destroyed: rows where rows were, else files and keys; by dataset."""
        bodies = (entry.body for entry in open_register(self.workspace(night)).entries())
        counts = Counter[str]()
        for body in bodies:
            if isinstance(body, Destroyed):
                counts[body.dataset] += (
                    body.rows
                    if body.stored_as is Kind.ROWS
                    else body.keys
                    if body.stored_as is Kind.KEY
                    else body.files
                )
        return counts

    def _unsealed(self, workspace: Workspace) -> Iterable[tuple[str, date]]:
        """Yield who left while the home knew them, and has no sealed object of that day."""
        there = {path.relative_to(workspace.home.sealed).as_posix() for path in workspace.home.sealed.rglob("*.age")}
        for account, day in self._delivered.departures:
            subject = workspace.subjects.subject_digest(account)
            if f"permanent/{day}/{subject}.age" not in there:
                yield account, day


def _standings(found: Audit) -> Standings:
    """Return the audit's statuses as the plain recomputation counts: without what has no clock of its own."""
    counts: Standings = Counter()
    for status in found.statuses:
        has_clock = status.stored_as in (Kind.ROWS, Kind.FILE) or status.anchor is not None
        if has_clock and status.stored_as is not Kind.KEY and status.dataset not in NOT_PLAIN:
            number = status.rows if status.stored_as is Kind.ROWS else status.items
            counts[status.dataset, status.ends, status.state.value] += number
    return counts
