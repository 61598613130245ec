"""The morning's page as Markdown, in Korean and in English, from a night's summary.

In parts, since Dagster shows a long text only after a click (see `assets/charts.py`): what came and what was dropped, the
checks, where to look next.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assets.charts import Series, chart
from assets.reasons import in_korean
from pipelines.steps.results import CheckResult
from pipelines.steps.summary import Summary

ACCEPTED, QUARANTINED, DONE, FAILED = "steelblue", "orange", "seagreen", "crimson"
LINKED = ("access_logs", "events", "service_daily_usage", "partner_daily_usage", "partner_content_daily")
WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("The morning of", "아침 보고"),
    "night": ("Night", "야간 작업"),
    "running": ("under way, up to this page", "진행 중(이 페이지까지)"),
    "succeeded": ("succeeded", "성공"),
    "failed": ("FAILED", "실패"),
    "none": ("none on record", "기록 없음"),
    "seconds": ("s", "초"),
    "intake": ("Taken in today", "오늘 받은 것"),
    "files": ("files", "파일"),
    "lines": ("lines", "줄"),
    "accepted": ("accepted", "채택"),
    "filtered": ("filtered", "제외"),
    "quarantined": ("quarantined", "격리"),
    "days": ("days of events derived", "이벤트를 다시 만든 날 수"),
    "exports": ("registry exports with changes", "변경된 명부 파일"),
    "dropped": ("What was dropped, and why", "버린 것과 그 이유"),
    "rule": ("lines filtered by rule", "규칙에 따라 제외한 줄"),
    "reason": ("lines quarantined", "격리한 줄"),
    "whole": ("files quarantined as a whole", "통째로 격리한 파일"),
    "refused": ("registry rows refused", "거부한 명부 행"),
    "columns": ("undeclared columns, not read", "선언되지 않아 읽지 않은 열"),
    "nothing": ("Nothing.", "없음."),
    "checks": ("Checks", "점검"),
    "held": ("held", "통과"),
    "error": ("error", "오류"),
    "warning": ("warning", "경고"),
    "all": ("All of them hold.", "모두 통과했습니다."),
}
ENGLISH, KOREAN = 0, 1


@dataclass(frozen=True)
class Night:
    """A run of the nightly job: its day, its seconds, and whether it succeeded; None while it is running."""

    day: str
    seconds: float
    is_success: bool | None


def page(summary: Summary, nights: Sequence[Night], days_derived: int, language: int) -> str:
    """Return the page's first part in `language`: what came, what was dropped and why.

    `nights` are the latest runs, oldest first, `days_derived` what the last one derived.
    """

    def say(word: str) -> str:
        return WORDS[word][language]

    intake = summary.intake
    counted = {
        "files": intake.files,
        "lines": intake.lines,
        "accepted": intake.accepted,
        "filtered": intake.filtered.total(),
        "quarantined": intake.quarantined.total(),
        "days": days_derived,
        "exports": intake.exports_changed,
    }
    return "\n".join(
        [
            f"## {say('title')} {summary.today}",
            "",
            f"{say('night')}: {_night(nights, language)}",
            "",
            f"### {say('intake')}",
            "",
            f"| {' | '.join(say(word) for word in counted)} |",
            f"|{'---:|' * len(counted)}",
            f"| {' | '.join(f'{count:,}' for count in counted.values())} |",
            "",
            f"### {say('dropped')}",
            "",
            *(_dropped(summary, language) or [say("nothing")]),
        ]
    )


def checks(summary: Summary, language: int) -> str:
    """Return how many checks hold, and each that does not with its sentence, clause and asset, in `language`."""
    held = len(summary.checks) - len(summary.failed)
    told = [_check(check, language) for check in summary.failed] or [WORDS["all"][language]]
    heading = f"### {WORDS['checks'][language]}: {held}/{len(summary.checks)} {WORDS['held'][language]}"
    return "\n".join([heading, "", *told])


def links() -> str:
    """Return links to the assets that are looked at most."""
    return ", ".join(f"[{name}](/assets/{name})" for name in LINKED)


def lines_chart(summary: Summary) -> str:
    """Return the picture of lines accepted and quarantined on each of the last days."""
    intakes = list(summary.by_day.values())
    return chart(
        "Lines taken in / 받은 줄",
        [day.isoformat() for day in summary.by_day],
        [
            Series("accepted / 채택", ACCEPTED, [intake.accepted for intake in intakes]),
            Series("quarantined / 격리", QUARANTINED, [intake.quarantined.total() for intake in intakes]),
        ],
    )


def nights_chart(nights: Sequence[Night]) -> str:
    """Return the picture of how long the last nights took."""
    done = [night.seconds if night.is_success is not False else 0.0 for night in nights]
    failed = [night.seconds if night.is_success is False else 0.0 for night in nights]
    series = [Series("seconds / 초", DONE, done), Series("failed / 실패", FAILED, failed)]
    return chart("Nights / 야간 작업", [night.day for night in nights], series)


def _night(nights: Sequence[Night], language: int) -> str:
    if not nights:
        return WORDS["none"][language]
    last = nights[-1]
    how = {None: "running", True: "succeeded", False: "failed"}[last.is_success]
    return f"{last.day}, {WORDS[how][language]}, {last.seconds:,.0f} {WORDS['seconds'][language]}"


def _dropped(summary: Summary, language: int) -> list[str]:
    intake = summary.intake
    told: list[tuple[str, Counter[str]]] = [
        ("rule", intake.filtered),
        ("reason", intake.quarantined),
        ("whole", intake.files_quarantined),
        ("refused", intake.rows_refused),
    ]
    rows = [
        f"- {WORDS[word][language]}: {_code(in_korean(reason) if language == KOREAN else reason)} {count:,}"
        for word, counts in told
        for reason, count in sorted(counts.items())
    ]
    if intake.columns_undeclared:
        rows.append(f"- {WORDS['columns'][language]}: {', '.join(map(_code, sorted(intake.columns_undeclared)))}")
    return rows


def _check(check: CheckResult, language: int) -> str:
    sentence = (check.sentence, check.sentence_ko)[language]
    return (
        f"- **{WORDS[check.severity][language]}** {sentence} `{check.clause}` ([{check.asset}](/assets/{check.asset}))"
    )


def _code(text: str) -> str:
    return f"`{text.replace('`', ' ')}`"
