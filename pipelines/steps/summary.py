"""What a night amounted to, from the ledger and the last check results: counts and reasons, no name of a file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.clock import seoul_day
from pipelines.records.ledgered import KIND as RECORD_KIND
from pipelines.records.ledgered import RecordFile
from pipelines.steps.day_files import LINKED, read_day_states
from pipelines.steps.gate import read_results
from pipelines.steps.records import KIND, QUARANTINED_FILE
from pipelines.steps.registry import KIND as REGISTRY_KIND
from pipelines.steps.results import CheckResult
from pipelines.steps.workspace import OpenHome
from pipelines.storage.ledger import Entry
from pipelines.weblogs.records import PAST_PERIOD, ImportRecord

SHOWN_DAYS = 30


@dataclass
class Intake:
    """What was taken in on one Asia/Seoul day: counts, and what was set aside by rule or reason."""

    files: int = 0
    lines: int = 0
    accepted: int = 0
    filtered: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)
    files_quarantined: Counter[str] = field(default_factory=Counter)
    exports_changed: int = 0
    rows_refused: Counter[str] = field(default_factory=Counter)
    columns_undeclared: set[str] = field(default_factory=set)
    rows_kept_out: Counter[str] = field(default_factory=Counter)
    rows_flagged: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        """Count a ledger entry; kinds that tell of no intake are passed over."""
        if entry.kind == KIND:
            self._add_log(ImportRecord.from_body(entry.body))
        elif entry.kind == RECORD_KIND:
            self._add_records(RecordFile.from_body(entry.body))
        elif entry.kind == QUARANTINED_FILE:
            self.files_quarantined[str(entry.body["reason"])] += 1
        elif entry.kind == REGISTRY_KIND:
            self.exports_changed += 1
            self.rows_refused.update(entry.body["refused"])
            self.columns_undeclared.update(entry.body["undeclared_columns"])
            self.rows_kept_out.update(entry.body.get("kept_out", {}))
            self.rows_flagged.update(entry.body.get("flags", {}))

    def _add_log(self, record: ImportRecord) -> None:
        self.files += 1
        self.lines += record.lines
        self.accepted += record.accepted
        self.filtered.update(record.filtered)
        self.quarantined.update(record.quarantined)

    def _add_records(self, record: RecordFile) -> None:
        self.files += 1
        self.lines += record.rows
        self.accepted += record.accepted
        self.quarantined.update(record.quarantined)
        self.filtered.update({PAST_PERIOD: record.past_period} if record.past_period else {})
        self.columns_undeclared.update(record.undeclared_columns)


@dataclass(frozen=True)
class Decided:
    """What the days that were derived today say of people: lines by decision and by cookie, linked rows by decision."""

    lines: Counter[str] = field(default_factory=Counter)
    cookies: Counter[str] = field(default_factory=Counter)
    linked: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Summary:
    """The morning's facts: today's intake, that of the SHOWN_DAYS days up to today, every check's last result, the people."""

    today: date
    intake: Intake
    by_day: dict[date, Intake]
    checks: tuple[CheckResult, ...]
    decided: Decided = field(default_factory=Decided)

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that did not hold, errors before warnings."""
        return tuple(sorted((c for c in self.checks if not c.passed), key=lambda c: (c.severity, c.name)))


def summary_of(opened: OpenHome) -> Summary:
    """Return the summary of the Asia/Seoul day it is now. Raises DamagedError for a ledger that cannot be read."""
    found = intake_by_day(opened.ledger.entries())
    days = [opened.today - timedelta(days=back) for back in reversed(range(SHOWN_DAYS))]
    by_day = {day: found.get(day, Intake()) for day in days}
    results = [_result(body) for body in read_results(opened.home)["results"].values()]
    return Summary(opened.today, by_day[opened.today], by_day, tuple(results), decided_today(opened))


def decided_today(opened: OpenHome) -> Decided:
    """Return what the days derived on the Asia/Seoul day it is now say of people: a day derived anew counts whole again."""
    decided, on = Decided(), opened.today.isoformat()
    for state in read_day_states(opened.home.events).values():
        if state.derived_on == on:
            decided.lines.update(state.people)
            decided.cookies.update(state.cookies)
    for state in read_day_states(opened.home.events / LINKED).values():
        if state.derived_on == on:
            decided.linked.update(state.people)
    return decided


def intake_by_day(entries: Iterable[Entry]) -> dict[date, Intake]:
    """Return what was taken in by the Asia/Seoul day on which it was."""
    found: dict[date, Intake] = {}
    for entry in entries:
        found.setdefault(seoul_day(entry.at), Intake()).add(entry)
    return found


def _result(body: dict[str, object]) -> CheckResult:
    return CheckResult.from_body({name: value for name, value in body.items() if name != "at"})
