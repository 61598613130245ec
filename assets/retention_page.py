"""The page of retention: which datasets are near their limit, and what was destroyed last. Counts and days, no names."""

from collections import Counter
from collections.abc import Iterable, Sequence

import dagster as dg

from assets.charts import MOST_BARS, Series, chart
from pipelines.clock import seoul_day
from pipelines.retention.auditing import Status
from pipelines.retention.entries import Destroyed, Replayed
from pipelines.retention.register import Recorded
from pipelines.retention.states import State
from pipelines.steps.retention.auditing import Audit

AGE, LEFT, PAST = "steelblue", "seagreen", "crimson"
MOST_ROWS = 200


def limits_table(found: Audit) -> dg.TableMetadataValue:
    """Return a row for each dataset, the one nearest to its limit first; those without a limit in sight stand last."""
    names = {status.dataset for status in found.statuses}
    by_dataset = {name: [status for status in found.statuses if status.dataset == name] for name in names}
    ordered = sorted(by_dataset.items(), key=lambda pair: (_days_left(pair[1]), pair[0]))
    return dg.MetadataValue.table([_row(name, statuses) for name, statuses in ordered])


def limits_chart(found: Audit) -> str:
    """Return the picture of ages against limits: of each dataset's oldest item how much of its period is over, in percent."""
    oldest: dict[str, Status] = {}
    for status in found.statuses:
        if status.anchor and status.ends and status.dataset not in oldest:
            oldest[status.dataset] = status
    nearest = sorted(oldest.values(), key=lambda status: status.days_left or 0)[:MOST_BARS]
    return _ages(
        "Ages of the oldest in % of the period / 기간 대비 경과율", [s.dataset for s in nearest], nearest, found
    )


def ages_chart(found: Audit, dataset: str) -> str | None:
    """Return the picture of one dataset's days: how much of the period of each is over; None where none has a limit."""
    dated = [s for s in found.statuses if s.dataset == dataset and s.anchor and s.ends]
    labels = [str(status.anchor) for status in dated]
    return _ages("Ages in % of the period / 기간 대비 경과율", labels, dated, found) if dated else None


def destroyed_table(entries: Iterable[Recorded]) -> dg.TableMetadataValue | None:
    """Return what was destroyed on the last day on which anything was; None when nothing ever was."""
    found = [entry for entry in entries if isinstance(entry.body, (Destroyed, Replayed))]
    if not found:
        return None
    last = seoul_day(found[-1].at)
    return dg.MetadataValue.table([_destroyed(e) for e in found if seoul_day(e.at) == last][:MOST_ROWS])


def counts(found: Audit) -> dict[str, int]:
    """Return how many items stand in each state."""
    total: Counter[State] = Counter()
    for status in found.statuses:
        total[status.state] += status.items
    return {state.value.replace("-", "_").replace(" ", "_"): total[state] for state in State if state is not State.GONE}


def _days_left(statuses: Sequence[Status]) -> int:
    return min((status.days_left for status in statuses if status.days_left is not None), default=10**9)


def _row(name: str, statuses: Sequence[Status]) -> dg.TableRecord:
    total: Counter[State] = Counter()
    for status in statuses:
        total[status.state] += status.items
    left = [status.days_left for status in statuses if status.days_left is not None]
    limit = min((status.ends for status in statuses if status.ends), default="-")
    return dg.TableRecord(
        {
            "dataset": name,
            "days_left": min(left) if left else "-",
            "limit": str(limit),
            "oldest": str(min((status.anchor for status in statuses if status.anchor), default="-")),
            "kept": total[State.KEPT],
            "due": total[State.DUE],
            "over_retained": total[State.OVER_RETAINED],
            "under_retained": total[State.UNDER_RETAINED],
            "on_hold": total[State.ON_HOLD],
            "clause": statuses[0].clause,
        }
    )


def _ages(title: str, labels: Sequence[str], statuses: Sequence[Status], found: Audit) -> str:
    shares = [_share(status, found) for status in statuses]
    return chart(
        title,
        labels,
        [
            Series("over / 경과", AGE, [min(share, 100) for share in shares]),
            Series("left / 잔여", LEFT, [max(100 - share, 0) for share in shares]),
            Series("past / 초과", PAST, [min(max(share - 100, 0), 100) for share in shares]),
        ],
    )


def _share(status: Status, found: Audit) -> int:
    """Return how much of its period is over, in percent; what ends with its own day is over wholly from the next one."""
    if status.anchor is None or status.ends is None:
        return 0
    length, age = max((status.ends - status.anchor).days, 0), (found.today - status.anchor).days
    return max(round(100 * age / length), 0) if length else (0 if age <= 0 else 200)


def _destroyed(entry: Recorded) -> dg.TableRecord:
    body = entry.body
    assert isinstance(body, (Destroyed, Replayed))  # noqa: S101 -- the caller chose them
    return dg.TableRecord(
        {
            "at": entry.at.isoformat(timespec="seconds"),
            "dataset": body.dataset,
            "days": f"{body.days[0]} – {body.days[-1]}" if body.days else "-",
            "files": body.files,
            "rows": body.rows,
            "keys": body.keys,
            "clause": body.clause,
            "method": body.method.value,
            "approved_by": body.approved_by if isinstance(body, Destroyed) else body.cause,
        }
    )
