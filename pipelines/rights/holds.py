"""Holds: orders to keep what a dispute is about until it is settled (clause keep.dispute).

A hold is on a member, a partner, or a range of days of a dataset. What it says lies sealed in a file of its own; the chain
beside the files has only when it came and went, and a salted digest. A member stands in it as keyed digests alone.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from pipelines.clock import seoul_day
from pipelines.errors import DamagedError, UsageError
from pipelines.registry.store import RegistryKeys
from pipelines.rights.subjects import SubjectDigests
from pipelines.storage.atomic import remove, write_bytes
from pipelines.storage.keys import DataKey
from pipelines.storage.ledger import Ledger
from pipelines.storage.sealing import seal, unseal

DATASET, LINES = "holds", "held_lines"
ADDED, REVIEWED, RELEASED, TOOK = "hold-added", "hold-reviewed", "hold-released", "hold-took-aside"
FORGET_AFTER_DAYS = 5
"""A released hold is remembered for the days of grace, which count from its release for what it covered."""


class On(StrEnum):
    """What a hold is on."""

    MEMBER = "member"
    PARTNER = "partner"
    DATASET = "dataset"


@dataclass(frozen=True)
class Hold:
    """One hold. `subject`, `logins` and `linked_ids` are keyed digests of a member, and with `members` those of a partner's.

    `lines_key` seals what is taken aside.
    """

    hold_id: str
    on: On
    reason: str
    authority: str
    role: str
    review_on: date
    added_at: datetime
    subject: str | None = None
    logins: tuple[str, ...] = ()
    linked_ids: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    partner_id: str | None = None
    dataset: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    lines_key: str | None = None
    released_on: date | None = None

    @property
    def subjects(self) -> frozenset[str]:
        """The digests of all members it is on."""
        return frozenset((*self.members, self.subject) if self.subject else self.members)

    @property
    def is_active(self) -> bool:
        """Whether it was not released."""
        return self.released_on is None

    def has_day(self, day: date | None) -> bool:
        """Say whether `day` lies in a dataset's range; what has no day lies in every range."""
        return day is None or ((self.first_day or date.min) <= day <= (self.last_day or date.max))


