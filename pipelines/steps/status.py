"""What `status` tells of a home: files, days, the warehouse, the last checks."""

from typing import Any

from pipelines.releases.making import REFUSED
from pipelines.releases.published import RELEASE, Published
from pipelines.releases.retiring import RETIRED
from pipelines.steps.day_files import read_day_states
from pipelines.steps.gate import read_results
from pipelines.steps.metrics.days import accepted_by_day
from pipelines.steps.record_imports import FOLDERS, record_files
from pipelines.steps.records import QUARANTINED_FILE, import_records
from pipelines.steps.registry import KIND as EXPORT
from pipelines.steps.unbuilt import unbuilt_days
from pipelines.steps.workspace import OpenHome
from pipelines.warehouse.day_records import built_days
from pipelines.weblogs.records import restated_counts

FOLDER_OF = {dataset: folder for folder, dataset in FOLDERS.items()}
"""The source of record files, which is the folder they are delivered in, by dataset."""
_OF_RELEASES = frozenset({RELEASE, REFUSED, RETIRED})


def status_of(opened: OpenHome) -> dict[str, Any]:
    """Return the document behind `status --json`; it holds no identity."""
    records = import_records(opened.ledger)
    state = opened.home.state()
    files = _files(opened)
    totals = {name: sum(file[name] for file in files) for name in ("lines", "accepted", "filtered", "quarantined")}
    last = max((entry.at for entry in opened.ledger.entries() if entry.kind not in _OF_RELEASES), default=None)
    return {
        "home": opened.home.root,
        "kind": state.kind,
        "is_rehearsal": state.is_rehearsal,
        "policy": opened.policy.version,
        "last_import_at": last,
        **totals,
        "is_balanced": all(f["lines"] == f["accepted"] + f["filtered"] + f["quarantined"] for f in files),
        "files": files,
        "files_quarantined": [
            {name: entry.body[name] for name in ("source", "name", "reason")}
            for entry in opened.ledger.entries(QUARANTINED_FILE)
        ],
        "records": _records(opened),
        "tables": _tables(opened),
        "days": _days(opened, accepted_by_day(records)),
        "checks": sorted(read_results(opened.home)["results"].values(), key=lambda result: str(result["name"])),
        "last_release": last_release(opened),
    }


def last_release(opened: OpenHome) -> dict[str, Any] | None:
    """Return what may be told of the current release: counts and days, no name of a file; None before the first."""
    published = Published(opened.home.published)
    current = published.current()
    if current is None:
        return None
    body = published.manifest(current).to_body()
    told = ("release", "published_at", "policy_version", "newest", "cells", "restated", "left", "gate")
    return {name: body[name] for name in told} | {"files": len(body["files"])}


def _files(opened: OpenHome) -> list[dict[str, Any]]:
    records = import_records(opened.ledger)
    counts = restated_counts(records)
    return [
        {
            "source": record.source,
            "name": record.name,
            "sha256": record.sha256,
            "lines": counts[record.sha256].lines,
            "accepted": counts[record.sha256].accepted,
            "filtered": sum(counts[record.sha256].filtered.values()),
            "quarantined": sum(counts[record.sha256].quarantined.values()),
            "filtered_by_rule": counts[record.sha256].filtered,
            "quarantined_by_reason": counts[record.sha256].quarantined,
            "extends": record.extends,
            "damage": record.damage,
        }
        for record in records
    ]


def _records(opened: OpenHome) -> list[dict[str, Any]]:
    """Return the deliveries of record files, cookies and linked events, oldest first; `rows` are those read then."""
    return [
        {
            "source": FOLDER_OF[record.dataset],
            "dataset": record.dataset,
            "name": record.name,
            "sha256": record.sha256,
            "rows": record.rows,
            "accepted": record.accepted,
            "quarantined": sum(record.quarantined.values()),
            "past_period": record.past_period,
            "quarantined_by_reason": record.quarantined,
            "extends": record.extends,
        }
        for record in record_files(opened)
    ]


def _tables(opened: OpenHome) -> list[dict[str, Any]]:
    """Return the latest export of each registry table that changed or showed anything: its day, its rows, what they changed."""
    latest = {entry.body["table"]: entry for entry in opened.ledger.entries(EXPORT)}
    return [
        {
            "source": "registry",
            "table": table,
            "taken_at": entry.at,
            **{name: entry.body[name] for name in ("as_of_day", "sha256", "rows", "added", "changed", "closed")},
        }
        for table, entry in sorted(latest.items())
    ]


def _days(opened: OpenHome, accepted: dict[Any, int]) -> list[dict[str, Any]]:
    events = read_day_states(opened.home.events)
    built = built_days(opened.home.warehouse)
    unbuilt = unbuilt_days(opened)
    return [
        {
            "day": day,
            "accepted": accepted.get(day, 0),
            "events": events[day].rows if day in events else 0,
            "people": events[day].people if day in events else {},
            "cookies": events[day].cookies if day in events else {},
            "is_in_warehouse": day in built and day not in unbuilt,
        }
        for day in sorted(accepted.keys() | events.keys() | built.keys())
    ]
