"""Periods of the policy and their calendar arithmetic in Asia/Seoul days, as the Korean Civil Act counts.

Civil Act article 157: the first day is not counted. Article 159: a period ends with the end of its last day. Article
160: months and years go by the calendar; the period ends on the day before the one that corresponds to the first counted
day, and where the last month has no such day, on the last day of that month. So what is anchored on the last day of a
month ends on the last day of a month: counting begins on the first of the next one, and whole months follow.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from pipelines.policy.base import ClauseId, Sentence, StrictModel
from pipelines.policy.places import Places

Anchor = Literal[
    "access", "account_ended", "answered", "consent", "delivery", "destruction", "display", "ended", "erasure", "event",
    "export", "import", "link_ended", "made", "membership_ended", "replaced", "run_ended", "session_ended", "settled", "visit",
    "withdrawal",
]  # fmt: skip
"""What starts a clock."""

_MONTHS = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?", re.ASCII)
_DAYS = re.compile(r"P(\d{1,5})D", re.ASCII)
_FOUR_YEARS = [date(2015, 3, 1) + timedelta(days=n) for n in range(1461)]


@dataclass(frozen=True)
class Length:
    """How long: calendar months or days, nothing (`at_once`), or without an end that could be computed."""

    text: str
    months: int = 0
    days: int = 0
    has_end: bool = True

    def ends(self, anchor: date) -> date | None:
        """Return the last day of the period that `anchor` starts; None for `permanent` and `as_recorded`."""
        if not self.has_end:
            return None
        return last_day(anchor, months=self.months) if self.months else _days_after(anchor, self.days)

    def exceeds(self, other: "Length") -> bool:
        """Say whether a period of this length can end after one of `other` from the same anchor, or may never end."""
        if not (self.has_end and other.has_end):
            return other.text not in {self.text, "permanent"}
        if not (self.months and other.days) and not (self.days and other.months):
            return (self.months, self.days) > (other.months, other.days)
        return any(self._last(anchor) > other._last(anchor) for anchor in _FOUR_YEARS)

    def _last(self, anchor: date) -> date:
        return self.ends(anchor) or date.max


def last_day(anchor: date, *, months: int) -> date:
    """Return the last day of `months` (1 or more) calendar months after `anchor`, which itself is not counted.

    What would end after the calendar does (a register that writes 9999-12-31 for "open") ends on its last day.
    """
    first = _days_after(anchor, 1)
    years, month_index = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month_index + 1
    if year > MAXYEAR:
        return date.max
    if first.day > monthrange(year, month)[1]:
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, first.day) - timedelta(days=1)


def _days_after(day: date, days: int) -> date:
    return date.max if (date.max - day).days < days else day + timedelta(days=days)


def parse_length(value: object) -> Length:
    """Read an ISO 8601 duration of years and months (P5Y, P3M) or of days (P5D), or one of three words.

    `at_once`: ends with the anchor's own day. `as_recorded`: the end stands in the row itself (a consent's own end).
    `permanent`: never ends. Months and days do not mix: the Civil Act has no rule for where such a sum ends. Raises
    ValueError for anything else.
    """
    if isinstance(value, Length):
        return value
    text = value if isinstance(value, str) else ""
    if text == "at_once":
        return Length(text)
    if text in {"as_recorded", "permanent"}:
        return Length(text, has_end=False)
    if (found := _MONTHS.fullmatch(text)) and (months := 12 * int(found[1] or 0) + int(found[2] or 0)):
        return Length(text, months=months)
    if (found := _DAYS.fullmatch(text)) and int(found[1]):
        return Length(text, days=int(found[1]))
    raise ValueError("expected a duration such as P3M, P5Y or P5D, or at_once, as_recorded or permanent")


LengthText = Annotated[Length, BeforeValidator(parse_length), PlainSerializer(lambda length: length.text)]


class ScaledFloor(StrictModel):
    """A longer floor that holds once there are `members_from` members or more."""

    members_from: Annotated[int, Field(gt=0)]
    at_least: LengthText


class Period(Places):
    """How long a dataset is kept: never less than `at_least`, never more than `at_most`, both counted from `anchor`."""

    anchor: Anchor
    at_least: LengthText | None = None
    at_least_from: tuple[ScaledFloor, ...] = ()
    at_most: LengthText
    or_earlier: tuple[Anchor, ...] = ()
    """Events that end the period at once, before `at_most`."""
    destroy_within_days: Annotated[int, Field(ge=0)]
    basis: Sentence
    basis_ko: Sentence
    clause: ClauseId

    @model_validator(mode="after")
    def _floor_below_ceiling(self) -> Self:
        floors = [self.at_least, *(scaled.at_least for scaled in self.at_least_from)]
        for floor in floors:
            if floor is not None and floor.exceeds(self.at_most):
                raise ValueError(f"at_least {floor.text} is longer than at_most {self.at_most.text}")
        return self

    def ends(self, anchor: date) -> date | None:
        """Return the last day of the ceiling that `anchor` starts; None when it is permanent or stands in the row."""
        return self.at_most.ends(anchor)

    def destroy_by(self, anchor: date) -> date | None:
        """Return the day by whose end what `anchor` started has to be destroyed; None when it has no computed end."""
        end = self.ends(anchor)
        return None if end is None else self.grace_after(end)

    def grace_after(self, end: date) -> date:
        """Return the last day on which what ended with `end` may still be there."""
        return _days_after(end, self.destroy_within_days)

    def floor(self, members: int = 0) -> Length | None:
        """Return the floor that holds with that many `members`; None when nothing orders the data kept."""
        held = [scaled for scaled in self.at_least_from if members >= scaled.members_from]
        return max(held, key=lambda scaled: scaled.members_from).at_least if held else self.at_least

    def kept_through(self, anchor: date, members: int = 0) -> date | None:
        """Return the last day of the floor that `anchor` starts; None when there is none or it has no computed end."""
        floor = self.floor(members)
        return None if floor is None else floor.ends(anchor)
