"""What partners may see of the statistics, and when: closing, thresholds, and how the published tables add up."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field as Constraint
from pydantic import model_validator

from pipelines.policy.base import ClauseId, Name, StrictModel

PeriodKind = Literal["day", "week", "month"]
Days = Annotated[int, Constraint(ge=0)]
Percent = Annotated[float, Constraint(ge=0, le=100)]
PARTNER, PEOPLE, MEMBERS = "partner_id", "contributing_people", "unique_members"
ANONYMOUS = "anonymous_people"
"""The people of a row who are no members: who reads both counts knows a third, though it is published nowhere."""


class ClosesAfter(StrictModel):
    """How many days after its end a period closes, in Asia/Seoul days; a longer one never before what it consists of."""

    day: Days
    week: Days
    month: Days

    @model_validator(mode="after")
    def _parts_close_first(self) -> Self:
        if not self.day <= self.week <= self.month:
            raise ValueError("a week closes no earlier than its days, a month no earlier than its weeks")
        return self


class Part(StrictModel):
    """The people one measure of a row speaks of (`people`), among those of the row (`of`); both are columns of the table.

    Where somebody may be both among them and among those it leaves out, the latter are a column of their own (`rest`).
    """

    people: Name
    of: Name = PEOPLE
    rest: Name | None = None

    @property
    def columns(self) -> tuple[Name, ...]:
        """The columns of people it needs."""
        return (self.people, self.of if self.rest is None else self.rest)


class PartsOf(StrictModel):
    """The rows of a table are the parts of the rows of another one of the same period.

    `measures` gives for each measure of this table the one of the `table` that it adds up to. With `each`, the first dimension of
    this table, the rows of each of its values in `only` are all the parts, over again. Rows of values that no `only` of the table
    names are not published: nothing would protect them. With `under`, parts have values like `desktop / Linux`, and add up to the
    row of what stands before ` / `: in the `table` of that one dimension, or among the rows of that value of the first dimension.
    Where `under` is a dimension of this table, they add up to the row of its value there.
    """

    table: Name
    measures: Annotated[Mapping[Name, Name], Constraint(min_length=1)]
    people: Mapping[Name, Name] = {}
    """Counts of people of this table, each with the one of the `table` that it lies within; else those of the same name."""
    under: Name | None = None
    each: Name | None = None
    only: tuple[Name, ...] = ()

    @property
    def takes(self) -> tuple[tuple[Name, ...], ...]:
        """Return the values of the first dimension whose rows are all the parts, one after the other; of none, of all rows."""
        return tuple((value,) for value in self.only) or ((),)


class Nested(StrictModel):
    """Values of one dimension, outermost first, of which each one's people are among those of every one before it."""

    dimension: Name
    order: Annotated[tuple[Name, ...], Constraint(min_length=2)]


