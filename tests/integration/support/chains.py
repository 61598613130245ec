"""Nights killed one after the other in one home, each after a new part of the delivery arrived, and what stands after each."""

import random
import shutil

from support.contents import files_that_are_no_whole, tables_of
from support.deliveries import Delivered
from support.moments import Landed, kill_at
from support.parts import arrive, take_away
from support.uninterrupted import Uninterrupted

MOST_ATTEMPTS = 8


class Chain:
    """A home whose nights are killed; the moments come from `chance`, and `kills` says where they were."""

    def __init__(self, copy: Delivered, uninterrupted: Uninterrupted, chance: random.Random, name: str) -> None:
        """Take the deliveries out of the landing folder of `copy`, to let them arrive again part by part."""
        self.copy, self.kills, self._name = copy, list[Landed](), name
        self._uninterrupted, self._chance = uninterrupted, chance
        self._aside = copy.home.with_name("aside")
        self._parts = take_away(copy.home / "landing", self._aside)
        chance.shuffle(self._parts)
        self._tables = uninterrupted.before.tables

    @property
    def said(self) -> str:
        """The kills so far, to be printed and to run the same again."""
        return f"{self._name}: killed in {', '.join(map(str, self.kills))}"

    def kill_in(self, stage: str) -> None:
        """Let a part arrive and kill the night in `stage`; again, when the night was elsewhere by then or had ended."""
        for attempt in range(MOST_ATTEMPTS):
            self._let_one_arrive()
            swapped = self._file()
            night = self.copy.begin_night()
            step, wait_seconds = self._uninterrupted.timeline.aim(stage, self._chance)
            # A step of a home where much stands already, or on another machine, is shorter than it was: aim earlier then.
            landed = kill_at(night, (step, wait_seconds / 2**attempt))
            if landed is None:
                assert night.outcome()["succeeded"], self.said
            else:
                self.kills.append(landed)
            self._check_what_stands(is_swapped=self._file() != swapped)
            if landed is not None and landed.stage == stage:
                return
        raise AssertionError(f"{self.said}: {MOST_ATTEMPTS} nights could not be killed in {stage}")

    def let_the_rest_arrive(self) -> None:
        """Let every part arrive that has not yet."""
        while self._parts:
            self._let_one_arrive()

    def _let_one_arrive(self) -> None:
        if self._parts:
            arrive(self._parts.pop(), self._aside, self.copy.home / "landing")

    def _file(self) -> tuple[int, int]:
        """Return what tells one warehouse file from the next: an inode alone is soon given out again."""
        found = (self.copy.home / "warehouse.duckdb").stat()
        return found.st_ino, found.st_mtime_ns

    def _check_what_stands(self, *, is_swapped: bool) -> None:
        """Look at a copy of what the kill left: every visible file is whole, the warehouse the old one unless swapped."""
        folder = self.copy.home.with_name("seen")
        seen = self.copy.copy_to(folder).workspace()
        assert files_that_are_no_whole(seen) == [], self.said
        tables = tables_of(seen)
        shutil.rmtree(folder)
        if is_swapped and not self._parts:
            assert tables == self._uninterrupted.after.tables, self.said
        elif not is_swapped:
            assert tables == self._tables, self.said
        self._tables = tables