class Held(Protocol):
    """What may be held: an item of retention is one."""

    @property
    def dataset(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str: ...  # noqa: D102
    @property
    def anchor(self) -> date | None: ...  # noqa: D102


class Holds:
    """The holds in `folder`, sealed with keys of `keys`; `lines` is where lines taken aside lie."""

    def __init__(self, folder: Path, lines: Path, keys: RegistryKeys, digests: SubjectDigests) -> None:
        """Name the folders; they are made by the first hold."""
        self._folder, self.lines, self._keys, self._digests = folder / DATASET, lines, keys, digests
        self._chain = Ledger(folder / "holds.jsonl")

    def all(self) -> list[Hold]:
        """Return every hold whose body is there: the active ones, and those released in the last days. Raises DamagedError."""
        released = {entry.body["hold"]: seoul_day(entry.at) for entry in self._chain.entries(RELEASED)}
        reviewed = {entry.body["hold"]: entry.body["review_on"] for entry in self._chain.entries(REVIEWED)}
        found = []
        for entry in self._chain.entries(ADDED):
            name, path = entry.body["hold"], self._path(entry.body["hold"])
            if path.exists():
                hold = self._read(path, entry.body)
                review_on = date.fromisoformat(reviewed[name]) if name in reviewed else hold.review_on
                found.append(replace(hold, review_on=review_on, released_on=released.get(name)))
            elif entry.body["hold"] not in released:
                raise DamagedError(f"hold {entry.body['hold']} is gone and was never released")
        return found

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
        lines_key = self._keys.fresh_key(LINES, day).name
        kept = replace(hold, hold_id=f"{day.isoformat()}-{secrets.token_hex(4)}", lines_key=lines_key)
        key = self._keys.fresh_key(DATASET, day)
        body = json.dumps({**asdict(kept), "salt": secrets.token_hex(16)}, default=_text, sort_keys=True).encode()
        write_bytes(self._path(kept.hold_id), seal(body, key))
        facts = {
            "hold": kept.hold_id,
            "key": key.name,
            "lines_key": lines_key,
            "digest": hashlib.sha256(body).hexdigest(),
        }
        self._chain.append(ADDED, facts, hold.added_at)
        return kept

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
        """Finish what a crash left: lines of released holds go, holds released before the days of grace, and loose keys."""
        added = {entry.body["hold"]: entry.body for entry in self._chain.entries(ADDED)}
        for entry in self._chain.entries(RELEASED):
            body = added[entry.body["hold"]]
            self._destroy(body["lines_key"])
            _remove_folder(self.lines / entry.body["hold"])
            if (today - seoul_day(entry.at)).days >= FORGET_AFTER_DAYS:
                self._destroy(body["key"])
                remove(self._path(entry.body["hold"]))
        self._sweep(added)

    def _sweep(self, added: Mapping[str, Mapping[str, Any]]) -> None:
        named = {body[name] for body in added.values() for name in ("key", "lines_key")}
        for key in list(self._keys.list()):
            if key.dataset in (DATASET, LINES) and key.name not in named:
                self._keys.destroy(key.name)
        for path in self._folder.glob("*.age"):
            if path.stem not in added:
                remove(path)

    def covers(self, item: Held) -> bool:
        """Say whether a hold keeps a whole item: of a dataset's range, a sealed object of a member, what was taken aside.

        Lines of a held member are taken aside instead, and rows are asked for one by one (`RowHolds`).
        """
        return any(_covers(hold, item) for hold in self.active())

    def held_until(self, item: Held) -> date | None:
        """Return the day the last hold on an item was released, None when none was in the last days."""
        return max((h.released_on for h in self.all() if h.released_on and _covers(h, item)), default=None)

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

    def _path(self, hold_id: str) -> Path:
        return self._folder / f"{hold_id}.age"

    def _read(self, path: Path, facts: Mapping[str, Any]) -> Hold:
        what = f"hold {path.stem}"
        body = unseal(path.read_bytes(), self._keys.get(facts["key"]), what)
        if hashlib.sha256(body).hexdigest() != facts["digest"]:
            raise DamagedError(f"{what} is not what was written")
        return _parsed(json.loads(body))


class RowHolds:
    """The holds on members and partners, asked of rows and lines. Each value is digested once."""

    def __init__(self, holds: Sequence[Hold], digests: SubjectDigests) -> None:
        """Take the active holds."""
        self.holds = [hold for hold in holds if hold.on is not On.DATASET]
        self._digests = digests

    def of_row(self, row: Mapping[str, Any]) -> list[Hold]:
        """Return the holds on a registry row: on its account, or on the partner it names."""
        account, partner = row.get("account_key"), row.get("partner_id")
        subject = self._digests.subject_digest(account) if self.holds and account is not None else None
        return [
            hold
            for hold in self.holds
            if subject in hold.subjects or (partner is not None and hold.partner_id == partner)
        ]

    def of_logins(self, logins: Sequence[str]) -> dict[str, list[Hold]]:
        """Return the holds on each of `logins` that has one."""
        digests = self._digests.tombstones_of_logins(logins) if self.holds else []
        found = {
            login: [h for h in self.holds if digest in h.logins] for login, digest in zip(logins, digests, strict=False)
        }
        return {login: holds for login, holds in found.items() if holds}

    def of_linked_ids(self, ids: Sequence[str]) -> dict[str, list[Hold]]:
        """Return the holds on each member ID of a linked service that has one."""
        digests = [self._digests.linked_id_digest(value) for value in ids] if self.holds else []
        found = {
            value: [h for h in self.holds if digest in h.linked_ids]
            for value, digest in zip(ids, digests, strict=False)
        }
        return {value: holds for value, holds in found.items() if holds}


def _remove_folder(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            remove(path)
    if folder.is_dir():
        folder.rmdir()


def _covers(hold: Hold, item: Held) -> bool:
    if item.dataset == LINES:
        return item.place.startswith(f"held/{hold.hold_id}/")
    if hold.on is On.DATASET:
        return item.dataset == hold.dataset and hold.has_day(item.anchor)
    name = item.place.rsplit("/", 1)[-1].removesuffix(".age")
    return item.place.startswith("sealed/") and name in hold.subjects


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError


def _parsed(document: dict[str, Any]) -> Hold:
    document.pop("salt")
    days = {
        name: date.fromisoformat(value) for name in ("review_on", "first_day", "last_day") if (value := document[name])
    }
    lists = {name: tuple(document[name]) for name in ("logins", "linked_ids", "members")}
    added_at = datetime.fromisoformat(document["added_at"])
    return Hold(**{**document, **days, **lists, "on": On(document["on"]), "added_at": added_at})
