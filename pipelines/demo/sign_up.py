"""What members gave at sign-up: the policy's required and optional fields, all of it obviously made up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.demo.chance import below, stream
from pipelines.demo.lives import ABSENT, IS_CHILD, NO_CONSENT, STATUSES
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import Registry
from pipelines.demo.rows import Row, seoul_instant

CHILDS_AGE_YEARS = 9
_FAMILY_NAMES, _GIVEN_NAMES = ["견본", "예시", "가상", "시험"], ["하나", "두리", "세찬", "네온", "다솜", "여울"]
_CHANNELS = ("web_sign_up", "web_sign_up", "web_sign_up", "fax_phone", "paper")
_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FtcGxlc2FsdA$bm90LWEtcmVhbC1oYXNo"


@dataclass(frozen=True)
class Member:
    """One member on the way to a row; `number` counts from 1, `chance` are random numbers of this member's own.

    `joined` and `left` are ordinals of Seoul days, `left` 0 for who has not.
    """

    number: int
    kind: str
    partner: int
    partner_name: str
    life: int
    status: str
    joined: int
    left: int
    chance: list[int]

    @property
    def joined_at(self) -> str:
        """The instant of joining."""
        return seoul_instant(self.joined, self.chance[1] % 86_400)

    @property
    def withdrawn_at(self) -> str | None:
        """The instant of leaving, None for who has not."""
        return seoul_instant(self.left, self.chance[2] % 86_400) if self.left else None

    def leaves_out(self, item: int) -> bool:
        """Whether the member left optional item `item` empty; about half of them are."""
        return bool(self.chance[0] >> item & 1)


def _present(plan: DemoPlan, registry: Registry) -> Iterator[Member]:
    """Yield the members who have a row."""
    partners, standing = registry.partners, registry.members.standing
    chances = below(stream(plan.seed, "sign-up"), 2**31 - 1, plan.members * 4).reshape(plan.members, 4).tolist()
    columns = (
        registry.members.lives.kinds,
        standing.statuses,
        standing.partners,
        standing.joined,
        standing.left,
    )
    rows = zip(*(column.tolist() for column in columns), chances, strict=True)
    for number, (life, status, partner, joined, left, chance) in enumerate(rows, 1):
        if status != ABSENT:
            name, kind = partners.names[partner], partners.types[partner]
            yield Member(number, kind, partner, name, life, STATUSES[status], joined, left, chance)


def member_rows(plan: DemoPlan, registry: Registry, day: date) -> Iterator[Row]:
    """Yield a row for each member who has one at the end of `day`, with every column the policy declares for `members`."""
    for member in _present(plan, registry):
        yield {
            "account_key": registry.members.account_keys[member.number - 1],
            "login_id": registry.members.login_ids[member.number - 1],
            "partner_id": registry.partners.partner_ids[member.partner],
            "member_type": member.kind,
            "status": member.status,
            "joined_at": member.joined_at,
            "withdrawn_at": member.withdrawn_at,
            **_company(member),
            **_artist(member),
            **_contact(member),
            "birth_date": _birth_date(member, day),
        }


def consent_rows(plan: DemoPlan, registry: Registry, _day: date) -> Iterator[Row]:
    """Yield each consent of the members who have a row: to processing at sign-up, and, of some, to more."""
    for member in _present(plan, registry):
        given = ["sign_up"] if member.life != NO_CONSENT else []
        given += [kind for kind, every in (("advertising", 4), ("sharing", 6)) if member.number % every == 0]
        for consent in given:
            yield {
                "account_key": registry.members.account_keys[member.number - 1],
                "consent": consent,
                "recipient": "Sample Partner Bank (made up)" if consent == "sharing" else None,
                "given_at": member.joined_at,
                "until": date.fromordinal(member.joined + 20 * 366).isoformat() if consent == "sharing" else None,
                "withdrawn_at": member.withdrawn_at,
                "channel": _channel(member),
            }


def _company(member: Member) -> Row:
    """Return the fields of labels and distributors; none of them for artists."""
    is_company = member.kind != "artist"
    fields: Row = {
        "company_name": f"{member.partner_name} Inc.",
        "business_number": f"000-00-{member.number % 100_000:05}",
        "representative_name": None if member.leaves_out(0) else _person(member.chance[2]),
        "company_logo": None if member.leaves_out(1) else f"sample-logo-{member.number}.png",
        "company_phone": f"02-0000-{member.number % 10_000:04}",
        "business_type": "sample corporation",
    }
    return fields if is_company else dict.fromkeys(fields)


def _artist(member: Member) -> Row:
    """Return the fields of artists; none of them for companies."""
    fields: Row = {
        "has_agency": "false" if member.chance[2] % 2 else "true",
        "artist_name": member.partner_name,
        "artist_image": None if member.leaves_out(2) else f"sample-artist-{member.number}.jpg",
    }
    return fields if member.kind == "artist" else dict.fromkeys(fields)


def _contact(member: Member) -> Row:
    """Return the fields every member has."""
    return {
        "password_hash": _HASH,
        "contact_name": _person(member.chance[3]),
        "contact_phone": f"010-0000-{member.number % 10_000:04}",
        "contact_email": None if member.leaves_out(3) else f"member{member.number}@sample.example",
        "agency_proof": None if member.leaves_out(4) else f"sample-proof-{member.number}.pdf",
        "channel": _channel(member),
    }


def _person(number: int) -> str:
    """Return a name nobody has: "Sample" and the like as family name."""
    return _FAMILY_NAMES[number % len(_FAMILY_NAMES)] + _GIVEN_NAMES[number // 7 % len(_GIVEN_NAMES)]


def _channel(member: Member) -> str:
    """Return by which of the policy's channels the member came."""
    return _CHANNELS[member.chance[3] % len(_CHANNELS)]


def _birth_date(member: Member, day: date) -> str:
    """Return the birthday of a grown-up, or of a child as of `day`."""
    number = member.chance[3]
    if member.life == IS_CHILD:
        return date(day.year - CHILDS_AGE_YEARS, 1 + number % 12, 1 + number % 28).isoformat()
    return (date(1960, 1, 1) + timedelta(days=number % 12_000)).isoformat()
