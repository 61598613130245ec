"""The one module that asks the disclosure control what is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.disclosure.cells import Cells, Mask, Relation
from pipelines.disclosure.parts import is_part_shown, is_percentile_shown
from pipelines.disclosure.rounding import rounded
from pipelines.disclosure.rules import TOLERANCE, Rule, Standing, margins
from pipelines.disclosure.suppression import suppress, suppress_primary
from pipelines.policy.publication import Publication
from pipelines.releases.agreeing import Equation
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.marts import counted
from pipelines.releases.relations import Integers

__all__ = ["Masked", "is_dominated", "is_part_shown", "is_percentile_shown", "masked", "rounded"]


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """Of each row whether it is hidden, and why (a word, None for a shown one)."""

    is_hidden: Booleans
    reason: tuple[str | None, ...]
    protection: dict[str, Integers]
    """By measure: how wide an adversary's interval of a hidden row's value has to be; 0 elsewhere."""


def masked(
    frame: Frame,
    publication: Publication,
    equations: Sequence[Equation],
    *,
    with_old: bool = True,
    with_complementary: bool = True,
) -> Masked:
    """Decide on the new rows; what earlier releases decided stays. Raises DisclosureError, naming tables.

    `with_old` says whether it is proven of rows hidden before, too, that they stay protected. `with_complementary` switched off
    hides what the rule hides by itself and nothing that protects it: a twin for the gate.
    """
    equations = [one for one in equations if not _is_told_of_all_or_nobody(frame, publication, one)]
    cells, rules = _cells(frame, publication), _rules(frame, publication)
    if with_complementary:
        mask = suppress(cells, _relations(equations), rules, with_old=with_old)
    else:
        mask = suppress_primary(cells, rules)
    return _of(frame, publication, mask)


def _is_told_of_all_or_nobody(frame: Frame, publication: Publication, equation: Equation) -> bool:
    """Say whether a measure of some people only is added up: the sum is shown where each part is, and tells of no hidden one."""
    of_some = publication.tables[frame.tables[frame.table_of[equation.total]]].parts
    return equation.part_measure == equation.total_measure and equation.total_measure in of_some


def _of(frame: Frame, publication: Publication, mask: Mask) -> Masked:
    hidden = np.where(frame.is_new, mask.hidden, frame.is_hidden_before)
    reasons = (None if one is None else one.value for one in mask.reason)
    return Masked(np.asarray(hidden, dtype=np.bool_), tuple(reasons), _protection(frame, publication, mask))


def _protection(frame: Frame, publication: Publication, mask: Mask) -> dict[str, Integers]:
    """Return what the mask holds of new rows; of one in no relation what the rule asks for; of older rows what is remembered.

    What is hidden for others' sake, or was bounded by what was published before, is held less wide than the rule says.
    """
    k = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    percent = np.array([publication.protection_of(name) for name in frame.tables])[frame.table_of]
    widths = {}
    for measure in counted(publication):
        ruled = np.maximum(k, np.ceil(np.round(frame.values[measure] * percent / 100, 9))).astype(np.int64)
        held = np.floor(mask.protection[measure] + 1e-9).astype(np.int64)
        new = np.where(held > 0, np.maximum(held, 1), ruled)
        widths[measure] = np.where(frame.is_new, new * mask.hidden, frame.widths[measure])
    return widths


def _cells(frame: Frame, publication: Publication) -> Cells:
    standing = np.full(len(frame), Standing.HIDDEN.value, dtype=np.int8)
    standing[frame.is_new] = Standing.FREE.value
    standing[frame.is_shown_before] = Standing.SHOWN.value
    amount = np.zeros(len(frame), dtype=np.int64)
    for number, name in enumerate(frame.tables):
        table = publication.tables[name]
        rows = np.flatnonzero(frame.table_of == number)
        amount[rows] = frame.values[table.amount or table.counted[0]][rows]
    # What was shown is not judged again here: who gives most in it is known of restated rows only.
    is_judged = (frame.people > 0) & ~frame.is_shown_before
    largest, second = _greatest(amount, frame.largest * is_judged, frame.second)
    return Cells(
        key=[(frame.tables[number], place) for place, number in enumerate(frame.table_of.tolist())],
        values={name: frame.values[name] for name in counted(publication)},
        people=_people(frame, publication),
        largest=largest,
        second=second,
        fixed=standing,
        amount=amount,
        promised={name: frame.widths[name].astype(np.float64) for name in counted(publication)},
    )


def _greatest(amount: Integers, largest: Integers, second: Integers) -> tuple[Integers, Integers]:
    """Return what one person and the next can have given of amounts, of which late lines may have been left out."""
    largest = np.minimum(largest, amount)
    return largest, np.minimum(np.minimum(second, amount - largest), largest)


def is_dominated(amount: Integers, largest: Integers, second: Integers, dominance_percent: float) -> Booleans:
    """Return where the p% rule forbids amounts, of which one person gave `largest` and the next `second` at most."""
    largest, second = _greatest(amount, largest, second)
    percent = np.full(len(amount), float(dominance_percent))
    return np.asarray(margins(amount, largest, second, percent) < -TOLERANCE, dtype=np.bool_)


def _people(frame: Frame, publication: Publication) -> Integers:
    """Return on how many people rows rest; of a row that was hidden it is remembered whether they are k or more."""
    k = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    return np.where(frame.is_hidden_before & frame.rests_on_k, np.maximum(frame.people, k), frame.people)


def _relations(equations: Sequence[Equation]) -> list[Relation]:
    return [Relation(one.part_measure, one.total, one.parts, one.total_measure) for one in equations]


def _rules(frame: Frame, publication: Publication) -> list[Rule]:
    of_table = [
        Rule(publication.threshold_of(name), publication.dominance_of(name), publication.protection_of(name))
        for name in frame.tables
    ]
    return [of_table[number] for number in frame.table_of.tolist()]
