"""A plan as a person reads it: a table by dataset, what is held back and why, and the digest that confirms it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pipelines.retention.plan import Group, HeldBack, Plan, Planned

_COLUMNS = ("dataset", "how many", "rows", "bytes", "keys", "days", "clause", "method")


def plan_text(plan: Plan, reasons: Sequence[str] = ()) -> str:
    """Return `plan` as text; `reasons` say why the night does not execute it on its own."""
    lines = [
        f"Plan of destruction {plan.digest}",
        f"Made {plan.made_at.isoformat()} under policy {plan.policy_version}; expires {plan.expires_at.isoformat()}.",
        "",
    ]
    if plan.items:
        lines += _table([_COLUMNS, *rows(plan)])
        items = sum(item.count for item in plan.items)
        lines += ["", f"{len(plan.items)} items, {items} rows, {len(plan.keys)} keys in all."]
    else:
        lines.append("Nothing is due.")
    if plan.held_back:
        lines += ["", "Held back:", *(f"  {_held(held)}" for held in plan.held_back)]
    if reasons:
        lines += ["", "Waits for a person:", *(f"  {reason}" for reason in reasons)]
    return "\n".join(lines) + "\n"


def rows(plan: Plan) -> list[tuple[str, ...]]:
    """Return a row of texts for each dataset and way of destruction."""
    return [_row(group, items) for group, items in plan.groups().items()]


def _row(group: Group, items: Sequence[Planned]) -> tuple[str, ...]:
    dataset, kind, clause, method = group
    keys = {key for item in items for key in item.keys}
    amounts = (sum(item.count for item in items), sum(item.bytes for item in items), len(keys))
    days = spans(item.day for item in items if item.day)
    return (dataset, f"{len(items)} {kind}", *(f"{amount}" for amount in amounts), days, clause, method.value)


def spans(days: Iterable[date]) -> str:
    """Return `days` as spans: `2026-01-01..2026-01-05, 2026-01-07`."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] + timedelta(days=1) == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return ", ".join(f"{first}" if first == last else f"{first}..{last}" for first, last in found)


def _held(held: HeldBack) -> str:
    day = f" of {held.day}" if held.day else ""
    return f"{held.dataset}{day}: {held.count}: {held.reason}"


def _table(cells: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[at]) for row in cells) for at in range(len(_COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
