"""The morning page's part on people: counts of each decision, in both languages, and nobody's name."""

from collections import Counter
from datetime import date

import pytest

from assets.charts import MOST_CHARACTERS
from assets.morning_page import ENGLISH, KOREAN
from assets.morning_people import KOREAN_WORDS, TOLD, people
from pipelines.steps.summary import Decided, Intake, Summary

TODAY = date(2026, 3, 6)


def _summary(decided=None, **intake):
    return Summary(TODAY, Intake(**intake), {}, (), decided or Decided())


def test_each_decision_about_people_is_told_with_its_count():
    decided = Decided(
        Counter({"member": 1_200, "pending": 3, "no consent": 4, "refused cookies": 5, "used after logout": 6}),
        Counter({"lines_refused": 5, "lines_with_others": 0}),
        Counter({"linked": 2, "without link": 7}),
    )
    summary = _summary(decided, rows_kept_out=Counter({"withdrawn": 8}), rows_flagged=Counter({"plain_passwords": 9}))
    english, korean = people(summary, ENGLISH), people(summary, KOREAN)
    for told in ("member 1,200", "pending 3", "no consent 4", "refused cookies 5", "after logout 6", "no live link 7"):
        assert told in english
    assert "kept out: withdrawn 8" in english
    assert "flagged: plain passwords 9" in english
    assert "others" not in english
    for told in (
        "승인 대기 3",
        "동의 없음 4",
        "쿠키 거부 5",
        "로그아웃 후 사용 6",
        "유효한 연동 없음 7",
        "탈퇴 8",
        "평문 비밀번호 9",
    ):
        assert told in korean


def test_a_night_that_decided_nothing_says_so():
    assert "Nothing." in people(_summary(rows_flagged=Counter({"unknown_channels": 0})), ENGLISH)


@pytest.mark.parametrize("language", [ENGLISH, KOREAN])
def test_every_decision_at_once_is_shown_without_a_click(language):
    names = list(KOREAN_WORDS)
    decided = Decided(*(Counter(dict.fromkeys(part, 10**6)) for part in (names[:12], names[12:17], names[17:21])))
    out, flags = (Counter(dict.fromkeys(part, 10**4)) for part in (names[21:23], names[23:]))
    assert len(people(_summary(decided, rows_kept_out=out, rows_flagged=flags), language)) <= MOST_CHARACTERS


def test_every_row_has_words_in_both_languages():
    assert [name for name, (english, korean) in TOLD.items() if not english or not korean] == []
