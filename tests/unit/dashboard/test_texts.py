"""Every text that readers see is in both languages, and numbers and days read as each of them writes."""

import re
from datetime import date
from io import BytesIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from dashboard.periods import Period
from dashboard.texts import LANGUAGES, catalog_file, load_texts

PLACES = re.compile(r"%\((\w+)\)s")
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}


@pytest.fixture(scope="module")
def marked(repository) -> set[str]:
    """Every text that code and templates mark."""
    keywords = {"_": None, "gettext": None, "N_": None}
    found = extract_from_dir(repository / "dashboard", METHODS, OPTIONS, keywords=keywords)
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_text_is_translated_and_no_translation_is_left_over(marked, language):
    catalog = read_po(BytesIO(catalog_file(language).read_bytes()), locale=language)
    translated = {str(message.id): str(message.string) for message in catalog if message.id}
    assert len(marked) > 150
    assert {text for text in marked if not translated.get(text)} == set(), "run `make locales` and translate"
    assert set(translated) - marked == set(), "run `make locales`"
    assert [message.id for message in catalog if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_what_the_text_does(marked, language):
    texts = load_texts()[language]
    for text in marked:
        said = texts.gettext(text)
        assert set(PLACES.findall(said)) == set(PLACES.findall(text)), text
        assert "%" not in PLACES.sub("", said).replace("%%", ""), text


def test_numbers_days_and_times_read_as_in_the_language():
    korean, english = load_texts()["ko"], load_texts()["en"]
    month = Period.of("month", date(2026, 10, 1))
    assert (korean.period(month), english.period(month)) == ("2026년 10월", "October 2026")
    assert (korean.short_day(month.first), english.short_day(month.first)) == ("10월 1일", "1 Oct")
    assert (korean.weekday(7), english.weekday(1)) == ("일요일", "Monday")
    assert (korean.seconds(3725), english.seconds(61)) == ("1시간 2분 5초", "1 min 1 s")
    assert english.seconds(0.2) == "0 s"
    assert korean.count(1234567) == "1,234,567"
    assert (korean.change(-0.1234), korean.change(0.05), korean.change(-0.0001)) == ("−12.3%", "+5.0%", "0.0%")


def test_a_code_without_a_word_is_shown_as_it_is():
    assert load_texts()["ko"].word("100%-unknown") == "100%-unknown"
    assert load_texts()["ko"].word("mobile") == "휴대전화"
