"""Which members linked MelOn or AZTalk, and what those services delivered of a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.demo.chance import Weighted, below, draw, stream
from pipelines.demo.lives import APPROVED
from pipelines.demo.plan import WEEKDAY_FACTORS, DemoPlan
from pipelines.demo.registry import Registry
from pipelines.demo.rows import Row, seoul_instant

COLUMNS = ("time", "service", "event", "partner_id", "melon_member_id")
SERVICES = ("melon", "aztalk")
EVENTS = ("stream", "like", "share", "comment", "Wrote: thank you (sample)")
"""What happened; the last is free text, as a service may send by mistake: a flaw."""
_WITH_FREE_TEXT, _WORDS_ALONE = Weighted.of((70, 18, 8, 3, 1)), Weighted.of((70, 18, 8, 3, 0))
LINKED_EVERY, CYCLE_DAYS, ENDS_ON_DAY = 5, 40, 30
LINES_PER_EVENT = 100
LEAST_EVENTS = 10
STRANGER_SHARE = 0.08
UNKNOWN_PARTNER = "P99999"
UNKNOWN_PARTNER_SHARE = 0.01


@dataclass(frozen=True)
class Link:
    """A member's link: from the noon of `linked` until the noon of `ended` (ordinals of days), None while it lives."""

    account_key: str
    service: str
    melon_member_id: str
    linked: int
    ended: int | None


def links_on(registry: Registry, day: date) -> list[Link]:
    """Return the links of approved members as known at the end of `day`: the living, and those that ended in this cycle."""
    members, standing = registry.members, registry.members.standing
    places = members.lives.place(day, CYCLE_DAYS).tolist()
    links = []
    for row in range(0, len(members.account_keys), LINKED_EVERY):
        linked = day.toordinal() - places[row]
        if standing.statuses[row] != APPROVED or standing.joined[row] >= linked:
            continue
        ended = linked + ENDS_ON_DAY if places[row] >= ENDS_ON_DAY else None
        service = SERVICES[row // LINKED_EVERY % 2]
        links.append(Link(members.account_keys[row], service, f"MLN{row + 1:08d}", linked, ended))
    return links


def link_rows(registry: Registry, day: date) -> Iterator[Row]:
    """Yield a row of `linked_accounts` for each link."""
    noon = 43_200
    for link in links_on(registry, day):
        yield {
            "account_key": link.account_key,
            "service": link.service,
            "melon_member_id": link.melon_member_id,
            "linked_at": seoul_instant(link.linked, noon),
            "ended_at": None if link.ended is None else seoul_instant(link.ended, noon),
            "channel": "linked_service",
        }


def linked_event_rows(plan: DemoPlan, registry: Registry, day: date) -> list[Row]:
    """Return what the services delivered of `day`, by time: events of members who link or did, and of others they know.

    The registry is that of the end of `day`. Nothing happens to the partners nobody comes for.
    """
    rng = stream(plan.seed, "linked", day.toordinal())
    count = LEAST_EVENTS + round(plan.requests_per_day / LINES_PER_EVENT * WEEKDAY_FACTORS[day.weekday()])
    links = links_on(registry, day)
    seconds = sorted(below(rng, 86_400, count).tolist())
    events = (_WITH_FREE_TEXT if plan.flaws else _WORDS_ALONE).pick(rng, count).tolist()
    partners = Weighted.of(registry.partners.weights).pick(rng, count).tolist()
    is_stranger = draw(rng, count, STRANGER_SHARE).tolist()
    is_lost = draw(rng, count, UNKNOWN_PARTNER_SHARE).tolist()
    chosen = below(rng, max(1, len(links)), count).tolist()
    rows = []
    for number in range(count):
        known = None if is_stranger[number] or not links else links[chosen[number]]
        partner = UNKNOWN_PARTNER if is_lost[number] else registry.partners.partner_ids[partners[number]]
        rows.append(
            {
                "time": seoul_instant(day.toordinal(), seconds[number]),
                "service": known.service if known else SERVICES[number % 2],
                "event": EVENTS[events[number]],
                "partner_id": partner,
                "melon_member_id": known.melon_member_id if known else f"MLN9{chosen[number]:07d}",
            }
        )
    return rows
