"""What the made-up server keeps about its cookies: when it issued them, who refused, and when they ended."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from pipelines.demo.chance import below, stream
from pipelines.demo.lines import Lines
from pipelines.demo.lives import ACCEPTS_ON_DAY, REFUSAL_CYCLE_DAYS, REFUSES, REFUSES_ON_DAY
from pipelines.demo.machines import DAY_SECONDS
from pipelines.demo.rows import Row, seoul_instant
from pipelines.demo.world import MEMBER_COOKIE, World

COLUMNS = ("time", "event", "cookie_name", "member_id", "expires")
DECIDES_SECOND = 10 * 3600
STRANGERS_WHO_REFUSE = 4
LONGEST_STAY_SECONDS = 900
OTHER_COOKIE, OTHER_COOKIES = "_ga", 3
PERSISTENT_EVERY, PERSISTENT_DAYS = 50, 30
ENDS_EARLY_EVERY, LONG_VISIT_SECONDS = 40, 120


def cookie_rows(world: World, day: date, lines: Lines) -> list[Row]:
    """Return the records that go with the log file of `day`, by time; `world` is that of the day.

    A member's cookie is issued when it is first shown and ends after it was last shown, unless the visit goes on past midnight.
    Who refuses sets a cookie aside in turns of some days; their old browser shows it still. With flaws, some cookies outlast the
    session, some are not the member's, and some ended but are shown again.
    """
    rows = [*_sessions(world, day, lines), *_refusals(world, day)]
    if world.plan.flaws:
        rows += _others(day)
    return sorted(rows, key=lambda row: (row["time"], row["event"], row["member_id"] or ""))


def _sessions(world: World, day: date, lines: Lines) -> Iterator[Row]:
    """Yield when each member's cookie was issued and ended."""
    members, ordinal = world.registry.members, day.toordinal()
    owners, seconds = lines["cookie"] - world.member_cookies, lines["second"]
    is_shown = (owners >= 0) & (owners < len(members.login_ids))
    owners, seconds = owners[is_shown], seconds[is_shown]
    order = np.lexsort((seconds, owners))
    who, first = np.unique(owners[order], return_index=True)
    last = np.append(first[1:], len(order))[: len(first)] - 1
    begun, seen = seconds[order][first].tolist(), seconds[order][last].tolist()
    stays = below(stream(world.plan.seed, "stays", ordinal), LONGEST_STAY_SECONDS, len(who)).tolist()
    for row, start, end, stay in zip(who.tolist(), begun, seen, stays, strict=True):
        if members.lives.kinds[row] == REFUSES:
            continue
        login, is_flawed = members.login_ids[row], world.plan.flaws and not members.is_small[row]
        is_persistent = is_flawed and (row + ordinal) % PERSISTENT_EVERY == 0
        expires = seoul_instant(ordinal + PERSISTENT_DAYS, start) if is_persistent else None
        yield _row(seoul_instant(ordinal, start), "issued", login, expires=expires)
        if is_flawed and (row + ordinal) % ENDS_EARLY_EVERY == 1 and end - start > LONG_VISIT_SECONDS:
            yield _row(seoul_instant(ordinal, (start + end) // 2), "ended", login)
        if end + 1 + stay < DAY_SECONDS:
            yield _row(seoul_instant(ordinal, end + 1 + stay), "ended", login)


def _refusals(world: World, day: date) -> Iterator[Row]:
    """Yield the decisions of members who refuse, or accept again, and of strangers."""
    members = world.registry.members
    places = members.lives.place(day, REFUSAL_CYCLE_DAYS)
    for event, place in (("refused", REFUSES_ON_DAY), ("issued", ACCEPTS_ON_DAY)):
        for row in np.flatnonzero((members.lives.kinds == REFUSES) & (places == place)).tolist():
            yield _row(seoul_instant(day.toordinal(), DECIDES_SECOND + row % 3600), event, members.login_ids[row])
    for number in range(STRANGERS_WHO_REFUSE):
        yield _row(seoul_instant(day.toordinal(), (number + 1) * DECIDES_SECOND // 2), "refused", None)


def _others(day: date) -> Iterator[Row]:
    """Yield cookies of other purposes, which should not have been issued."""
    for number in range(OTHER_COOKIES):
        at = seoul_instant(day.toordinal(), DECIDES_SECOND + number * 600)
        yield _row(at, "issued", None, name=OTHER_COOKIE)


def _row(at: str, event: str, login: str | None, *, name: str = MEMBER_COOKIE, expires: str | None = None) -> Row:
    """Return a record."""
    return {"time": at, "event": event, "cookie_name": name, "member_id": login, "expires": expires}
