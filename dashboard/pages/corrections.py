"""The list of corrections: which figure was restated, of what and when, from what to what, for how many people, and why."""

from dashboard import words
from dashboard.asking import Asked
from dashboard.figures.reading import Restatement
from dashboard.pages.page import N_, WORDED
from dashboard.periods import Period
from dashboard.tables import Column, Table
from dashboard.texts import Texts

_BETWEEN, _OR_MORE = " / ", " or more"
_BANDS = {"partner_visit_frequency_monthly": words.VISITS, "partner_visit_length_monthly": words.SECONDS}
_OF_WEEKDAYS = ("partner_weekday_visits", "partner_hourly_visits")
REASONS = {"late lines": N_("records that arrived late")}
COLUMNS = (
    Column("day", N_("Corrected on"), "day"),
    Column("table", N_("Table"), "word"),
    Column("of", N_("Of what"), "text"),
    Column("period", N_("Of"), "text"),
    Column("measure", N_("Figure"), "word"),
    Column("before", N_("Before")),
    Column("after", N_("After")),
    Column("people", N_("People who changed it"), "text"),
    Column("reason", N_("Reason"), "word"),
)


def corrections(asked: Asked) -> Table:
    """Return the newest corrections as a table."""
    rows = [
        [
            one.day,
            words.TABLES.get(one.table, one.table),
            _of_what(asked.texts, one),
            asked.texts.period(Period.of(one.kind, one.first)),
            words.MEASURES.get(one.measure, one.measure),
            one.before,
            one.after,
            _people(asked.texts, one.people_changed),
            REASONS.get(one.reason, one.reason),
        ]
        for one in asked.figures.restatements()
    ]
    return Table("restatements", N_("Corrections"), COLUMNS, rows)


def _of_what(texts: Texts, one: Restatement) -> str:
    """Return a row's dimensions in words, `all` for a row without any."""
    if not one.dimensions:
        return texts.gettext(N_("all"))
    if one.table in _BANDS:
        return texts.gettext(_BANDS[one.table].get(one.dimensions, one.dimensions))
    first, between, rest = one.dimensions.partition(_BETWEEN)
    if one.table in _OF_WEEKDAYS and first.isdecimal():
        return " ".join([texts.weekday(int(first)), *([texts.hour(int(rest))] if rest.isdecimal() else [])])
    if one.table.startswith("partner_breakdown_") and between:
        said = texts.word(rest) if first in WORDED else rest
        return f"{texts.gettext(words.DIMENSIONS.get(first, first))}: {said}"
    if one.table.startswith("partner_linked_") and between:
        return f"{texts.word(first)}: {texts.word(rest)}"
    is_worded = one.table in {f"partner_{dimension}_daily" for dimension in WORDED}
    return texts.word(one.dimensions) if is_worded else one.dimensions


def _people(texts: Texts, said: str | None) -> str | None:
    """Return how many people changed at least, as the release says it: a class, never a number."""
    number, is_class, _ = (said or "").partition(_OR_MORE)
    return texts.gettext(N_("%(people)s or more")) % {"people": texts.count(int(number))} if is_class else said
