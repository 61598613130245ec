"""Ways to break what the nightly job promises, so that the comparison after a kill is seen to fail."""

import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn


def removes_before_it_commits() -> None:
    """Remove a delivered file before the ledger has it, and die between the two."""
    from pipelines.steps import imports  # noqa: PLC0415 -- in the child only

    def take(_: object, delivery: Any) -> NoReturn:
        delivery.path.unlink()
        _die()

    imports._Intake.take = take  # type: ignore[method-assign]


def commits_twice() -> None:
    """Enter every import into the ledger twice, as a night would that does not see it was there already."""
    from pipelines.storage.ledger import Ledger  # noqa: PLC0415

    append = Ledger.append

    def twice(ledger: Ledger, kind: str, body: dict[str, Any], at: datetime) -> object:
        if kind == "import":
            append(ledger, kind, body, at)
        return append(ledger, kind, body, at)

    Ledger.append = twice  # type: ignore[method-assign]


def derives_twice() -> None:
    """Read every import twice when events are derived."""
    from pipelines.steps import derivation  # noqa: PLC0415

    import_records = derivation.import_records
    derivation.import_records = lambda ledger: import_records(ledger) * 2


def writes_in_place() -> None:
    """Write a day's events into their place piece by piece, and die in the middle."""
    from pipelines.storage import parquet  # noqa: PLC0415

    def replace(staged: Path, target: Path) -> NoReturn:
        data = staged.read_bytes()
        target.write_bytes(data[: len(data) // 2])
        _die()

    parquet.replace = replace


def _die() -> NoReturn:
    os.killpg(0, signal.SIGKILL)
    raise SystemExit(1)


def quotes_values_in_errors() -> None:
    """Fail while events are derived as libraries do: with the values at hand in the message and in its cause."""
    from pipelines.steps import events  # noqa: PLC0415

    def fail(lines: Any, _rules: object) -> NoReturn:
        values = lines.slice(0, 5).to_pylist()
        try:
            raise KeyError(repr(values))
        except KeyError as cause:
            raise ValueError(f"Could not convert string {values!r} to INT32") from cause

    events.allowed_lines = fail
