"""The morning page's part on people: of whom the days derived today speak, and which rows stayed out. Counts only."""

from collections import Counter
from collections.abc import Mapping

from assets.morning_page import WORDS
from pipelines.steps.summary import Summary

TOLD: Mapping[str, tuple[str, str]] = {
    "people": ("People", "사람에 관한 처리"),
    "lines": ("lines of the days derived today", "오늘 만든 날들의 줄"),
    "cookies": ("cookies shown in them", "그 줄의 쿠키"),
    "linked": ("linked events delivered", "전달된 연동 이벤트"),
    "kept_out": ("registry rows kept out", "다시 받지 않은 명부 행"),
    "flags": ("registry rows flagged", "표시된 명부 행"),
}
KOREAN_WORDS: Mapping[str, str] = {
    "member": "회원",
    "anonymous": "익명",
    "pending": "승인 대기",
    "rejected": "거절",
    "withdrawn": "탈퇴",
    "erased": "삭제",
    "no consent": "동의 없음",
    "refused cookies": "쿠키 거부",
    "used after logout": "로그아웃 후 사용",
    "conflicting cookies": "서로 다른 쿠키",
    "unknown login": "모르는 로그인",
    "shared login": "겹치는 로그인",
    "lines_refused": "쿠키 거부",
    "lines_after_logout": "로그아웃 후 사용",
    "lines_conflicting": "서로 다른 쿠키",
    "lines_with_others": "다른 쿠키가 든 줄",
    "other_cookies": "다른 쿠키",
    "linked": "연동",
    "without link": "유효한 연동 없음",
    "shared link": "겹치는 연동",
    "unknown partner": "모르는 파트너",
    "past-period": "보유 기간 지남",
    "no-member": "회원 아님",
    "plain_passwords": "평문 비밀번호",
    "unknown_channels": "선언되지 않은 채널",
    "children_refused": "최소 연령 미만 거부",
}
_ENGLISH_WORDS = {"without link": "no live link", "used after logout": "after logout"}


def people(summary: Summary, language: int) -> str:
    """Return what was decided about people, one row a kind, in `language`; counts of zero are left out."""
    told = {
        "lines": summary.decided.lines,
        "cookies": summary.decided.cookies,
        "linked": summary.decided.linked,
        "kept_out": summary.intake.rows_kept_out,
        "flags": summary.intake.rows_flagged,
    }
    rows = [f"- {TOLD[name][language]}: {_counts(counts, language)}" for name, counts in told.items() if +counts]
    return "\n".join([f"### {TOLD['people'][language]}", "", *(rows or [WORDS["nothing"][language]])])


def _counts(counts: Counter[str], language: int) -> str:
    words = (_ENGLISH_WORDS, KOREAN_WORDS)[language]
    return ", ".join(
        f"{words.get(name, name.replace('_', ' '))} {count:,}" for name, count in sorted((+counts).items())
    )
