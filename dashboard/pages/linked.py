"""Linked services: what members who linked MelOn or AZTalk did with what was sent to them."""

from collections.abc import Mapping
from typing import Any

from dashboard import words
from dashboard.asking import Asked
from dashboard.figures.linked import Linked, linked
from dashboard.pages.page import N_, Page, change
from dashboard.tables import Column, Table


def content(asked: Asked) -> Mapping[str, Any]:
    """Return the events of the period by service and kind."""
    found = linked(asked.figures, asked.period)
    then = linked(asked.figures, asked.compared) if asked.compared is not None else []
    before = {(one.service, one.event): one.events for one in then}
    columns = [
        Column("service", N_("Service"), "word"),
        Column("event", N_("Event"), "word"),
        Column("events", words.MEASURES["events"], drawn=True),
        Column("unique_members", words.MEASURES["unique_members"], is_aside=True),
        Column("events_compared", N_("Before"), is_aside=True),
        Column("change", N_("Change"), "change"),
    ]
    rows = [
        [one.service, one.event, one.events, one.unique_members, was, change(one.events, was)]
        for one in sorted(found, key=_in_order)
        for was in [before.get((one.service, one.event))]
    ]
    notes = (
        [N_("Members are not in own ranges: who acted on two days would count twice.")] if asked.period.is_range else []
    )
    return {"tables": {"linked": Table("linked", N_("Linked services"), columns, rows, notes=notes)}}


def _in_order(one: Linked) -> tuple[str, int, str]:
    """Order events as they follow on each other: what was sent is reached, then opened, then answered."""
    known = list(words.VALUES)
    return one.service, known.index(one.event) if one.event in known else len(known), one.event


PAGE = Page("linked", "/linked", N_("Linked services"), "pages/breakdowns.html", content)
