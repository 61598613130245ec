"""Cells (rows of published tables), the additive relations between them, and the mask that hides some of them."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.rules import TOLERANCE, Booleans, Floats, Integers, Reason, Rule, Standing
from pipelines.errors import DisclosureError


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The rows of one or more tables, as columns of length n; rows of unconnected partners may stand in one."""

    key: Sequence[tuple[Hashable, ...]]
    """What a row is; its first item names the table, which is all that a message ever says of it."""
    values: Mapping[str, Integers]
    """Additive measures; 0 where a table lacks the measure."""
    people: Integers
    """Distinct people the row rests on."""
    largest: Integers
    """What the largest contributor gives to `amount`."""
    second: Integers
    """What the second largest contributor gives to `amount`; 0 if there is one contributor."""
    fixed: NDArray[np.int8]
    """Standing of each row."""
    amount: Integers | None = None
    """The measure that dominance is judged on; page views unless given."""
    cost: Floats | None = None
    """What is lost with a row; `amount` unless given."""
    promised: Mapping[str, Floats] | None = None
    """By measure: the protection that earlier masks gave to rows hidden before; else what the rule asks and they leave."""

    def __len__(self) -> int:
        """Return n."""
        return len(self.key)

    def amounts(self) -> Integers:
        """Return the measure that dominance is judged on."""
        amount = self.values.get("page_views") if self.amount is None else self.amount
        if amount is None:
            raise DisclosureError("cells come without the measure that dominance is judged on")
        return amount

    def costs(self) -> Floats:
        """Return what is lost with each row, never 0: of two ways to hide, the one with fewer rows wins."""
        cost = self.amounts() if self.cost is None else self.cost
        return np.maximum(np.asarray(cost, dtype=np.float64), 0) + 1


@dataclass(frozen=True, slots=True)
class Relation:
    """One additive equation: the total's measure is the sum of the parts'. Cells are named by their place in `Cells`."""

    measure: str
    total: int
    parts: tuple[int, ...]
    measure_of_total: str | None = None
    """What of the total it is when that is another measure: page views on which visits began are visits."""

    @property
    def of_total(self) -> str:
        """Return the total's measure."""
        return self.measure_of_total or self.measure


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Which rows are not shown, and why."""

    hidden: Booleans
    reason: tuple[Reason | None, ...]
    protection: Mapping[str, Floats]
    """By measure: how wide an adversary's interval of a hidden value is at least; 0 where shown, empty or in no relation."""


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """The rule of each cell as columns of length n."""

    threshold: Integers
    dominance_percent: Floats
    protection_percent: Floats

    @classmethod
    def of(cls, rule: Rule | Sequence[Rule], cells: int) -> "Rules":
        """Spread one rule over all cells, or take one for each; raises DisclosureError when their number differs."""
        each = [rule] * cells if isinstance(rule, Rule) else list(rule)
        if len(each) != cells:
            raise DisclosureError("there must be one rule, or one for each cell")
        return cls(
            np.array([one.threshold for one in each], dtype=np.int64),
            np.array([one.dominance_percent for one in each], dtype=np.float64),
            np.array([one.protection_percent for one in each], dtype=np.float64),
        )


def refuse_senseless(cells: Cells) -> None:
    """Raise DisclosureError when columns differ in length, are negative, or contradict each other."""
    amount, columns = cells.amounts(), [cells.people, cells.largest, cells.second, *cells.values.values()]
    lengths = {len(column) for column in (*columns, amount)} | {len(cells.costs()), len(cells.fixed)}
    if lengths != {len(cells)}:
        raise DisclosureError("columns of cells differ in length")
    wrong = np.any([column < 0 for column in (*columns, amount)], axis=0) | (cells.largest < cells.second)
    wrong |= (cells.largest + cells.second > amount) & (cells.people > 0)
    wrong |= (cells.people == 0) & np.any([column > 0 for column in columns], axis=0)
    if wrong.any():
        raise DisclosureError(
            f"{tables_of(cells, np.flatnonzero(wrong))}: people, contributors and values contradict each other"
        )


def refuse_false(cells: Cells, relations: Sequence[Relation]) -> None:
    """Raise DisclosureError when a relation does not add up, or names a cell twice; says the tables, never the values."""
    for relation in relations:
        parts = list(relation.parts)
        if int(cells.values[relation.measure][parts].sum()) != int(cells.values[relation.of_total][relation.total]):
            raise DisclosureError(
                f"{tables_of(cells, [relation.total, *parts])}: {relation.measure} do not add up to their total"
            )
        if len({relation.total, *parts}) != len(parts) + 1:
            raise DisclosureError(f"{tables_of(cells, [relation.total, *parts])}: a relation names a cell twice")


def tables_of(cells: Cells, places: Sequence[int] | Integers) -> str:
    """Return the names of the tables that the cells belong to, for a message."""
    return ", ".join(sorted({str(cells.key[int(place)][0]) for place in places}))


def primary(cells: Cells, rules: Rules, margin: Floats) -> list[Reason | None]:
    """Return why the rule hides each cell by itself; None where it does not. An empty row is not shown either."""
    few = (cells.people > 0) & (cells.people < rules.threshold)
    dominated = (cells.people > 0) & (margin < -TOLERANCE) & ~few
    names = {0: None, 1: Reason.FEW_PEOPLE, 2: Reason.DOMINATED, 3: Reason.EMPTY}
    kinds = few * 1 + dominated * 2 + (cells.people == 0) * 3
    return [names[int(kind)] for kind in kinds]


def is_standing(cells: Cells, standing: Standing) -> Booleans:
    """Return which cells have the standing."""
    return np.asarray(cells.fixed == standing.value, dtype=np.bool_)
