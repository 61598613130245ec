"""The plan of a destruction: what goes, how much of it and by which clause, under one digest that covers all of it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.clock import seoul_day
from pipelines.policy import NightlyLimits
from pipelines.registry.tables import MEMBERS
from pipelines.retention.entries import Destroyed, Method
from pipelines.retention.items import Item, Kind
from pipelines.retention.states import Standing, State

DUE = frozenset({State.DUE, State.OVER_RETAINED})


@dataclass(frozen=True)
class Planned:
    """One item that goes. `digest` is that of the file's bytes, or of the keyed digests of the rows.

    `place` names nobody: in that of a copy, names that others gave are digests.
    """

    dataset: str
    kind: Kind
    place: str
    day: date | None
    """The day that started its clock."""
    ends: date | None
    """The last day of its ceiling."""
    state: State
    count: int
    bytes: int
    digest: str
    keys: tuple[str, ...]
    clause: str
    method: Method

    @classmethod
    def of(cls, item: Item, standing: Standing, digest: str) -> "Planned":
        """Plan `item` where it stands; `digest` is of what is there now."""
        # A table's key is none of them: rewriting the table gives it another one, and opens what stays until then.
        keys = (item.key,) if item.key and item.kind is not Kind.ROWS else ()
        return cls(
            dataset=item.dataset,
            kind=item.kind,
            place=item.place,
            day=item.anchor,
            ends=standing.ends,
            state=standing.state,
            count=item.count,
            bytes=item.bytes,
            digest=digest,
            keys=keys,
            clause=standing.clause,
            method=_method(item),
        )

    @property
    def group(self) -> "Group":
        """What it is entered with in the register."""
        return (self.dataset, self.kind, self.clause, self.method)


Group = tuple[str, Kind, str, Method]


@dataclass(frozen=True)
class HeldBack:
    """Something past its ceiling that stays: which dataset and day, and why."""

    dataset: str
    day: date | None
    count: int
    reason: str


@dataclass(frozen=True)
class Plan:
    """What goes, as of one instant, under one version of the policy; nothing in it names a person."""

    policy_version: str
    made_at: datetime
    expires_at: datetime
    items: tuple[Planned, ...]
    held_back: tuple[HeldBack, ...] = ()
    with_unknown: bool = True
    """Whether files that nothing accounts for go too: a night leaves them to a person."""

    @classmethod
    def make(
        cls,
        policy_version: str,
        made_at: datetime,
        limits: NightlyLimits,
        items: Iterable[Planned],
        held_back: Iterable[HeldBack] = (),
        *,
        with_unknown: bool = True,
    ) -> "Plan":
        """Put `items` in order; the plan expires as the policy says."""
        return cls(
            policy_version,
            made_at,
            made_at + timedelta(hours=limits.plan_expires_hours),
            tuple(sorted(items, key=lambda item: (item.dataset, str(item.day), item.kind, item.place))),
            tuple(sorted(held_back, key=lambda held: (held.dataset, str(held.day), held.reason))),
            with_unknown,
        )

    @property
    def day(self) -> date:
        """The Asia/Seoul day the items were resolved for."""
        return seoul_day(self.made_at)

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of all of the plan, in hex."""
        return hashlib.sha256(_canonical(self.to_body())).hexdigest()

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of all keys that go."""
        return tuple(sorted({key for item in self.items for key in item.keys}))

    def groups(self) -> dict[Group, list[Planned]]:
        """Return the items by what they are entered with in the register, in the order of destruction.

        Rows come before files, since what is due of them may depend on which days are there; members last of the tables, since
        the clocks of others depend on them.
        """
        grouped: dict[Group, list[Planned]] = defaultdict(list)
        for item in sorted(self.items, key=lambda item: (item.kind is not Kind.ROWS, item.dataset == MEMBERS)):
            grouped[item.group].append(item)
        return dict(grouped)

    def destroyed(self, group: Group, approved_by: str) -> Destroyed:
        """Return the register's entry for one group."""
        items = self.groups()[group]
        dataset, kind, clause, method = group
        has_files = kind in (Kind.FILE, Kind.COPY)
        return Destroyed(
            policy_version=self.policy_version,
            plan=self.digest,
            approved_by=approved_by,
            dataset=dataset,
            stored_as=kind,
            days=tuple(sorted({item.day for item in items if item.day})),
            files=len(items) if has_files else 0,
            rows=sum(item.count for item in items),
            bytes=sum(item.bytes for item in items),
            keys=len({key for item in items for key in item.keys}),
            clause=clause,
            method=method,
        )

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping; `from_body` reads it back."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_text))
        return {"format": 1, **document}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Plan":
        """Read what `to_body` returned. Raises ValueError, TypeError or KeyError for anything else."""
        if body["format"] != 1:
            raise ValueError
        return cls(
            policy_version=str(body["policy_version"]),
            made_at=datetime.fromisoformat(body["made_at"]),
            expires_at=datetime.fromisoformat(body["expires_at"]),
            items=tuple(_planned(item) for item in body["items"]),
            held_back=tuple(HeldBack(**{**held, "day": _day(held["day"])}) for held in body["held_back"]),
            with_unknown=bool(body["with_unknown"]),
        )


