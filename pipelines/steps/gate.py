"""The gate: nothing is built from events whose privacy checks were not run, or did not hold.

A blocking check of the orchestrator guards only the run it ran in; this one guards every way in.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.clock import Clock
from pipelines.errors import CheckFailedError
from pipelines.home import Home
from pipelines.steps.day_files import LINKED, LINKED_EVENTS, DayState, read_day_states
from pipelines.steps.metrics.scope import Only
from pipelines.steps.results import CheckResult
from pipelines.storage.atomic import write_json

_JUDGED = {"events": "judged", LINKED_EVENTS: "judged_linked"}
"""Where the verdicts on the days of each kind of events are kept, by the asset that their checks speak of."""


def record_results(home: Home, clock: Clock, results: Sequence[CheckResult], only: Only = None) -> None:
    """Keep the results of the checks that ran, in place of their earlier ones.

    Those on the privacy of events open the gate for the days they covered (`only`, or all), or shut it.
    """
    document = read_results(home)
    document["results"].update({result.name: {**result.to_body(), "at": clock.now().isoformat()} for result in results})
    for asset, place in _JUDGED.items():
        privacy = [result for result in results if result.is_privacy and result.asset == asset]
        if privacy:
            document[place] = _verdicts(_folder(home, asset), document.get(place, {}), privacy, only)
    write_json(_file(home), document)


def _verdicts(
    folder: Path, before: Mapping[str, Any], privacy: Sequence[CheckResult], only: Only
) -> dict[str, dict[str, Any]]:
    states = read_day_states(folder)
    failed = sorted(result.name for result in privacy if not result.passed)
    covered = {day: state for day, state in states.items() if only is None or day in only}
    judged = {day: verdict for day, verdict in before.items() if date.fromisoformat(day) in states}
    judged.update({day.isoformat(): {**_identity(folder, state), "failed": failed} for day, state in covered.items()})
    return judged


def read_results(home: Home) -> dict[str, Any]:
    """Return the last results by check name under `results`, and the privacy verdict on each day of events under `judged`."""
    file = _file(home)
    if not file.exists():
        return {"results": {}, "judged": {}}
    document: dict[str, Any] = json.loads(file.read_bytes())
    return document


def require_private_events(home: Home) -> None:
    """Raise CheckFailedError unless the privacy checks ran on every day of events as it is on disk, and all held."""
    results = read_results(home)
    for asset, place in _JUDGED.items():
        folder, what = _folder(home, asset), "events" if asset == "events" else "linked events"
        for day, state in read_day_states(folder).items():
            verdict = results.get(place, {}).get(day.isoformat())
            if verdict is None or not verdict.items() >= _identity(folder, state).items():
                raise CheckFailedError(f"the privacy checks have not run on the {what} of {day} as they are")
            if verdict["failed"]:
                raise CheckFailedError(f"privacy checks failed on the {what} of {day}: {', '.join(verdict['failed'])}")


def _folder(home: Home, asset: str) -> Path:
    return home.events if asset == "events" else home.events / LINKED


def _identity(folder: Path, state: DayState) -> dict[str, Any]:
    """Return what tells the day's file from another one, or from itself after a change."""
    stored = (folder / state.file_name).stat()
    return {"fingerprint": state.fingerprint, "bytes": stored.st_size, "changed_ns": stored.st_mtime_ns}


def _file(home: Home) -> Path:
    return home.ledger / "checks.json"
