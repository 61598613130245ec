"""What a member is told: of each dataset how much there was, and whether it went or stays, until when and by which law."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pyarrow.compute as pc

from pipelines.policy import Dataset, Period
from pipelines.registry.tables import MEMBERS
from pipelines.retention.rows import VaultDays, row_terms
from pipelines.rights.sealed import FOLDERS
from pipelines.steps.subjects.finding import Found, Search
from pipelines.steps.subjects.keeping_out import ACCOUNT
from pipelines.steps.subjects.landing import copies_of
from pipelines.steps.subjects.person import Person
from pipelines.steps.workspace import Workspace

Outcome = Literal["erased", "kept"]
_LINES = ("access_logs", "cookie_records", "quarantine")
_GOES = (
    "linked_events", "events", "linked_events_pseudonymised", "delivered_files", "staged_files", "subject_exports",
    "open_requests", "dashboard_accounts",
)  # fmt: skip
_OF_PARTNERS = ("partners", "contents")
"""Tables of partners and of what is theirs: a text of a member there is the partner's own."""
_OF_LEAVING = (*FOLDERS, "sign_up_digests")
"""What is sealed of who leaves: it begins with the answer, where the person was a member."""


@dataclass(frozen=True)
class Line:
    """One dataset in the answer. `until` is the last day it is kept, None where no day can be said (`until_says` does)."""

    dataset: str
    description: str
    description_ko: str
    outcome: Outcome
    count: int
    clause: str
    until: date | None = None
    until_says: str = ""
    until_says_ko: str = ""
    basis: str = ""
    basis_ko: str = ""

    @property
    def sentence(self) -> str:
        """The line in English."""
        if self.outcome == "erased":
            return f"{self.description} Erased: {self.count:,}."
        return f"{self.description} Kept{_until(self)}: {self.basis}."

    @property
    def sentence_ko(self) -> str:
        """The line in Korean."""
        if self.outcome == "erased":
            return f"{self.description_ko} {self.count:,}건을 파기했습니다."
        until = f"{self.until}까지" if self.until else self.until_says_ko
        return f"{self.description_ko} {until} 보존합니다. 근거: {self.basis_ko}."


@dataclass(frozen=True)
class Answer:
    """The answer to a request on `day`: one line for each dataset in which there was something."""

    day: date
    kind: str
    lines: tuple[Line, ...]

    @property
    def removed(self) -> dict[str, int]:
        """Counts of what goes, by dataset."""
        return {line.dataset: line.count for line in self.lines if line.outcome == "erased"}

    @property
    def kept(self) -> dict[str, int]:
        """Counts of what stays, by dataset."""
        return {line.dataset: line.count for line in self.lines if line.outcome == "kept"}

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping; nothing in it names the person."""
        lines = [{**line.__dict__, "sentence": line.sentence, "sentence_ko": line.sentence_ko} for line in self.lines]
        return {"day": self.day, "kind": self.kind, "datasets": lines}

    def text(self, language: Literal["ko", "en"]) -> str:
        """Return the answer as it is handed to the member, without the member's name: who hands it over knows it."""
        is_korean = language == "ko"
        title = _TITLES[self.kind][0 if is_korean else 1]
        said = [f"- {line.sentence_ko if is_korean else line.sentence}" for line in self.lines]
        nothing = "- 처리된 기록이 없습니다." if is_korean else "- Nothing was stored."
        end = _ENDS[0 if is_korean else 1]
        return "\n".join([f"{title} ({self.day})", "", *(said or [nothing]), "", end, ""])


_TITLES = {
    "erased": ("개인정보 삭제 요청 처리 결과", "Answer to your request for erasure"),
    "withdrawn": ("동의 철회·탈퇴 처리 결과", "Answer to your withdrawal"),
}
_ENDS = (
    "보존하는 정보는 위 근거 외의 목적으로 이용하지 않으며, 기한이 지나면 파기합니다. "
    "이미 공개된 통계에는 개인을 알아볼 수 있는 정보가 없습니다.",
    "What is kept serves nothing but what is named above, and is destroyed when its day has come. Statistics that are published "
    "already hold nothing that tells a person.",
)


def answer_of(workspace: Workspace, person: Person, found: Iterable[Found], kind: str) -> Answer:
    """Return what becomes of what was `found`, decided by the policy alone; nothing is changed.

    A floor keeps, and so does what the policy orders kept of who left; everything else goes at once.
    """
    counts: dict[str, list[Found]] = {}
    for one in found:
        if one.count:
            counts.setdefault(one.dataset, []).append(one)
    lines = [_line(workspace, person, name, stores) for name, stores in counts.items()]
    lines += [line for line in _sealed_now(workspace, person) if line.dataset not in counts]
    aside = _taken_aside(workspace, person, [line for line in lines if line.outcome == "erased"], counts)
    if aside is not None and "held_lines" not in counts:
        lines.append(_kept(workspace, "held_lines", aside, None))
    return Answer(workspace.today, kind, tuple(sorted(lines, key=lambda line: (line.outcome, line.dataset))))


def _taken_aside(
    workspace: Workspace, person: Person, erased: Iterable[Line], counts: Mapping[str, Sequence[Found]]
) -> int | None:
    """Return how much of what goes a hold keeps: all for one on the member, else what lies in held days; None for none."""
    if workspace.holds.covering_account(person.account_key):
        return sum(line.count for line in erased)
    aside = 0
    for line in erased:
        holds = workspace.holds.of_dataset(line.dataset)
        if workspace.policy.dataset(line.dataset).stage == "registry":
            aside += line.count * any(hold.has_day(workspace.today) for hold in holds)
        elif line.dataset == "linked_events":
            days = [found for store in counts[line.dataset] for found in store.days.items()]
            aside += sum(count for day, count in days if any(hold.has_day(day) for hold in holds))
    return aside or None


