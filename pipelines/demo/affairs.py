"""What the registry keeps of dealings with members: misuse, inquiries, complaints, contracts, advertisements, disputes.

They come and go: each has a rhythm of its own, and an export shows the latest ones as they stood at the end of its day.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.demo.chance import below, stream
from pipelines.demo.plan import DemoPlan
from pipelines.demo.registry import Registry
from pipelines.demo.rows import Row, seoul_instant

_NAMES = ("견본하나", "예시두리", "가상세찬", "시험여울")
_MISUSES = ("sample: sign-up data of another person", "sample: repeated advertising", "sample: account lent")
INQUIRY_DAYS, COMPLAINT_DAYS, DISPUTE_DAYS = 2, 20, 30
"""After how many days an inquiry is answered, a complaint and a dispute settled."""


@dataclass(frozen=True)
class Affair:
    """One of `series` at its `turn`; begun on the day of ordinal `day`, with random numbers of its own."""

    series: int
    turn: int
    day: int
    chance: int

    @property
    def identifier(self) -> str:
        """A number that no other affair of its kind has."""
        return f"{self.series:05d}-{self.turn:05d}"

    @property
    def begun_at(self) -> str:
        """The instant it began."""
        return seoul_instant(self.day, self.chance % 86_400)

    def ended_at(self, after_days: int, today: int) -> str | None:
        """Return the instant it ended, so many days after it began; None while that lies ahead of `today`."""
        return None if self.day + after_days > today else seoul_instant(self.day + after_days, 36_000)


def affairs(plan: DemoPlan, kind: str, count: int, every_days: int, day: date, keep: int = 3) -> Iterator[Affair]:
    """Yield the latest `keep` affairs of each of `count` series, one of which begins `every_days`."""
    chances = below(stream(plan.seed, kind), 2**31 - 1, count).tolist()
    for series, chance in enumerate(chances):
        shift = chance % every_days
        latest = (day.toordinal() - shift) // every_days
        for turn in range(latest - keep + 1, latest + 1):
            yield Affair(series, turn, shift + turn * every_days, chance // 7 + turn)


def misuse_rows(plan: DemoPlan, registry: Registry, day: date) -> Iterator[Row]:
    """Yield the rows of `misuse_records`."""
    for affair in affairs(plan, "misuse", 2 + plan.members // 100, 60, day):
        misuse = _MISUSES[affair.chance % len(_MISUSES)]
        yield {
            "account_key": _account(registry, affair),
            "recorded_at": affair.begun_at,
            "misuse": misuse,
            "channel": "log_tool",
        }


def inquiry_rows(plan: DemoPlan, _registry: Registry, day: date) -> Iterator[Row]:
    """Yield the rows of `inquiries`."""
    for affair in affairs(plan, "inquiries", 3 + plan.members // 50, 30, day):
        answered = affair.ended_at(INQUIRY_DAYS, day.toordinal())
        yield {
            "inquiry_id": f"Q{affair.identifier}",
            **_asker(affair),
            "asked_at": affair.begun_at,
            "answered_at": answered,
        }


def complaint_rows(plan: DemoPlan, registry: Registry, day: date) -> Iterator[Row]:
    """Yield the rows of `complaints`."""
    for affair in affairs(plan, "complaints", 2 + plan.members // 100, 90, day):
        yield {
            "complaint_id": f"B{affair.identifier}",
            "account_key": _account(registry, affair),
            **_asker(affair),
            "received_at": affair.begun_at,
            "settled_at": affair.ended_at(COMPLAINT_DAYS, day.toordinal()),
        }


def contract_rows(plan: DemoPlan, registry: Registry, day: date) -> Iterator[Row]:
    """Yield the rows of `contracts`: each partner's present one, and the one before it."""
    for affair in affairs(plan, "contracts", plan.partners, 400, day, keep=2):
        ended = affair.day + 400
        yield {
            "contract_id": f"K{affair.identifier}",
            "account_key": _account(registry, affair),
            "partner_id": registry.partners.partner_ids[affair.series],
            "began_on": date.fromordinal(affair.day).isoformat(),
            "ended_on": date.fromordinal(ended).isoformat() if ended <= day.toordinal() else None,
            "channel": "paper",
        }


def ad_rows(plan: DemoPlan, registry: Registry, day: date) -> Iterator[Row]:
    """Yield the rows of `ad_records`."""
    for affair in affairs(plan, "ads", 3 + plan.partners // 3, 14, day):
        ad = f"AD{affair.series:05d}"
        yield {"ad_id": ad, "account_key": _account(registry, affair), "displayed_at": affair.begun_at}


def dispute_rows(plan: DemoPlan, registry: Registry, day: date) -> Iterator[Row]:
    """Yield the rows of `disputes`."""
    for affair in affairs(plan, "disputes", 2 + plan.members // 300, 100, day, keep=1):
        yield {
            "dispute_id": f"D{affair.identifier}",
            "account_key": _account(registry, affair),
            "opened_at": affair.begun_at,
            "settled_at": affair.ended_at(DISPUTE_DAYS, day.toordinal()),
        }


def _account(registry: Registry, affair: Affair) -> str:
    """Return whose it is."""
    accounts = registry.members.account_keys
    return accounts[affair.chance % len(accounts)]


def _asker(affair: Affair) -> Row:
    """Return who asks: somebody made up."""
    number = affair.chance % 10_000
    return {
        "name": _NAMES[affair.chance % len(_NAMES)],
        "phone": f"010-0000-{number:04d}",
        "email": f"asker{number}@sample.example",
        "channel": ("web_sign_up", "fax_phone")[affair.chance % 2],
    }
