"""Texts in the reader's language: translations from the catalogs in `locales/`, numbers, days and lengths of time.

English is what stands in the code and templates; a catalog of another language is read as it is (`.po`), nothing is compiled.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

from dashboard import words
from dashboard.periods import Period
from dashboard.viewer import Language
from pipelines.clock import SEOUL

LOCALES = Path(__file__).with_name("locales")
CATALOG = "dashboard.po"
LANGUAGES: tuple[Language, ...] = ("ko", "en")
DEFAULT: Language = "ko"
_MINUTE, _HOUR = 60, 3600
_PATTERNS = {
    "ko": {"day": "y년 M월 d일 (E)", "short": "M월 d일", "month": "y년 M월", "instant": "y년 M월 d일 HH:mm"},
    "en": {"day": "E d MMM y", "short": "d MMM", "month": "MMMM y", "instant": "d MMM y, HH:mm"},
}


class Texts:
    """The words and numbers of one language."""

    def __init__(self, language: Language, messages: Mapping[str, str]) -> None:
        """Keep the translations by English text."""
        self.language: Language = language
        self._messages = messages
        self._locale = Locale.parse(language)

    def gettext(self, message: str) -> str:
        """Return the text in this language, the English one if the catalog lacks it."""
        return self._messages.get(message) or message

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Return the text for a number of things."""
        return self.gettext(singular if count == 1 else plural)

    def word(self, code: str) -> str:
        """Return the word for a code, or the code; of one like `desktop / Linux` those of its sides."""
        return " / ".join(self.gettext(words.VALUES.get(side, side)) for side in code.split(" / "))

    def weekday(self, number: int) -> str:
        """Return the name of a weekday, from 1 for Monday."""
        return self.gettext(words.WEEKDAYS[number - 1])

    def weekday_short(self, number: int) -> str:
        """Return the short name of a weekday, from 1 for Monday."""
        return str(self._locale.days["stand-alone"]["abbreviated"][number - 1])

    def hour(self, hour: int) -> str:
        """Return an hour of the day, from 0 to 23, as the clock time it begins at."""
        return f"{hour:02d}:00"

    def count(self, value: float) -> str:
        """Return a number of things, with separators."""
        return f"{value:,.0f}"

    def decimal(self, value: float) -> str:
        """Return a number with one place."""
        return f"{value:,.1f}"

    def share(self, value: float) -> str:
        """Return a fraction of one as per cent."""
        return f"{value * 100:.1f}%"

    def change(self, value: float) -> str:
        """Return a change, a fraction of what was before, as signed per cent."""
        said = f"{value * 100:+.1f}%".replace("-", "\u2212")
        return said[1:] if said[1:] == "0.0%" else said

    def seconds(self, value: float) -> str:
        """Return a length of time in hours, minutes and seconds."""
        whole = round(value)
        parts = [
            (whole // _HOUR, self.gettext("%(number)s h")),
            (whole % _HOUR // _MINUTE, self.gettext("%(number)s min")),
            (whole % _MINUTE, self.gettext("%(number)s s")),
        ]
        said = [text % {"number": number} for number, text in parts if number]
        return " ".join(said) or parts[-1][1] % {"number": 0}

    def day(self, day: date) -> str:
        """Return a day with its weekday."""
        return _formatted(day, _PATTERNS[self.language]["day"], self._locale)

    def short_day(self, day: date) -> str:
        """Return a day without its year."""
        return _formatted(day, _PATTERNS[self.language]["short"], self._locale)

    def instant(self, at: datetime) -> str:
        """Return an aware instant as the clock of Seoul shows it, to the minute."""
        return format_datetime(at, _PATTERNS[self.language]["instant"], tzinfo=SEOUL, locale=self._locale)

    def said(self, value: Any, kind: str) -> str:  # noqa: ANN401 -- whatever a cell of the kind holds
        """Return a cell that is shown as its column's kind is written (`tables.Kind`)."""
        if kind == "day":
            return self.short_day(value)
        if kind == "word":
            return self.word(value)
        if kind == "share":
            return self.share(value)
        if kind == "seconds":
            return self.seconds(value)
        return self.decimal(value) if kind == "decimal" else self.count(value)

    def period(self, period: Period) -> str:
        """Return what a period is called."""
        if period.kind == "month":
            return _formatted(period.first, _PATTERNS[self.language]["month"], self._locale)
        if period.kind == "day":
            return self.day(period.first)
        return f"{_formatted(period.first, _PATTERNS[self.language]['day'], self._locale)} – {self.day(period.last)}"


@cache
def _formatted(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale=locale)


def load_texts() -> dict[Language, Texts]:
    """Read the catalogs of every language; English needs none."""
    return {language: Texts(language, _messages(language)) for language in LANGUAGES}


def catalog_file(language: str) -> Path:
    """Return where the catalog of a language is."""
    return LOCALES / language / "LC_MESSAGES" / CATALOG


def _messages(language: str) -> dict[str, str]:
    path = catalog_file(language)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalog if message.id and message.string}