def _line(workspace: Workspace, person: Person, name: str, stores: Sequence[Found]) -> Line:
    dataset, count = workspace.policy.dataset(name), sum(one.count for one in stores)
    days = [day for one in stores for day in one.days]
    if name in _LINES or name in _OF_LEAVING or name == "access_records":
        ends = [_last_day(dataset, day) for day in days]
        return _kept(workspace, name, count, None if not ends or None in ends else max(filter(None, ends)))
    if name == "tombstones":
        return _kept(workspace, name, count, max(days))
    if dataset.stage == "registry" and dataset.period is not None and dataset.period.at_least is not None:
        return _kept(workspace, name, count, _rows_until(workspace, person, name, dataset.period))
    is_erased = name in _GOES or (dataset.stage == "registry" and name not in _OF_PARTNERS)
    if not is_erased or _stays(workspace, person, name):
        return _kept(workspace, name, count, None)
    return Line(name, dataset.description, dataset.description_ko, "erased", count, dataset.clause)


def _kept(workspace: Workspace, name: str, count: int, until: date | None) -> Line:
    dataset = workspace.policy.dataset(name)
    period = dataset.period
    says, says_ko = _open_end(period)
    return Line(
        name,
        dataset.description,
        dataset.description_ko,
        "kept",
        count,
        period.clause if period else dataset.clause,
        until,
        "" if until else says,
        "" if until else says_ko,
        *((period.basis, period.basis_ko) if period else _WITHOUT_PERIOD.get(name, _ELSE_WITHOUT)),
    )


def _stays(workspace: Workspace, person: Person, name: str) -> bool:
    """Say whether copies that name the person stay for now: not taken in yet, or in days that a hold keeps."""
    if name not in ("delivered_files", "staged_files"):
        return False
    copies = copies_of(workspace, tuple(person.texts))
    return bool(copies.waiting if name == "delivered_files" else copies.held)


_WITHOUT_PERIOD = {
    "import_ledger": (
        "it records what was delivered, digests of sealed objects among it, and cannot be changed; what was found there may be "
        "part of the name of a delivered file",
        "전달·봉인 내역의 기록으로 변경할 수 없으며, 검색된 값은 전달된 파일 이름의 일부일 수 있음",
    )
}
"""Why something stays for which the policy sets no period."""
_ELSE_WITHOUT = (
    "it is no personal record, and no period is set for it",
    "개인에 관한 기록이 아니며 보존기간이 정해져 있지 않음",
)


def _open_end(period: Period | None) -> tuple[str, str]:
    """Return in words how long something is kept of which no last day can be said."""
    if period is None or period.at_most.text == "permanent":
        return "for good", "영구"
    years = period.at_most.months // 12
    if years and period.anchor in _EVENTS:
        said, said_ko = _EVENTS[period.anchor]
        return f"until {years} years after {said}", f"{said_ko} {years}년까지"
    if period.anchor == "delivery":
        return "until it is taken in with the next night", "다음 야간 작업에서 수집할 때까지"
    if period.at_most.days or period.at_most.months:
        return f"for {period.at_most.text} from the {period.anchor}", f"{period.at_most.text} 동안"
    return "until it is settled", "해결될 때까지"


_EVENTS = {"settled": ("it is settled", "해결 후"), "ended": ("it ends", "종료 후")}


def _until(line: Line) -> str:
    return f" until {line.until}" if line.until else f" {line.until_says}"


def _last_day(dataset: Dataset, day: date) -> date | None:
    return None if dataset.period is None else dataset.period.ends(day)


def _rows_until(workspace: Workspace, person: Person, table: str, period: Period) -> date | None:
    """Return the last day on which a row of the person is kept; None while the clock of one has not started."""
    rows = workspace.registry.load(table)
    rows = rows.filter(Search(workspace, person).mask(rows))
    visits = workspace.policy.dataset("access_logs").period
    if visits is None or not len(rows):
        return None
    vault = VaultDays(workspace.today, workspace.today - timedelta(days=1), visits)
    dataset = workspace.policy.dataset(table)
    terms = row_terms(dataset, rows, membership_ended={person.account_key: workspace.today}, vault=vault)
    ends = [None if term.anchor is None else period.ends(term.anchor) for term in terms]
    return None if None in ends else max(filter(None, ends))


def _sealed_now(workspace: Workspace, person: Person) -> list[Line]:
    """Return what carrying the request out will seal or put up."""
    lines = [_kept(workspace, "tombstones", 1, workspace.tombstones.goes_after(workspace.today))]
    if is_to_be_sealed(workspace, person):
        for name in _OF_LEAVING:
            lines.append(_kept(workspace, name, 1, _last_day(workspace.policy.dataset(name), workspace.today)))
    return lines


def is_to_be_sealed(workspace: Workspace, person: Person) -> bool:
    """Say whether the person was ever let in as a member: of an application, nothing is kept."""
    if not person.is_member or workspace.registry.pointer(MEMBERS) is None:
        return False
    rows = workspace.registry.load(MEMBERS)
    statuses = rows.filter(pc.equal(rows[ACCOUNT], person.account_key))["status"].to_pylist()
    return bool({"approved", "withdrawn"}.intersection(statuses))
