"""What is due becomes a plan: a list with digests of what is there now, under the policy in force and the home's clock."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipelines.policy import Policy
from pipelines.privacy.key_names import KeyName
from pipelines.retention.auditing import Holds
from pipelines.retention.items import Item, Kind
from pipelines.retention.plan import DUE, HeldBack, Plan, Planned, needs_person
from pipelines.retention.plan_store import PlanRefusedError, PlanStore
from pipelines.retention.states import Standing
from pipelines.steps.retention.inventory.places import KEYS, UNACCOUNTED
from pipelines.steps.retention.inventory.stock import Inventory, Runs, digested, inventory, policy_on
from pipelines.steps.retention.inventory.telling import PlaceTeller
from pipelines.steps.workspace import OpenHome, Workspace

REGISTRY = "registry/"
ON_HOLD = "a hold keeps it"
SHARED_KEY = "its key also opens what is kept"
UNKNOWN = "nothing accounts for these files; `partnerstats retention plan` lists them, a person confirms"


@dataclass(frozen=True)
class Wiring:
    """What only the orchestrator can do: list its runs, and delete the records of one. Without it runs are left alone."""

    runs: Runs | None = None
    delete_run: Callable[[str], None] | None = None


NO_WIRING = Wiring()


@dataclass(frozen=True)
class Resolved:
    """What is due, what is held back, and how many rows each table has, by place."""

    items: tuple[Planned, ...]
    held_back: tuple[HeldBack, ...]
    rows: dict[str, int]


@dataclass(frozen=True)
class Made:
    """A plan that was written, and why the night does not execute it on its own (nothing: it may)."""

    plan: Plan
    reasons: tuple[str, ...]


def plan_store(opened: OpenHome) -> PlanStore:
    """Return the plans of a home, `ledger/plans`."""
    return PlanStore(opened.home.ledger / "plans")


def make_plan(workspace: Workspace, wiring: Wiring = NO_WIRING, *, with_unknown: bool = True) -> Made:
    """Resolve what is due now and write the plan; call it only while holding the home.

    `with_unknown` takes files that nothing accounts for along. Raises PlanRefusedError when something could not be listed or
    read: that is not the same as nothing being there.
    """
    now, policy = workspace.clock.now(), workspace.policy
    found = resolve(workspace, workspace.today, wiring, with_unknown=with_unknown)
    limits = policy.retention
    plan = Plan.make(policy.version, now, limits, found.items, found.held_back, with_unknown=with_unknown)
    reasons = needs_person(plan, limits, found.rows)
    if plan.items:
        plan_store(workspace).save(plan, reasons)
    return Made(plan, tuple(reasons))


def resolve(workspace: Workspace, today: date, wiring: Wiring = NO_WIRING, *, with_unknown: bool) -> Resolved:
    """Return what is due on `today`. Raises PlanRefusedError when something could not be listed or read."""
    stock = _listed(workspace, today, wiring)
    policy = policy_on(workspace, today)
    due, held, kept = _sorted(workspace, stock, policy, today, with_unknown=with_unknown)
    open_keys = {item.key for item in kept if item.key and item.kind is not Kind.KEY}
    planned, teller = [], PlaceTeller(workspace)
    for item, standing in due:
        if item.kind is not Kind.ROWS and item.key in open_keys:
            if item.kind is not Kind.KEY:
                held[item.dataset, item.anchor, SHARED_KEY] += 1
            continue
        item_told = replace(item, place=teller.told(item.place)) if item.kind is Kind.COPY else item
        planned.append(Planned.of(item_told, standing, _digest(workspace, item, teller)))
    held_back = tuple(HeldBack(dataset, day, count, why) for (dataset, day, why), count in held.items())
    rows = Counter[str]()
    for item in stock.items:
        if item.kind is Kind.ROWS and item.place.startswith(REGISTRY):
            rows[item.place] += item.count
    return Resolved(tuple(planned), held_back, dict(rows))


_Held = Counter[tuple[str, date | None, str]]


def _sorted(
    workspace: Workspace, stock: Inventory, policy: Policy, today: date, *, with_unknown: bool
) -> tuple[list[tuple[Item, Standing]], _Held, list[Item]]:
    """Return what is due with its standing, what is held back, and everything that stays."""
    due, held, kept = list[tuple[Item, Standing]](), _Held(), list[Item]()
    for item, standing in _standings(stock, policy, today, workspace.holds):
        reason = None
        if workspace.holds.covers(item):
            reason = ON_HOLD
        elif not (with_unknown or item.is_known or item.dataset not in UNACCOUNTED):
            reason = UNKNOWN
        if standing is None or reason:
            kept.append(item)
        else:
            due.append((item, standing))
        if standing is not None and reason:
            held[item.dataset, item.anchor, reason] += max(1, item.count)
    return due, held, kept


def _standings(stock: Inventory, policy: Policy, today: date, holds: Holds) -> Iterator[tuple[Item, Standing | None]]:
    """Yield every item with where it stands, None unless it is due; the days of what was held count from the release."""
    for item in stock.items:
        period = policy.dataset(item.dataset).period
        standing = None if period is None else item.standing(period, today, members=stock.members)
        if period is not None and standing is not None and standing.state in DUE:
            released = replace(item, held_until=holds.held_until(item))
            standing = released.standing(period, today, members=stock.members)
        is_due = standing is not None and standing.state in DUE and not _stays_for_a_backup(item, standing, today)
        yield item, standing if is_due else None


def _stays_for_a_backup(item: Item, standing: Standing, today: date) -> bool:
    """Say whether a table's former key has days of grace left, in which a backup of the home can still be restored."""
    if item.kind is not Kind.KEY or standing.destroy_by is None or today >= standing.destroy_by:
        return False
    return KeyName.parse(item.place.removeprefix(KEYS)).generation is not None


def _listed(workspace: Workspace, today: date, wiring: Wiring) -> Inventory:
    if lost := len(workspace.holds.loose()):
        raise PlanRefusedError(
            f"{lost} keys are of holds that are gone, and nobody knows what they kept: nothing is destroyed before each hold is "
            "added again, and the privacy officer destroys these keys (`partnerstats keys destroy`)"
        )
    try:
        stock = inventory(workspace, today, wiring.runs)
    except OSError as cause:
        raise PlanRefusedError(
            f"a folder could not be listed: {cause.strerror}; that is not the same as empty"
        ) from None
    if stock.faults:
        raise PlanRefusedError(f"nothing is planned while something cannot be read: {'; '.join(stock.faults)}")
    if wiring.runs is None:
        # Without the orchestrator nobody knows which run a file belongs to.
        stock.items[:] = [item for item in stock.items if item.dataset != "run_records"]
    return stock


def _digest(workspace: Workspace, item: Item, teller: PlaceTeller) -> str:
    try:
        return digested(workspace, item).digest or "0" * 64
    except OSError as cause:
        raise PlanRefusedError(f"{teller.told(item.place)}: cannot be read: {cause.strerror}") from None
