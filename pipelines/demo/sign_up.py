"""What members gave at sign-up: the policy's required and optional fields, all of it obviously made up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.clock import SEOUL
from pipelines.demo.chance import below, stream
from pipelines.demo.plan import LIMITS, DemoPlan
from pipelines.demo.registry import STATUSES, Registry

LAST_JOINED_DAYS = LIMITS["days"][1] + 34
"""Members joined at least this long before the plan's last day, so that nobody visits before joining."""

_FAMILY_NAMES, _GIVEN_NAMES = ["견본", "예시", "가상", "시험"], ["하나", "두리", "세찬", "네온", "다솜", "여울"]
_CHANNELS = ("web_sign_up", "web_sign_up", "web_sign_up", "fax_phone", "paper")
_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FtcGxlc2FsdA$bm90LWEtcmVhbC1oYXNo"


@dataclass(frozen=True)
class Member:
    """One member on the way to a row; `number` counts from 1, `chance` are random numbers of this member's own."""

    number: int
    kind: str
    partner_name: str
    chance: list[int]

    def leaves_out(self, item: int) -> bool:
        """Whether the member left optional item `item` empty; about half of them are."""
        return bool(self.chance[0] >> item & 1)


def member_rows(plan: DemoPlan, registry: Registry) -> Iterator[dict[str, Any]]:
    """Yield a row for each member, with every column the policy declares for `members`."""
    members, partners = registry.members, registry.partners
    chances = below(stream(plan.seed, "sign-up"), 2**31 - 1, plan.members * 4).reshape(plan.members, 4).tolist()
    midnight = datetime.combine(plan.to, datetime.min.time(), SEOUL)
    columns = zip(
        members.account_keys, members.login_ids, members.partners.tolist(), members.statuses.tolist(), strict=True
    )
    for number, (account_key, login_id, partner, status) in enumerate(columns, 1):
        chance = chances[number - 1]
        member = Member(number, partners.types[partner], partners.names[partner], chance)
        has_left = STATUSES[status] == "withdrawn"
        yield {
            "account_key": account_key,
            "login_id": login_id,
            "partner_id": partners.partner_ids[partner],
            "member_type": member.kind,
            "status": STATUSES[status],
            "joined_at": _instant(midnight, LAST_JOINED_DAYS + chance[1] % 1200, chance[1]),
            "withdrawn_at": _instant(midnight, 1 + chance[2] % LAST_JOINED_DAYS, chance[2]) if has_left else None,
            **_company(member),
            **_artist(member),
            **_contact(member),
        }


def _instant(midnight: datetime, days_before: int, number: int) -> str:
    """Return an instant some days before, as text with its offset."""
    return (midnight - timedelta(days=days_before) + timedelta(seconds=number % 86_400)).isoformat()


def _company(member: Member) -> dict[str, str | None]:
    """Return the fields of labels and distributors; none of them for artists."""
    is_company = member.kind != "artist"
    fields: dict[str, str | None] = {
        "company_name": f"{member.partner_name} Inc.",
        "business_number": f"000-00-{member.number % 100_000:05}",
        "representative_name": None if member.leaves_out(0) else _person(member.chance[2]),
        "company_logo": None if member.leaves_out(1) else f"sample-logo-{member.number}.png",
        "company_phone": f"02-0000-{member.number % 10_000:04}",
        "business_type": "sample corporation",
    }
    return fields if is_company else dict.fromkeys(fields)


def _artist(member: Member) -> dict[str, str | None]:
    """Return the fields of artists; none of them for companies."""
    fields: dict[str, str | None] = {
        "has_agency": "false" if member.chance[2] % 2 else "true",
        "artist_name": member.partner_name,
        "artist_image": None if member.leaves_out(2) else f"sample-artist-{member.number}.jpg",
    }
    return fields if member.kind == "artist" else dict.fromkeys(fields)


def _contact(member: Member) -> dict[str, str | None]:
    """Return the fields every member has."""
    return {
        "password_hash": _HASH,
        "contact_name": _person(member.chance[3]),
        "contact_phone": f"010-0000-{member.number % 10_000:04}",
        "contact_email": None if member.leaves_out(3) else f"member{member.number}@sample.example",
        "agency_proof": None if member.leaves_out(4) else f"sample-proof-{member.number}.pdf",
        "birth_date": _birth_date(member.chance[3]),
        "channel": _CHANNELS[member.chance[3] % len(_CHANNELS)],
    }


def _person(number: int) -> str:
    """Return a name nobody has: "Sample" and the like as family name."""
    return _FAMILY_NAMES[number % len(_FAMILY_NAMES)] + _GIVEN_NAMES[number // 7 % len(_GIVEN_NAMES)]


def _birth_date(number: int) -> str:
    """Return the birthday of a grown-up."""
    return (date(1960, 1, 1) + timedelta(days=number % 12_000)).isoformat()
