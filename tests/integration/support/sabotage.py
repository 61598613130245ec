"""Ways to break what the nightly job promises, so that the comparison after a kill is seen to fail."""

import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn


def removes_before_it_commits() -> None:
    """Remove a delivered file before the ledger has it, and die between the two."""
    from pipelines.steps import imports  # noqa: PLC0415 -- in the child only

    def take(_: object, delivery: Any) -> NoReturn:
        delivery.path.unlink()
        _die()

    imports._Intake.take = take  # type: ignore[method-assign]


def forgets_what_it_committed() -> None:
    """Commit a file, and die before it is removed, having entered it under a digest it does not have."""
    from pipelines.weblogs.records import ImportRecord  # noqa: PLC0415

    to_body = ImportRecord.to_body

    def body(record: ImportRecord) -> dict[str, Any]:
        return {**to_body(record), "sha256": "0" * 64, "delivered_sha256": "0" * 64}

    ImportRecord.to_body = body  # type: ignore[method-assign]
    _after("pipelines.steps.imports", "remove", _die)


def writes_in_place() -> None:
    """Write a day's events into their place piece by piece, and die in the middle."""
    from pipelines.storage import parquet  # noqa: PLC0415

    def replace(staged: Path, target: Path) -> NoReturn:
        data = staged.read_bytes()
        target.write_bytes(data[: len(data) // 2])
        _die()

    parquet.replace = replace


def _after(module: str, name: str, what: Any) -> None:
    setattr(sys.modules[module], name, lambda *_arguments, **_named: what())


def _die() -> NoReturn:
    os.killpg(0, signal.SIGKILL)
    raise SystemExit(1)
