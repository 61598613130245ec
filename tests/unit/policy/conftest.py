"""A small policy that loads, to be changed one place at a time."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import PolicyError
from pipelines.policy import Policy, load_policy

SMALL = """\
version: "2020-01-31"
effective: 2020-01-31
announced: 2020-01-24
important_change: false
notice: {days: 7, important_days: 30, clause: notice.change}
minimum_age: 14
fewest_people: 10
destroy_within_days: 5
retention: {most_days: 14, most_row_share: 0.2, few_rows: 100, oldest_days: 30, plan_expires_hours: 24, clause: keep.visits}
contacts:
  officer: {title: Officer, title_ko: 책임자, role: privacy_officer}
roles:
  privacy_officer: {says: Answers., says_ko: 책임., clause: keep.visits}
purposes:
  statistics: {says: Statistics., says_ko: 통계., clause: purpose.statistics}
  legal: {says: Law., says_ko: 법., clause: keep.visits}
member_types:
  agency: {says: Labels., says_ko: 소속사.}
  artist: {says: Artists., says_ko: 아티스트.}
channels:
  paper: {says: Paper., says_ko: 서면.}
processors:
  builder: {name: B, name_ko: 비, scope: Builds., scope_ko: 개발., ends: with_contract, clause: keep.visits}
sensitive:
  health: [health, illness]
clauses:
  notice.change: {enforced_by: software, says: Seven days., says_ko: 7일.}
  keep.visits: {enforced_by: planned, says: Three months., says_ko: 3개월.}
  purpose.statistics: {enforced_by: software, says: Statistics., says_ko: 통계.}
  secure.rooms:
    enforced_by: attestation
    says: Locked.
    says_ko: 잠금.
    attestation: {owner: privacy_officer, statement: Locked., statement_ko: 잠금., attested: 2020-01-01, expires: 2021-01-01}
datasets:
  visits:
    description: Visits.
    description_ko: 방문.
    holds: identities
    stage: vault
    clause: keep.visits
    readers: [privacy_officer]
    period: {anchor: visit, at_least: P3M, at_most: P3M, basis: Law, basis_ko: 법, clause: keep.visits}
    fields:
      time: {type: instant, action: keep, purposes: [statistics, legal], clause: keep.visits, required: true,
             description: When., description_ko: 일시.}
      address: {type: text, action: drop, purposes: [legal], clause: keep.visits,
                description: Where from., description_ko: 주소.}
  daily:
    description: Days.
    description_ko: 일별.
    holds: aggregates
    stage: warehouse
    clause: purpose.statistics
    grain: [day]
    fields:
      day: {type: date, action: keep, purposes: [statistics], member_types: [agency], clause: purpose.statistics, required: true,
            description: Day., description_ko: 일.}
"""

DAY = date(2020, 2, 1)


@pytest.fixture
def small() -> str:
    """The text of a small policy that loads."""
    return SMALL


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[[str], Policy]:
    """Load a policy text as the version of 2020-01-31."""

    def load(text: str) -> Policy:
        (tmp_path / "2020-01-31.yml").write_text(text, encoding="utf-8")
        return load_policy(tmp_path, DAY)

    return load


@pytest.fixture
def refused(loaded: Callable[[str], Policy]) -> Callable[[str], PolicyError]:
    """Load a policy text that has to be refused, and return the error."""

    def refuse(text: str) -> PolicyError:
        with pytest.raises(PolicyError) as caught:
            loaded(text)
        return caught.value

    return refuse
