"""One release being made: partners decided a few at a time, their files staged, and all of it brought out or thrown away."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.clock import seoul_day
from pipelines.policy.publication import Publication
from pipelines.releases.closing import KINDS, Closed
from pipelines.releases.deciding import Decided, Sources, decide
from pipelines.releases.files import About, News, Writer, as_days, columns_of, layouts, link
from pipelines.releases.gating import Verdict
from pipelines.releases.given import Given, Outcome, Place, Progress
from pipelines.releases.marts import counted, partners_in
from pipelines.releases.memory import Facts, Memory, digest_of, release_id, release_number, schema
from pipelines.releases.published import FILE_SUFFIX, Manifest, Published, begin_folder, enter, moment, write_manifest
from pipelines.releases.restating import Restating, restate

REFUSED = "release-refused"
PARTNERS_AT_ONCE = 64
"""How many partners are decided together: bounds memory."""


class Making:
    """One release being made."""

    def __init__(
        self, place: Place, given: Given, publication: Publication, published: Published, memory: Memory, closed: Closed
    ) -> None:
        """Take what it is made of; nothing is read or written."""
        self.place, self.given, self.publication = place, given, publication
        self.published, self.memory, self.closed = published, memory, closed
        current = published.current()
        self.number = (release_number(current) if current else 0) + 1
        self.release = release_id(seoul_day(given.now), self.number)
        self.former = published.manifest(current) if current else None
        self.layout = hashlib.sha256(repr(list(columns_of(layouts(given.policy)))).encode()).hexdigest()
        self.verdict = Verdict()
        self.counts: dict[str, Counter[str]] = {}
        self.inputs: dict[str, list[str]] = {}
        self.files: dict[str, str] = {}
        self.linked = self.restated = self.left = 0

    def run(
        self,
        warehouse: duckdb.DuckDBPyConnection,
        work: duckdb.DuckDBPyConnection,
        *,
        with_complementary: bool,
        progress: Progress,
    ) -> Outcome:
        """Make the release, or find that there is none to make. `with_complementary` is switched off by the gate's twin only."""
        partners = sorted({*self.given.partners, *partners_in(warehouse, self.publication)})
        restating = Restating.of(self.memory, self.given.days)
        if not self._is_news(partners, restating):
            return Outcome("nothing", self.published.current(), waiting=self.closed.waiting)
        folder = begin_folder(self.place.staging, self.release)
        sources = Sources(warehouse, work, self.memory.scan(counted(self.publication)))
        cells = [schema(counted(self.publication)).empty_table()]
        for start in range(0, len(partners), PARTNERS_AT_ONCE):
            progress("partners", start, len(partners))
            some = partners[start : start + PARTNERS_AT_ONCE]
            cells.extend(self._some(sources, some, restating, folder, with_complementary=with_complementary))
        if not self.verdict.passes:
            return self._refuse()
        if not (self.closed or self.restated or self._is_news(partners, Restating())):
            return self._nothing()
        return self._bring_out(folder, pa.concat_tables(cells), restating)

    def _is_news(self, partners: Sequence[str], restating: Restating) -> bool:
        if self.former is None or self.closed:
            return bool(self.closed)
        lacks_file = any(self.given.name_of(partner) not in self.former.files for partner in partners)
        return bool(restating) or self.former.layout != self.layout or lacks_file

    def _some(
        self, sources: Sources, partners: Sequence[str], restating: Restating, folder: Path, *, with_complementary: bool
    ) -> Iterator[pa.Table]:
        """Decide on some partners, write their files while nothing leaks, and yield what the gate is to remember."""
        again = restate(
            sources.warehouse, sources.work, sources.memory, self.publication, partners, restating, number=self.number
        )
        decided = decide(
            sources, self.publication, partners, self.closed.periods, number=self.number, verdict=self.verdict,
            restated=again.cells, with_complementary=with_complementary,
        )  # fmt: skip
        self.restated, self.left = self.restated + again.units, self.left + again.left
        self._count(decided, again.inputs)
        if self.verdict.passes:
            news = News(
                self.closed.periods, decided.shown, again.shown, again.told(self.release, seoul_day(self.given.now))
            )
            self._write(partners, news, again.partners(), folder)
        yield from (again.cells, decided.cells)

    def _count(self, decided: Decided, compared: Sequence[tuple[str, str]]) -> None:
        for name, counts in decided.counts.items():
            self.counts.setdefault(name, Counter()).update(counts)
        for name, digest in (*compared, *decided.inputs.items()):
            self.inputs.setdefault(name, []).append(digest)

    def _write(self, partners: Sequence[str], news: News, changed: frozenset[str], folder: Path) -> None:
        about = About(self.release, self.given.now, self.given.policy.version)
        writer = Writer(layouts(self.given.policy), news, about)
        closed = {kind: sorted({*days, *self.closed.of(kind)}) for kind, days in self.memory.published().items()}
        same_layout = self.former is not None and self.former.layout == self.layout
        try:
            for partner in partners:
                name = self.given.name_of(partner)
                target, former = folder / f"{name}{FILE_SUFFIX}", self.published.file_of(name)
                if (
                    former is not None
                    and self.former is not None
                    and same_layout
                    and not self.closed
                    and partner not in changed
                ):
                    link(former, target)
                    self.linked, self.files[name] = self.linked + 1, self.former.files[name]
                else:
                    writer.write(partner, target, former, closed)
                    self.files[name] = digest_of(target)
        finally:
            writer.close()

    def _refuse(self) -> Outcome:
        begin_folder(self.place.staging, self.release).rmdir()
        leaks = self.verdict.told()
        body = {
            "release": self.release,
            "policy_version": self.given.policy.version,
            "leaks": [list(one) for one in leaks],
        }
        self.place.ledger.append(REFUSED, body, self.given.now)
        return self._outcome("refused", self.published.current(), leaks=leaks)

    def _nothing(self) -> Outcome:
        """Statistics changed, and nothing that was published of them: no release; the next one looks at them again."""
        begin_folder(self.place.staging, self.release).rmdir()
        return self._outcome("nothing", self.published.current())

    def _bring_out(self, folder: Path, cells: pa.Table, restating: Restating) -> Outcome:
        inputs = restating.looked_at(self.closed.of("day"), self.given.days)
        facts = Facts(
            self.release, "", as_days(self.closed.periods), {day.isoformat(): one for day, one in inputs.items()}
        )
        facts = self.memory.write(replace(facts, partners=len(self.files)), cells)
        write_manifest(folder, self._manifest(facts))
        self.published.put(folder, self.release)
        self.published.point_to(self.release)
        enter(self.place.ledger, self.published, self.release)
        return self._outcome("published", self.release)

    def _manifest(self, facts: Facts) -> Manifest:
        newest = {
            kind: [*(self.former.periods_known(kind) if self.former else ()), *facts.periods.get(kind, ())]
            for kind in KINDS
        }
        return Manifest(
            release=self.release,
            number=self.number,
            previous=self.former.release if self.former else None,
            published_at=moment(self.given.now),
            policy_version=self.given.policy.version,
            policy_digest=self.given.policy.digest,
            layout=self.layout,
            periods=facts.periods,
            newest={kind: max(days, default=None) for kind, days in newest.items()},
            inputs={name: hashlib.sha256("".join(each).encode()).hexdigest() for name, each in self.inputs.items()},
            gate={"passes": True, "cells": self.verdict.cells, "programs": self.verdict.programs},
            cells={name: dict(sorted(counts.items())) for name, counts in self.counts.items()},
            restated=self.restated,
            left=self.left,
            linked=self.linked,
            memory_sha256=facts.cells_sha256,
            files=dict(sorted(self.files.items())),
        )

    def _outcome(self, status: str, release: str | None, leaks: tuple[tuple[str, str, int], ...] = ()) -> Outcome:
        return Outcome(
            status=status,
            release=release,
            cells={name: dict(sorted(counts.items())) for name, counts in self.counts.items()},
            closed=as_days(self.closed.periods),
            waiting=self.closed.waiting,
            files=len(self.files),
            linked=self.linked,
            restated=self.restated,
            left=self.left,
            leaks=leaks,
        )
