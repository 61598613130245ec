"""Which measures of the shown rows are shown: one may speak of too few of a row's people, or of all but too few."""

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.policy.publication import ANONYMOUS, Publication, PublishedTable
from pipelines.releases.anonymous import hide_with_anonymous
from pipelines.releases.chains import chains, hide_close_chains
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.marts import counted
from pipelines.releases.masking import is_part_shown, is_percentile_shown
from pipelines.releases.pinning import hide_what_pins
from pipelines.releases.relations import Integers, Structure
from pipelines.releases.rows import NEW
from pipelines.releases.steps import hide_steps, told_before

Shown = dict[str, Booleans]
"""Of each measure, in which rows it is shown."""


def rows_of_marts(connection: duckdb.DuckDBPyConnection, new: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return the marts' new rows by table, with their `id` in the table `rows`, in order of id."""
    joined = {}
    for name, rows in new.items():
        connection.register("mart_rows", rows)
        joined[name] = connection.execute(
            "SELECT r.id, m.* FROM mart_rows m JOIN rows r USING (partner, tbl, period, value) "  # noqa: S608
            f"WHERE r.standing = {NEW} ORDER BY r.id"
        ).to_arrow_table()
    return joined


def shown_measures(
    frame: Frame,
    publication: Publication,
    found: Sequence[Structure],
    joined: Mapping[str, pa.Table],
    is_hidden: Booleans,
) -> Shown:
    """Return where each counted measure is shown: in shown rows, by the part rule, and where nested counts are not too close.

    What was published stays as it was. Raises nothing: what is in doubt is not shown.
    """
    shown = {measure: frame.has[measure] & ~is_hidden for measure in counted(publication)}
    for name, rows in joined.items():
        ids = _integers(rows, "id")
        for measure in publication.tables[name].counted:
            shown[measure][ids] &= is_shown_part(
                rows, publication.tables[name], measure, publication.threshold_of(name)
            )
    for structure in found:
        _hide_sums_of_hidden(frame, publication, structure, shown)
    shown[ANONYMOUS] = frame.has[ANONYMOUS] & ~is_hidden
    hide_with_anonymous(frame, publication, shown)
    for structure in found:
        _hide_close_counts(frame, publication, structure, shown)
        hide_with_anonymous(frame, publication, shown)
    for structure in found:
        _hide_uneven_counts(frame, structure, shown)
    told = told_before(frame, found, shown)
    hide_steps(frame, publication, found, shown, told, is_hidden)
    hide_with_anonymous(frame, publication, shown)
    thresholds = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    people = {measure: frame.people_behind(publication, measure) for measure in shown}
    hide_close_chains(frame, thresholds, people, chains(len(frame), found), shown, told)
    while any(_hide_equal_counts(frame, structure, shown, told, is_hidden) for structure in found):
        pass  # What is hidden may equal a further count.
    hide_with_anonymous(frame, publication, shown)
    hide_what_pins(frame, publication, found, shown, told, is_hidden)
    return shown


def is_shown_part(rows: pa.Table, table: PublishedTable, measure: str, threshold: int) -> Booleans:
    """Return where the part rule and the rule of tails let a measure of a shown row be shown."""
    fits = np.ones(len(rows), dtype=np.bool_)
    part = table.part_of(measure)
    if part is not None:
        people = _integers(rows, part.people)
        # Somebody may be in the part and not in the row: who looked at a page after midnight visited the day before.
        rest = np.abs(_integers(rows, part.of) - people) if part.rest is None else _integers(rows, part.rest)
        fits &= is_part_shown(people, people + rest, threshold)
    if measure in table.tails:
        other, percent = table.tails[measure]
        fits &= is_percentile_shown(_integers(rows, other) * percent / 100, fits, threshold)
    return fits


def _hide_sums_of_hidden(frame: Frame, publication: Publication, structure: Structure, shown: Shown) -> None:
    """Hide a sum in which a measure of some people only is hidden in a part: the row's mask does not protect such a measure."""
    if not structure.is_made:
        return
    of_part = structure.of_part
    for measure in publication.tables[structure.table].parts:
        if structure.adds_up.get(measure) == measure:
            without = of_part[~shown[measure][structure.parts]]
            shown[measure][without[frame.is_new[without]]] = False


def _hide_close_counts(frame: Frame, publication: Publication, structure: Structure, shown: Shown) -> None:
    """Hide a count of people where a count within it differs by fewer than k: the part's if it is new, else the total's."""
    total, part = structure.of_part, structure.parts
    thresholds = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
    for mine, whole in structure.unions.items() if not structure.is_nested else ():
        difference = frame.people_behind(publication, whole)[total] - frame.people_behind(publication, mine)[part]
        close = (difference != 0) & (difference < np.maximum(thresholds[total], thresholds[part]))
        close &= shown[whole][total] & shown[mine][part]
        shown[mine][part[close & frame.is_new[part]]] = False
        shown[whole][total[close & ~frame.is_new[part] & frame.is_new[total]]] = False


def _hide_uneven_counts(frame: Frame, structure: Structure, shown: Shown) -> None:
    """Hide a new count of people that is more than all of its parts' counts together: late lines were left out of a part."""
    for mine, whole in structure.unions.items() if not structure.is_nested else ():
        sums = np.add.reduceat(frame.values[mine][structure.parts], structure.starts[:-1])
        is_whole = np.logical_and.reduceat(frame.has[mine][structure.parts], structure.starts[:-1])
        is_uneven = (
            is_whole & (sums > 0) & (frame.values[whole][structure.total] > sums) & frame.is_new[structure.total]
        )
        shown[whole][structure.total[is_uneven]] = False


def parts_of_hidden_counts(frame: Frame, found: Sequence[Structure], shown: Shown, is_hidden: Booleans) -> Integers:
    """Return the new shown rows that add up to a count of people not shown in a shown row: together they would tell it."""
    told: list[Integers] = []
    for structure in found:
        of_part = structure.of_part
        for mine, whole in structure.adds_up.items():
            if mine != whole or not structure.is_made:
                tells = ~is_hidden[of_part] & frame.has[whole][of_part] & ~shown[whole][of_part]
                told.append(structure.parts[tells & frame.is_new[structure.parts] & ~is_hidden[structure.parts]])
    return np.unique(np.concatenate(told)) if told else np.zeros(0, dtype=np.int64)


def _hide_equal_counts(frame: Frame, structure: Structure, shown: Shown, told: Shown, is_hidden: Booleans) -> bool:
    """Hide new counts that equal one hidden in a shown row: what lies within it, or holds it, would bound it to its value.

    Returns whether any was.
    """
    total, part = structure.of_part, structure.parts
    is_either = ~is_hidden[total] & ~is_hidden[part]
    found = False
    for mine, whole in structure.unions.items():
        if mine == ANONYMOUS:
            continue  # Nobody is told of it but by the other two.
        values = frame.values[mine][part]
        is_equal = is_either & (frame.values[whole][total] == values) & (values > 0)
        is_equal &= frame.has[whole][total] & frame.has[mine][part]
        for seen, rows, other, is_told in (
            (shown[whole], total, shown[mine][part], told[whole]),
            (shown[mine], part, shown[whole][total], told[mine]),
        ):
            equal = rows[is_equal & seen[rows] & ~other & frame.is_new[rows] & ~is_told[rows]]
            seen[equal] = False
            found = found or bool(len(equal))
    return found


def _integers(rows: pa.Table, column: str) -> Integers:
    return np.asarray(rows[column].fill_null(0).to_numpy(), dtype=np.int64)
