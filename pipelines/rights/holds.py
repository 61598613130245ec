"""Holds: orders to keep what a dispute is about until it is settled (clause keep.dispute).

A hold is on a member, a partner, or a range of days of a dataset. What it says lies sealed in a file of its own; the chain
beside the files has only when it came and went, and a salted digest. A copy lies beside the keys, outside the home.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, UsageError
from pipelines.registry.store import RegistryKeys
from pipelines.rights.hold import LINES, Held, Hold, On, covers, parsed, written
from pipelines.rights.hold_copies import Copy, HoldCopies
from pipelines.rights.subjects import SubjectDigests
from pipelines.storage.atomic import remove, write_bytes
from pipelines.storage.keys import DataKey
from pipelines.storage.ledger import Ledger
from pipelines.storage.sealing import seal, unseal

__all__ = ["DATASET", "LINES", "Held", "Hold", "Holds", "On"]

DATASET = "holds"
ADDED, WIDENED, REVIEWED, RELEASED, TOOK = (
    "hold-added",
    "hold-widened",
    "hold-reviewed",
    "hold-released",
    "hold-took-aside",
)
FORGET_AFTER_DAYS = 5
"""A released hold is remembered for the days of grace, which count from its release for what it covered."""
_Facts = Mapping[str, Any]


class HoldKeys(RegistryKeys, Protocol):
    """Keys that also say which of them were destroyed; the keyring is one."""

    def destroyed(self) -> frozenset[str]:
        """Return the names of the keys that were destroyed."""
        ...


class Holds:
    """The holds in `folder`, sealed with keys of `keys`; `lines` is where lines taken aside lie."""

    def __init__(self, folder: Path, lines: Path, keys: HoldKeys, digests: SubjectDigests, copies: HoldCopies) -> None:
        """Name the folders; they are made by the first hold."""
        self._folder, self.lines, self._keys, self._digests = folder / DATASET, lines, keys, digests
        self._chain, self._copies = Ledger(folder / "holds.jsonl"), copies

    def all(self) -> list[Hold]:
        """Return every hold whose body is there: the active ones, and those released in the last days. Raises DamagedError."""
        released = {entry.body["hold"]: seoul_day(entry.at) for entry in self._chain.entries(RELEASED)}
        reviewed = {entry.body["hold"]: entry.body["review_on"] for entry in self._chain.entries(REVIEWED)}
        found = []
        for name, facts in self._facts().items():
            path = self._path(facts)
            if path.exists():
                hold = self._read(path, facts)
                review_on = date.fromisoformat(reviewed[name]) if name in reviewed else hold.review_on
                found.append(replace(hold, review_on=review_on, released_on=released.get(name)))
            elif name not in released:
                raise DamagedError(f"hold {name} is gone and was never released")
        return found

    def _facts(self) -> dict[str, dict[str, Any]]:
        """Return what the chain says of each hold ever added, by its id: its keys, and the file and digest of its latest form."""
        facts = {entry.body["hold"]: dict(entry.body) for entry in self._chain.entries(ADDED)}
        for entry in self._chain.entries(WIDENED):
            facts[entry.body["hold"]] |= entry.body
        return facts

    def active(self) -> list[Hold]:
        """Return the holds that were not released."""
        return [hold for hold in self.all() if hold.is_active]

    def counts(self) -> tuple[int, int]:
        """Return how many holds were ever added and released, from the chain alone."""
        return len(self._chain.entries(ADDED)), len(self._chain.entries(RELEASED))

    def add(self, hold: Hold) -> Hold:
        """Keep a hold and return it with its id and the key of what may have to be taken aside for it."""
        self.settle(seoul_day(hold.added_at))
        day = seoul_day(hold.added_at)
        self._copies.begin()
        lines_key = self._keys.fresh_key(LINES, day).name
        kept = replace(hold, hold_id=f"{day.isoformat()}-{secrets.token_hex(4)}", lines_key=lines_key)
        key = self._keys.fresh_key(DATASET, day)
        copy = self._sealed(kept, {"hold": kept.hold_id, "key": key.name, "lines_key": lines_key}, kept.hold_id)
        self._write(copy)
        self._chain.append(ADDED, copy.facts, hold.added_at)
        self._copies.end()
        return kept

    def widen(self, hold: Hold, now: datetime) -> None:
        """Remember members, logins and linked IDs that a hold is on by now, so that it still is when they are gone."""
        facts = self._facts()[hold.hold_id]
        copy = self._sealed(hold, facts, f"{hold.hold_id}-{secrets.token_hex(4)}")
        self._write(copy)
        self._chain.append(WIDENED, {name: copy.facts[name] for name in ("hold", "file", "digest")}, now)
        remove(self._path(facts))

    def _sealed(self, hold: Hold, facts: _Facts, file: str) -> Copy:
        body = written(hold, secrets.token_hex(16))
        told = {**facts, "file": file, "digest": hashlib.sha256(body).hexdigest()}
        return Copy(told, seal(body, self._keys.get(facts["key"])))

    def _write(self, copy: Copy) -> None:
        """Keep the copy first: from then on the hold stands, whatever happens to the home."""
        self._copies.put(copy)
        write_bytes(self._path(copy.facts), copy.sealed)

    def recall(self, now: datetime) -> int:
        """Bring a home restored from a backup up to the holds added, widened and released since; return how many were not there.

        Raises DamagedError for a copy that cannot be read.
        """
        facts, gone, missed = self._facts(), self._keys.destroyed(), 0
        for copy in self._copies.all():
            name, known = copy.facts["hold"], facts.get(copy.facts["hold"])
            if copy.facts["key"] in gone or (known is not None and known["digest"] == copy.facts["digest"]):
                continue
            write_bytes(self._path(copy.facts), copy.sealed)
            told = copy.facts if known is None else {each: copy.facts[each] for each in ("hold", "file", "digest")}
            self._chain.append(ADDED if known is None else WIDENED, told, now)
            facts[name], missed = copy.facts, missed + (known is None)
        released = {entry.body["hold"] for entry in self._chain.entries(RELEASED)}
        for name, told in facts.items():
            if name not in released and not gone.isdisjoint((told["key"], told["lines_key"])):
                self._chain.append(RELEASED, {"hold": name}, now)
        return missed

    def loose(self) -> list[str]:
        """Return the keys of holds that no chain and no copy knows: an order that was lost with what it kept."""
        named = self._named_keys()
        return [key.name for key in self._keys.list() if key.dataset in (DATASET, LINES) and key.name not in named]

    def _named_keys(self) -> set[str]:
        known = [*self._facts().values(), *(copy.facts for copy in self._copies.all())]
        return {facts[name] for facts in known for name in ("key", "lines_key")}

    def review(self, hold_id: str, review_on: date, now: datetime) -> Hold:
        """Let a hold stand until it is looked at again on `review_on`. Raises UsageError when there is none in force."""
        found = self._in_force(hold_id)
        self._chain.append(REVIEWED, {"hold": hold_id, "review_on": review_on.isoformat()}, now)
        return replace(found, review_on=review_on)

    def _in_force(self, hold_id: str) -> Hold:
        found = next((hold for hold in self.active() if hold.hold_id == hold_id), None)
        if found is None:
            raise UsageError("there is no hold with this id that was not released")
        return found

    def release(self, hold_id: str, now: datetime) -> Hold:
        """Release a hold: what was taken aside is destroyed, its key first. Raises UsageError when there is none to release."""
        found = self._in_force(hold_id)
        self._chain.append(RELEASED, {"hold": hold_id}, now)
        self.settle(seoul_day(now))
        return replace(found, released_on=seoul_day(now))

    def took(self, hold_id: str, place: str, now: datetime) -> None:
        """Remember that a file was taken aside for a hold: from then on it is owed until the release. Again changes nothing."""
        if place not in self.taken_aside():
            self._chain.append(TOOK, {"hold": hold_id, "place": place}, now)

    def taken_aside(self) -> list[str]:
        """Return the places, below the home, of all that was taken aside for holds in force."""
        released = {entry.body["hold"] for entry in self._chain.entries(RELEASED)}
        taken = (entry.body for entry in self._chain.entries(TOOK))
        return [str(body["place"]) for body in taken if body["hold"] not in released]

    def settle(self, today: date) -> None:
        """Finish what a crash left: lines of released holds go, holds released before the days of grace, and keys begun.

        A key without a hold that no crash explains stays: see `loose`.
        """
        facts, gone = self._facts(), self._keys.destroyed()
        for entry in self._chain.entries(RELEASED):
            told = facts[entry.body["hold"]]
            self._destroy(told["lines_key"])
            _remove_folder(self.lines / told["hold"])
            if told["key"] in gone or (today - seoul_day(entry.at)).days >= FORGET_AFTER_DAYS:
                self._destroy(told["key"])
                self._copies.forget(told["hold"])
                remove(self._path(told))
        self._sweep(facts)

    def _sweep(self, facts: Mapping[str, _Facts]) -> None:
        if self._copies.is_making:
            for name in self.loose():
                self._keys.destroy(name)
            self._copies.end()
        current = {self._path(told) for told in (*facts.values(), *(copy.facts for copy in self._copies.all()))}
        for path in self._folder.glob("*.age"):
            if path not in current:
                remove(path)

    def covers(self, item: Held) -> bool:
        """Say whether a hold keeps a whole item: of a dataset's range, a sealed object of a member, what was taken aside.

        Lines of a held member are taken aside instead, and rows are asked for one by one (`RowHolds`).
        """
        return any(covers(hold, item) for hold in self.active())

    def held_until(self, item: Held) -> date | None:
        """Return the day the last hold on an item was released, None when none was in the last days."""
        return max((h.released_on for h in self.all() if h.released_on and covers(h, item)), default=None)

    def of_dataset(self, dataset: str) -> list[Hold]:
        """Return the active holds on days of a dataset."""
        return [hold for hold in self.active() if hold.on is On.DATASET and hold.dataset == dataset]

    def covering_account(self, account_key: str) -> list[Hold]:
        """Return the active holds on a member, or on the partner that was the member's."""
        subject = self._digests.subject_digest(account_key)
        return [hold for hold in self.active() if subject in hold.subjects]

    def lines_key(self, hold: Hold) -> DataKey:
        """Return the key under which lines of `hold` are taken aside. Raises UsageError for a hold that has none."""
        if hold.lines_key is None:
            raise UsageError(f"hold {hold.hold_id} has no key for what is taken aside: release it and add it again")
        return self._keys.get(hold.lines_key)

    def _destroy(self, name: str | None) -> None:
        if name is not None:
            self._keys.destroy(name)

    def _path(self, facts: _Facts) -> Path:
        return self._folder / f"{facts.get('file', facts['hold'])}.age"

    def _read(self, path: Path, facts: _Facts) -> Hold:
        what = f"hold {facts['hold']}"
        body = unseal(path.read_bytes(), self._keys.get(facts["key"]), what)
        if hashlib.sha256(body).hexdigest() != facts["digest"]:
            raise DamagedError(f"{what} is not what was written")
        return parsed(body)


def _remove_folder(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            remove(path)
    if folder.is_dir():
        folder.rmdir()
