"""One hold: what it is on, by whose order, and what it covers. A member stands in it as keyed digests alone."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

LINES = "held_lines"


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


def covers(hold: Hold, item: Held) -> bool:
    """Say whether `hold` keeps a whole item."""
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


def written(hold: Hold, salt: str) -> bytes:
    """Return a hold as it is sealed; `salt` keeps its digest from being guessed."""
    return json.dumps({**asdict(hold), "salt": salt}, default=_text, sort_keys=True).encode()


def parsed(body: bytes) -> Hold:
    """Read what `written` returned."""
    document: dict[str, Any] = json.loads(body)
    document.pop("salt")
    days = {
        name: date.fromisoformat(value) for name in ("review_on", "first_day", "last_day") if (value := document[name])
    }
    lists = {name: tuple(document[name]) for name in ("logins", "linked_ids", "members")}
    added_at = datetime.fromisoformat(document["added_at"])
    return Hold(**{**document, **days, **lists, "on": On(document["on"]), "added_at": added_at})
