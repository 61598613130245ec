"""A certificate says what the register says of its period, proves it, and is one page that loads nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from register_by_hand import AT, PLAN, VERSION, destroyed, register_in, verified

from pipelines.errors import UsageError
from pipelines.retention.certificate import Certificate, Execution, certify, day_ranges, render
from pipelines.retention.certificate_words import WORDS as PRINTED
from pipelines.retention.entries import Begun, Erased, Method, Replayed, Rotated
from pipelines.retention.merkle import is_range_included
from pipelines.retention.register import Recorded

ISSUED = datetime(2026, 12, 1, 1, tzinfo=UTC)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """Ten nights from 21 November on, each with a plan of two datasets, and everything else once."""
    register = register_in(tmp_path_factory.mktemp("certified"))
    for night in range(10):
        at, day = AT + timedelta(days=night), date(2026, 8, 20) + timedelta(days=night)
        register.append(Begun(policy_version=VERSION, plan=PLAN, approved_by="nightly", items=2), at)
        register.append(destroyed(rows=100 + night, day=day), at)
        register.append(destroyed(rows=50, dataset="events", day=day), at)
        register.append(verified(), at)
    last = AT + timedelta(days=9)
    asked = {"policy_version": VERSION, "clause": "keep.service", "approved_by": "privacy_officer"}
    register.append(Erased(**asked, removed={"members": 1}, kept_by_law={"events": 7}), last)
    register.append(Rotated(**asked, what="pseudonyms", moved=92, of=92), last)
    amounts = destroyed().model_dump(exclude={"plan", "approved_by", "record"})
    register.append(Replayed(**amounts, cause="restored-backup"), last)
    return register


def of_period(register, policy, first: date, last: date) -> Certificate:
    return certify(register.entries(), register.verify(), policy, first, last, ISSUED)


def test_amounts_are_summed_by_dataset_method_and_clause_over_the_period(register, policy):
    amounts = of_period(register, policy, date(2026, 11, 22), date(2026, 11, 24)).amounts
    logs, events = amounts
    assert (logs.dataset, logs.method, logs.clause) == ("access_logs", Method.KEY_THEN_FILE, "keep.visits")
    assert (logs.files, logs.rows, logs.bytes, logs.keys) == (6, 101 + 102 + 103, 3 * 81_920, 3)
    assert (events.dataset, events.rows) == ("events", 150)
    assert logs.days == (date(2026, 8, 21), date(2026, 8, 22), date(2026, 8, 23))


def test_the_first_and_last_day_are_included_and_counted_in_seoul(register, policy):
    # The nightly instant is 17:00 UTC: 02:00 of the next day in Seoul.
    assert len(of_period(register, policy, date(2026, 11, 21), date(2026, 11, 21)).entries) == 4
    assert of_period(register, policy, date(2026, 11, 20), date(2026, 11, 20)).entries == ()
    assert len(of_period(register, policy, *NOVEMBER).entries) == 43


def test_the_entries_of_the_period_are_proved_to_lie_under_the_root(register, policy):
    certificate = of_period(register, policy, date(2026, 11, 23), date(2026, 11, 26))
    proof = certificate.proof
    assert proof is not None
    leaves, first, last = (
        [bytes.fromhex(node) for node in nodes] for nodes in (proof.leaves, proof.first_path, proof.last_path)
    )
    root = bytes.fromhex(certificate.root)
    assert is_range_included(leaves, proof.first, certificate.size, first, last, root)
    swapped = [leaves[1], leaves[0], *leaves[2:]]
    assert not is_range_included(swapped, proof.first, certificate.size, first, last, root)
    printed = render(certificate, policy)
    assert all(node in printed for node in (*proof.leaves, *proof.first_path, *proof.last_path, certificate.root))


@pytest.mark.parametrize(
    ("verifications", "result"),
    [((), "open"), ((True,), "passed"), ((False,), "failed"), ((False, True), "mended"), ((True, False), "failed")],
)
def test_a_plans_result_is_what_its_last_verification_says(register, policy, verifications, result):
    certificate = of_period(register, policy, *NOVEMBER)
    execution = Execution(PLAN, AT, "nightly", 2, verifications)
    assert execution.result == result
    printed = render(replace(certificate, executions=(execution,)), policy, "en")
    assert PRINTED[result]["en"] in printed


def test_a_period_that_is_not_over_or_runs_backwards_is_refused(register, policy):
    with pytest.raises(UsageError, match="before it begins"):
        of_period(register, policy, date(2026, 11, 2), date(2026, 11, 1))
    with pytest.raises(UsageError, match="not over"):
        of_period(register, policy, date(2026, 11, 2), date(2026, 12, 2))
    assert of_period(register, policy, date(2026, 11, 2), date(2026, 12, 1)).entries


def test_days_are_printed_as_runs():
    days = [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 3)]
    assert day_ranges(days) == ["2026-02-27 – 2026-03-01", "2026-03-03"]
    assert day_ranges([]) == []


class _Page(HTMLParser):
    """Collects the tags, and every attribute that could load something."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.loads, self.names, self.text = [], [], set(), ""

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.loads += [
            name for name, _ in attrs if name in ("src", "href", "srcset", "action", "data") or name.startswith("on")
        ]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", ["ko", "en", "both"])
def test_the_page_is_well_formed_and_loads_and_runs_nothing(register, policy, language):
    printed = render(of_period(register, policy, *NOVEMBER), policy, language)
    page = _Page()
    page.feed(printed)
    assert page.open == []
    assert page.loads == []
    assert not page.names & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert "url(" not in printed
    assert "@import" not in printed
    assert "size: A4" in printed


def test_each_language_is_complete_and_both_stand_side_by_side(register, policy):
    certificate = of_period(register, policy, *NOVEMBER)
    korean, english, both = (render(certificate, policy, language) for language in ("ko", "en", "both"))
    assert "개인정보 파기 확인서" in korean
    assert "Certificate of Destruction" not in korean
    assert re.search("[가-힣]", english) is None
    for text in (
        "개인정보 파기 확인서",
        "Certificate of Destruction",
        policy.clauses["keep.visits"].says_ko,
        "Signature",
    ):
        assert text in both
    assert {name for name, words in PRINTED.items() if set(words) != {"ko", "en"}} == set()


def test_a_period_without_destruction_says_so(register, policy):
    certificate = of_period(register, policy, date(2026, 10, 1), date(2026, 10, 31))
    assert certificate.proof is None
    assert render(certificate, policy, "en").count(PRINTED["none"]["en"]) >= 4


def test_what_is_printed_is_escaped(register, policy):
    certificate = of_period(register, policy, *NOVEMBER)
    entry: Recorded = certificate.entries[1]
    hostile = entry.body.model_copy(update={"dataset": "<script>alert(1)</script>"})
    amounts = (replace(certificate.amounts[0], dataset=hostile.dataset),)
    printed = render(replace(certificate, amounts=amounts), policy)
    assert "<script" not in printed
    assert "&lt;script&gt;" in printed