class PublishedTable(StrictModel):
    """One published table, of the name of its mart."""

    period: PeriodKind
    dimensions: tuple[Name, ...] = ()
    """Columns that tell the rows of one partner and period apart."""
    adds_up: tuple[Name, ...] = ()
    """Measures that add up over days, and over the parts of `parts_of`."""
    people: Mapping[Name, Name] = {}
    """Measures that count distinct people or visitors, each with the column of the people it rests on."""
    others: tuple[Name, ...] = ()
    """Further published measures."""
    rests_on: Annotated[tuple[Name, ...], Constraint(min_length=1)] = (PEOPLE,)
    """Columns of people: a row rests on as many as the fewest of them."""
    amount: Name | None = None
    """The measure that dominance is judged on; with the columns `largest_<amount>` and `second_<amount>`."""
    also_judged: tuple[Name, ...] = ()
    """Further measures in which nobody may be dominant, with columns as those of `amount`; it needs one."""
    is_even: bool = False
    """Nobody gives most of a row that rests on k people, for a reason that the policy says: it needs no `amount`."""
    parts: Mapping[Name, Part] = {}
    """Measures that speak of only some of the row's people."""
    tails: Mapping[Name, tuple[Name, Percent]] = {}
    """Measures shown only where that percentage of another measure of the row is at least the threshold."""
    parts_of: tuple[PartsOf, ...] = ()
    days: Name | Mapping[Name, Name] | None = None
    """The table of days that a longer period consists of; or one for each value of the first dimension that has one."""
    by_weekday: bool = False
    """The one dimension is the weekday, from 1 for Monday, of the days that a row consists of; those have no dimension."""
    weeks: Name | None = None
    """The table of weeks that stand beside the days of a month."""
    nested: Nested | None = None
    """Rows that lie within each other though they do not add up: no two of their counts of people lie too close together."""
    threshold: Annotated[int, Constraint(gt=1)] | None = None
    dominance_percent: Percent | None = None
    protection_percent: Percent | None = None
    rounding: Annotated[int, Constraint(gt=1)] | Literal["none"] | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """Every published measure, in order."""
        return (*self.adds_up, *self.people, *self.others)

    @property
    def counted(self) -> tuple[str, ...]:
        """Measures that are whole numbers of something, between which relations hold."""
        return (*self.adds_up, *self.people)

    @property
    def tells_anonymous(self) -> bool:
        """Whether rows tell how many of their people are no members: people less members."""
        return self.people.get(PEOPLE) == PEOPLE and self.people.get(MEMBERS) == MEMBERS

    @property
    def restated(self) -> tuple[str, ...]:
        """Measures that late lines restate: those of all of a row's people, and counts of people; others stand as published.

        What was published remembers nobody of whom a measure of some people only, or a median, speaks: its change could be one's.
        """
        return tuple(name for name in self.counted if name not in self.parts)

    @property
    def judged(self) -> tuple[str, ...]:
        """Every measure that dominance is judged on, `amount` first."""
        return (*([] if self.amount is None else [self.amount]), *self.also_judged)

    @property
    def only(self) -> tuple[str, ...]:
        """Return the values of the first dimension whose rows are published, none where all are."""
        return tuple(dict.fromkeys(value for part in self.parts_of for value in part.only))

    def part_of(self, measure: str) -> Part | None:
        """Return of which people of a row a measure speaks, None where it speaks of all of them."""
        return self.parts.get(measure) or (Part(people=self.people[measure]) if measure in self.people else None)

    def columns(self) -> Iterator[str]:
        """Yield every column of the mart that publication reads."""
        yield from (PARTNER, self.period, *self.dimensions, *self.measures, *self.rests_on)
        yield from (name for part in self.parts.values() for name in part.columns)
        yield from (PEOPLE, *self.people.values())
        yield from (f"{which}_{amount}" for amount in self.judged for which in ("largest", "second"))

    @model_validator(mode="after")
    def _names_its_own_measures(self) -> Self:
        named = {*self.parts, *self.tails, *(name for name, _ in self.tails.values())}
        named |= set(self.judged)
        if unknown := sorted(named - set(self.measures)):
            raise ValueError(f"{unknown[0]!r} is no measure of the table")
        if unknown := sorted({name for part in self.parts_of for name in part.measures} - set(self.counted)):
            raise ValueError(f"{unknown[0]!r} is no measure that adds up")
        if any(
            bool(part.each) != bool(part.only) or part.each not in {None, *self.dimensions[:1]}
            for part in self.parts_of
        ):
            raise ValueError("`each` is the first dimension, and `only` says which of its values add up")
        if isinstance(self.days, Mapping) and (unknown := sorted(set(self.days) - set(self.only))):
            raise ValueError(f"{unknown[0]!r} has days, and no `only` names it")
        if self.weeks and isinstance(self.days, str) and self.only:
            raise ValueError("days are given for each value of the first dimension, where `only` names them")
        if self.period == "day" and (self.days or self.weeks):
            raise ValueError("a day does not consist of days or weeks")
        if self.weeks and (self.period != "month" or not self.days):
            raise ValueError("only months that consist of days have weeks beside them")
        return self

    @model_validator(mode="after")
    def _judges_more_beside_an_amount(self) -> Self:
        if self.also_judged and self.amount is None:
            raise ValueError("further measures are judged beside an `amount`")
        return self

    @model_validator(mode="after")
    def _has_one_dimension_by_weekday(self) -> Self:
        if self.by_weekday and (len(self.dimensions) != 1 or not isinstance(self.days, str) or self.weeks):
            raise ValueError("rows by weekday have that one dimension, and consist of days of one table")
        return self

    @model_validator(mode="after")
    def _nests_steps_of_its_own(self) -> Self:
        if self.nested is None:
            return self
        if self.nested.dimension not in self.dimensions:
            raise ValueError(
                f"{self.nested.dimension!r} is no dimension of the table, and its rows cannot be nested by it"
            )
        if len(set(self.nested.order)) < len(self.nested.order):
            raise ValueError("a step lies within itself: `order` names each value once, outermost first")
        if not self.people:
            raise ValueError("rows are nested by the people they count, and the table counts none")
        return self


class Publication(StrictModel):
    """When periods close, what protects the people in a cell, and the published tables."""

    closes_after_days: ClosesAfter
    waits_days: Days
    """How many days beyond its closing a day without any statistics is waited for; then it closes as an empty one."""
    threshold: Annotated[int, Constraint(gt=1)]
    """k: a cell that rests on fewer distinct people is hidden."""
    dominance_percent: Percent
    protection_percent: Percent
    rounding: Annotated[int, Constraint(gt=1)] | Literal["none"] = "none"
    clause: ClauseId
    tables: Annotated[Mapping[Name, PublishedTable], Constraint(min_length=1)]

    def threshold_of(self, table: str) -> int:
        """Return k of a table."""
        return self.tables[table].threshold or self.threshold

    def dominance_of(self, table: str) -> float:
        """Return p of a table."""
        own = self.tables[table].dominance_percent
        return self.dominance_percent if own is None else own

    def protection_of(self, table: str) -> float:
        """Return the protection percentage of a table."""
        own = self.tables[table].protection_percent
        return self.protection_percent if own is None else own

    def rounding_of(self, table: str) -> int | None:
        """Return the base that published values of a table are rounded to, None where they are not."""
        own = self.tables[table].rounding or self.rounding
        return None if own == "none" else own
