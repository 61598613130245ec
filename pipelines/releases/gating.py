"""The one module that asks the attack: what is seen of a release and of all before it, and what leaks.

Each cell is one measure of one row. Nothing here knows why a row is hidden; what is told of a leak is table, measure and count.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipelines.attack import Before, Kind, Leak, Relation, Relations, Standing, View, attack, composed_pairs
from pipelines.policy.publication import ANONYMOUS, MEMBERS, PEOPLE, Publication, PublishedTable
from pipelines.releases.changing import Restated
from pipelines.releases.frame import Booleans, Frame
from pipelines.releases.marts import counted
from pipelines.releases.relations import Integers, Structure
from pipelines.releases.steps import told_before

Leaks = tuple[tuple[str, str, int], ...]
"""What leaks: (how, class of cells, how many)."""


@dataclass(slots=True)
class Verdict:
    """What the gate says of a release so far: leaks counted, and the work it took."""

    leaks: Counter[tuple[str, str]] = field(default_factory=Counter)
    cells: int = 0
    programs: int = 0

    @property
    def passes(self) -> bool:
        """Whether nothing leaks."""
        return not self.leaks

    def add(self, other: "Verdict") -> None:
        """Take in what the gate says of more."""
        self.leaks += other.leaks
        self.cells, self.programs = self.cells + other.cells, self.programs + other.programs

    def told(self) -> Leaks:
        """Return the leaks, sorted."""
        return tuple((leak, name, count) for (leak, name), count in sorted(self.leaks.items()))

    def message(self) -> str:
        """Say what leaks, without a value."""
        return "; ".join(f"{name}: {count} {leak}" for leak, name, count in self.told())


def judge(
    frame: Frame,
    publication: Publication,
    found: Sequence[Structure],
    shown: dict[str, Booleans],
    protection: dict[str, Integers],
    *,
    number: int | None,
    restated: Restated | None = None,
) -> Verdict:
    """Attack what `frame` shows and return what leaks.

    `protection` is how wide an adversary's interval of each hidden value has to be, by measure; `number` the release whose cells
    and what they reach are attacked, None for every cell of every release.
    """
    seen = _Seen(frame, publication, shown, protection)
    of_release = np.ones(len(frame), dtype=np.bool_) if number is None else frame.is_new | (frame.release == number)
    touched = np.flatnonzero(of_release[seen.row])
    view = seen.view(publication, restated)
    relations = Relations.of(seen.relations(found))
    nested = np.concatenate((relations.union_pairs(), seen.steps(found), seen.composed(relations, found)))
    findings = attack(view, relations, touched=touched, before=seen.before(restated), nested=nested)
    may_be_told = seen.no_leaks(findings.upper)
    for leak in (Leak.RECOVERED, Leak.NARROW):
        cells = findings.cells.get(leak, np.zeros(0, dtype=np.int64))
        findings.cells[leak] = cells[~may_be_told[cells]]
    leaks = {(leak.value, name): count for leak, name, count in findings.verdict(view).leaks}
    return Verdict(Counter(leaks), len(touched), findings.work.programs)


class _Seen:
    """The cells of a frame: `row` and `measure` of each."""

    def __init__(
        self, frame: Frame, publication: Publication, shown: dict[str, Booleans], protection: dict[str, Integers]
    ) -> None:
        self.frame, self.shown, self.protection = frame, shown, protection
        self.measures = (*counted(publication), ANONYMOUS)
        of_table = np.array(
            [[name in _cells_of(publication.tables[table]) for name in self.measures] for table in frame.tables],
            dtype=np.bool_,
        )
        has = of_table[frame.table_of].T
        self.measure, self.row = (np.asarray(part, dtype=np.int64) for part in np.nonzero(has))
        self.place = np.full(has.shape, -1, dtype=np.int64)
        self.place[self.measure, self.row] = np.arange(len(self.row))
        self.people_of = {
            name: frame.people_behind(publication, name)
            for name in self.measures
            if any(name in table.people for table in publication.tables.values()) or name == ANONYMOUS
        }

    def view(self, publication: Publication, restated: Restated | None = None) -> View:
        """Return what an adversary sees, and what the gate knows besides."""
        frame = self.frame
        values, shown = self._stacked(frame.values), self._stacked(self.shown).astype(np.bool_)
        is_count = np.array(
            [
                [name in publication.tables[table].people or name == ANONYMOUS for name in self.measures]
                for table in frame.tables
            ],
            dtype=np.bool_,
        )[frame.table_of[self.row], self.measure]
        thresholds = frame.per_table({name: publication.threshold_of(name) for name in frame.tables})[self.row]
        dominance = np.array([publication.dominance_of(name) for name in frame.tables])[frame.table_of][self.row]
        people = np.where(is_count, self._stacked(self.people_of), frame.people[self.row])
        enough = np.where(frame.is_new, frame.people >= thresholds_of(frame, publication), frame.rests_on_k)[self.row]
        row_shown = self._row_is_shown()[self.row]
        is_judged = frame.is_new if restated is None else frame.is_new | restated.rows
        is_amount = self._is_amount(publication) & is_judged[self.row]
        return View.of(
            np.where(shown, values, np.nan),
            classes=tuple(f"{table}.{name}" for table in frame.tables for name in self.measures),
            class_of=frame.table_of[self.row] * len(self.measures) + self.measure,
            known_empty=~shown & self._stacked(frame.void).astype(np.bool_),
            protection=self._protection(thresholds, is_count, row_shown),
            rests_on_k=enough | row_shown,
            people=np.where(shown, people, -1),
            threshold=thresholds,
            largest=np.where(is_amount, frame.largest[self.row], np.nan),
            second=np.where(is_amount, frame.second[self.row], np.nan),
            dominance=dominance,
        )

    def relations(self, found: Sequence[Structure]) -> Iterator[Relation]:
        """Yield what is known to hold between the cells."""
        yield from self._rows()
        order = {name: place for place, name in enumerate(self.measures)}
        for structure in found:
            if structure.is_nested:
                yield from self._at_most(structure)
                continue
            pairs = [(Kind.ADDS_UP, part, total) for part, total in structure.adds_up.items()]
            pairs += [(Kind.UNION, part, total) for part, total in structure.unions.items()]
            for kind, part, total in pairs:
                of_total, of_part = self.place[order[total]], self.place[order[part]]
                void = self.frame.void.get(part, np.zeros(len(self.frame), dtype=np.bool_))
                for row, rows in structure:
                    # Whoever came though all parts are empty is in none of them: the count is no union of theirs.
                    if kind is Kind.ADDS_UP or not void[rows].all():
                        yield Relation(kind, int(of_total[row]), tuple(of_part[rows].tolist()))

    def _rows(self) -> Iterator[Relation]:
        """Yield of each shown row that its people are members and others, where one of them is not known."""
        order = {name: place for place, name in enumerate(self.measures)}
        if MEMBERS not in order or PEOPLE not in order:
            return
        people, members, others = (self.place[order[name]] for name in (PEOPLE, MEMBERS, ANONYMOUS))
        is_open = (others >= 0) & self._row_is_shown() & ~(self.shown[PEOPLE] & self.shown[MEMBERS])
        for row in np.flatnonzero(is_open).tolist():
            yield Relation(Kind.ADDS_UP, int(people[row]), (int(members[row]), int(others[row])))

    def no_leaks(self, upper: NDArray[np.float64]) -> Booleans:
        """Return which cells may be worked out: that nobody of k people is a member; and who is none in a hidden row.

        The latter stands for nothing by itself: it is where inequalities meet.
        """
        names, row_shown = np.array(self.measures)[self.measure], self._row_is_shown()
        is_nobody = np.isin(names, (MEMBERS, ANONYMOUS)) & (upper < 1)
        has_no_member = np.zeros(len(self.frame), dtype=np.bool_)
        has_no_member[self.row[is_nobody & (names == MEMBERS)]] = True
        is_told = is_nobody | ((names == ANONYMOUS) & has_no_member[self.row])
        return np.asarray(np.where(row_shown[self.row], is_told, names == ANONYMOUS), dtype=np.bool_)

    def _at_most(self, structure: Structure) -> Iterator[Relation]:
        """Yield which count is at most which, where both are known and agree with it.

        Nothing is claimed of counts that a late link turned round, nor of hidden ones of earlier releases: nobody knows whether
        they were.
        """
        values = self._stacked(self.frame.values)
        is_known = self.frame.is_new[self.row] | self._stacked(self.shown).astype(np.bool_)
        for part, total in self._nested(structure):
            if is_known[part] and is_known[total] and values[part] <= values[total]:
                yield Relation(Kind.AT_MOST, total, (part,))

    def composed(self, relations: Relations, found: Sequence[Structure]) -> Integers:
        """Return pairs of counts that lie within each other by several relations and steps, shape (q, 2), the greater one last.

        Without those of which the later count was told by what was published when the other one was: what is told is told.
        """
        steps = [pair for one in found if one.is_nested for pair in self._nested(one)]
        direct = np.concatenate((relations.union_pairs(), np.array(steps, dtype=np.int64).reshape(-1, 2)))
        pairs = composed_pairs(direct, len(self.row))
        told = self._stacked(told_before(self.frame, found, self.shown)).astype(np.bool_)
        known = np.where(told, -1, self.frame.release[self.row])[pairs]
        pairs = pairs[known.max(axis=1) >= self.frame.release[self.row][pairs].max(axis=1)]
        people = self._stacked(self.people_of)[pairs]
        return np.asarray(np.where((people[:, 0] > people[:, 1])[:, None], pairs[:, ::-1], pairs), dtype=np.int64)

    def steps(self, found: Sequence[Structure]) -> Integers:
        """Return pairs of counts of nested steps, shape (q, 2), the one of more people last: readers believe the order anyway.

        Without those of which both counts are known from earlier releases: what is told of them is told.
        """
        told = self._stacked(told_before(self.frame, found, self.shown)).astype(np.bool_)
        pairs = [
            (part, total)
            for structure in found
            if structure.is_nested
            for part, total in self._nested(structure)
            if not (told[part] and told[total])
        ]
        people = self._stacked(self.people_of)
        ordered = [sorted(pair, key=lambda cell: int(people[cell])) for pair in pairs]
        return np.array(ordered, dtype=np.int64).reshape(-1, 2)

    def _nested(self, structure: Structure) -> Iterator[tuple[int, int]]:
        """Yield the cells of a part and its total."""
        order = {name: place for place, name in enumerate(self.measures)}
        for part, total in structure.unions.items():
            cells = (self.place[order[part]][structure.parts], self.place[order[total]][structure.of_part])
            yield from zip(*(each.tolist() for each in cells), strict=True)

    def before(self, restated: Restated | None) -> Before:
        """Return how earlier releases left the cells."""
        frame, shown = self.frame, self._stacked(self.shown).astype(np.bool_)
        standing = np.where(frame.is_new[self.row], Standing.NEW, np.where(shown, Standing.SHOWN, Standing.HIDDEN))
        value = self._stacked(frame.values).astype(np.float64)
        if restated is None:
            return Before.of(standing, value)
        former = np.where(restated.rows[self.row], self._stacked(restated.before), value)
        return Before.of(standing, former, self._stacked(restated.people))

    def _stacked(self, columns: "dict[str, Integers] | dict[str, Booleans]") -> Integers:
        nothing = np.zeros(len(self.frame), dtype=np.int64)
        stack = np.array([np.asarray(columns.get(name, nothing), dtype=np.int64) for name in self.measures])
        return np.asarray(stack[self.measure, self.row], dtype=np.int64)

    def _row_is_shown(self) -> Booleans:
        each = np.array([self.shown[name] for name in self.measures])
        return np.asarray(each.any(axis=0))

    def _is_amount(self, publication: Publication) -> Booleans:
        is_amount = np.array(
            [[publication.tables[table].amount == name for name in self.measures] for table in self.frame.tables],
            dtype=np.bool_,
        )
        return np.asarray(is_amount[self.frame.table_of[self.row], self.measure])

    def _protection(self, thresholds: Integers, is_count: Booleans, row_shown: Booleans) -> NDArray[np.float64]:
        """Return how wide each hidden cell's interval has to be.

        A count of people in a row of k people or more is no secret of a few: it must only not be told. So is a measure that is
        hidden in a shown row.
        """
        width = np.maximum(self._stacked(self.protection), 1).astype(np.float64)
        row_shown = row_shown | (np.array(self.measures)[self.measure] == ANONYMOUS)
        few = np.where(self.frame.is_new, self.frame.people, 0)[self.row] < thresholds
        of_count = np.where(few & ~self.frame.rests_on_k[self.row], thresholds - 1, 1)
        return np.where(row_shown, 1.0, np.where(is_count, of_count, width))


def _cells_of(table: PublishedTable) -> tuple[str, ...]:
    """Return the measures of which each row of a table is a cell: those published, and what two of them tell."""
    return (*table.counted, ANONYMOUS) if table.tells_anonymous else table.counted


def thresholds_of(frame: Frame, publication: Publication) -> Integers:
    """Return k of each row."""
    return frame.per_table({name: publication.threshold_of(name) for name in frame.tables})