def needs_person(plan: Plan, limits: NightlyLimits, rows: Mapping[str, int]) -> list[str]:
    """Return why the nightly run may not execute `plan` on its own, in sentences; nothing when it may.

    `rows` gives how many rows each table of people has in all, by the item's place (`registry/<table>`).
    """
    return [*_too_many_days(plan, limits), *_too_many_rows(plan, limits, rows), *_too_old(plan, limits)]


def _too_many_days(plan: Plan, limits: NightlyLimits) -> Iterable[str]:
    days: dict[str, set[date]] = defaultdict(set)
    for item in plan.items:
        if item.kind is Kind.FILE and item.day:
            days[item.dataset].add(item.day)
    for dataset, found in sorted(days.items()):
        if not limits.allows_days(len(found)):
            yield f"{dataset}: {len(found)} days at once; a night destroys {limits.most_days} on its own"


def _too_many_rows(plan: Plan, limits: NightlyLimits, rows: Mapping[str, int]) -> Iterable[str]:
    counts: dict[str, int] = defaultdict(int)
    for item in plan.items:
        if item.kind is Kind.ROWS and item.place in rows:
            counts[item.place] += item.count
    for place, count in sorted(counts.items()):
        if not limits.allows_rows(count, rows[place]):
            share = f"{limits.most_row_share:.0%} or {limits.few_rows} rows"
            yield f"{place}: {count} of {rows[place]} rows at once; a night destroys {share} on its own"


def _too_old(plan: Plan, limits: NightlyLimits) -> Iterable[str]:
    """Look at files of stores and at rows: a copy, or a key that opens nothing, is only late because no night ran."""
    oldest: dict[str, date] = {}
    for item in plan.items:
        if item.kind in (Kind.FILE, Kind.ROWS) and item.ends and not limits.allows_age(item.ends, plan.day):
            oldest[item.dataset] = min(item.ends, oldest.get(item.dataset, item.ends))
    for dataset, ends in sorted(oldest.items()):
        late = (plan.day - ends).days
        yield (
            f"{dataset}: its period ended on {ends}, {late} days ago; what is more than {limits.oldest_days} days late "
            "is not destroyed unseen"
        )


def _method(item: Item) -> Method:
    if item.kind in (Kind.FILE, Kind.COPY):
        return Method.KEY_THEN_FILE if item.key else Method.REMOVE
    return {Kind.ROWS: Method.REWRITE, Kind.KEY: Method.KEY, Kind.RUN: Method.DELETE}[item.kind]


def _planned(body: Mapping[str, Any]) -> Planned:
    typed = {
        "kind": Kind(body["kind"]),
        "day": _day(body["day"]),
        "ends": _day(body["ends"]),
        "state": State(body["state"]),
        "keys": tuple(map(str, body["keys"])),
        "method": Method(body["method"]),
    }
    return Planned(**{**body, **typed})


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError


def _canonical(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def differences(planned: Sequence[Planned], found: Sequence[Planned]) -> list[str]:
    """Say in what the items that are due `found` now differ from those that were `planned`, by dataset; nothing if in nothing.

    Where an item stands may have moved from due to over-retained meanwhile: that is no difference.
    """
    before, now = (_by_dataset(items) for items in (planned, found))
    said = []
    for dataset in sorted(before.keys() | now.keys()):
        gone, new = before[dataset] - now[dataset], now[dataset] - before[dataset]
        if gone or new:
            said.append(f"{dataset}: {len(gone)} of what was planned is not as it was, {len(new)} was not planned")
    return said


def _by_dataset(items: Sequence[Planned]) -> defaultdict[str, set[tuple[object, ...]]]:
    by_dataset: defaultdict[str, set[tuple[object, ...]]] = defaultdict(set)
    for item in items:
        facts = {**item.__dict__, "state": None}
        by_dataset[item.dataset].add(tuple(facts.values()))
    return by_dataset
