"""The morning's page: what came, what was dropped and why, which checks hold, in both languages, without a file's name."""

from collections import Counter
from datetime import date, timedelta

import pytest

from assets.charts import MOST_CHARACTERS
from assets.morning_page import ENGLISH, KOREAN, WORDS, Night, checks, lines_chart, links, nights_chart, page
from pipelines.steps.results import CheckResult
from pipelines.steps.summary import Intake, Summary
from pipelines.weblogs.reasons import Reason

TODAY = date(2026, 3, 6)
INTAKE = Intake(
    files=3,
    lines=1_250,
    accepted=1_200,
    filtered=Counter({"health-check": 30}),
    quarantined=Counter({"truncated": 20}),
    files_quarantined=Counter({"a bomb": 1}),
    rows_refused=Counter({"not a date": 2}),
    columns_undeclared={"hobby"},
)


def _check(name, *, passed, severity="error"):
    return CheckResult(name, "events", "keep.visits", severity, False, f"{name} holds.", f"{name} 유지.", passed, 0)


SUMMARY = Summary(
    TODAY,
    INTAKE,
    {TODAY - timedelta(days=back): INTAKE for back in range(29, -1, -1)},
    (_check("a", passed=True), _check("b", passed=False), _check("c", passed=False, severity="warning")),
)
NIGHTS = [Night("2026-03-04", 61.0, is_success=False), Night("2026-03-05", 12.4, is_success=True)]


@pytest.mark.parametrize("language", [ENGLISH, KOREAN])
def test_the_page_tells_counts_and_reasons(language):
    text = page(SUMMARY, NIGHTS, 4, language)
    assert "| 3 | 1,250 | 1,200 | 30 | 20 | 4 | 0 |" in text
    for told in (
        "`health-check` 30",
        "`truncated` 20",
        "`a bomb` 1",
        "`not a date` 2",
        "`hobby`",
    ):
        assert told in text


@pytest.mark.parametrize("language", [ENGLISH, KOREAN])
def test_checks_that_do_not_hold_are_told_with_their_clause_errors_first(language):
    text = checks(SUMMARY, language)
    assert "1/3" in text
    assert "`keep.visits`" in text
    assert text.index(WORDS["error"][language]) < text.index(f"**{WORDS['warning'][language]}**")
    assert "[events](/assets/events)" in text


def test_each_language_has_its_own_sentences():
    english, korean = (page(SUMMARY, NIGHTS, 4, language) + checks(SUMMARY, language) for language in (ENGLISH, KOREAN))
    assert "b holds." in english
    assert "b 유지." not in english
    assert "b 유지." in korean
    assert "2026-03-05, succeeded, 12 s" in english
    assert "2026-03-05, 성공, 12 초" in korean


def test_a_quiet_night_says_that_nothing_was_dropped():
    quiet = Summary(TODAY, Intake(), {TODAY: Intake()}, ())
    assert "Nothing." in page(quiet, [], 0, ENGLISH)
    assert "none on record" in page(quiet, [], 0, ENGLISH)
    assert "All of them hold." in checks(quiet, ENGLISH)


@pytest.mark.parametrize("language", [ENGLISH, KOREAN])
def test_a_night_with_every_reason_of_a_line_is_shown_at_once(language):
    intake = Intake(filtered=Counter({"health_check": 10**5}), quarantined=Counter(dict.fromkeys(Reason, 10**5)))
    shown = page(Summary(TODAY, intake, {TODAY: intake}, ()), NIGHTS, 10, language)
    assert len(shown) <= MOST_CHARACTERS
    assert len(links()) <= MOST_CHARACTERS


@pytest.mark.parametrize(("is_success", "word"), [(None, "under way"), (True, "succeeded"), (False, "FAILED")])
def test_the_last_night_is_told_as_it_went(is_success, word):
    assert word in page(SUMMARY, [*NIGHTS, Night("2026-03-06", 1, is_success)], 0, ENGLISH)


def test_both_charts_are_small_pictures():
    nights = [Night(f"2026-03-{day:02}", 40.0, is_success=day % 2 == 0) for day in range(1, 31)]
    for chart in (lines_chart(SUMMARY), nights_chart(nights), nights_chart([])):
        assert "](data:image/svg+xml," in chart
        assert len(chart) <= MOST_CHARACTERS


def test_every_word_is_there_in_both_languages():
    assert [word for word, (english, korean) in WORDS.items() if not english or not korean] == []
