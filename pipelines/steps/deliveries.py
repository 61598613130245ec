"""Which files below the landing folder a night takes in, and how many lie there that none will."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipelines.steps.landed import finished, is_finished, is_left_unfinished, table_of_export
from pipelines.steps.record_imports import FOLDERS
from pipelines.steps.workspace import OpenHome


def delivered(opened: OpenHome) -> Iterator[tuple[str, Path]]:
    """Yield each file a night would take in with its kind: `access`, a folder of records, or the name of a registry table.

    Raises PolicyError.
    """
    landing = opened.home.landing
    for source in sorted(opened.sources.sources):
        yield from (("access", path) for path in finished(landing / "access" / source))
    for folder in FOLDERS:
        yield from ((folder, path) for path in finished(landing / folder))
    tables = {name for name, dataset in opened.policy.datasets.items() if dataset.stage == "registry"}
    for path in finished(landing / "registry"):
        table = table_of_export(path)
        if table is not None and table in tables:
            yield table, path


def unknown_deliveries(opened: OpenHome) -> int:
    """Count the files anywhere below the landing folder that no source, folder of records or registry table has.

    Those with an unfinished name count once nobody wrote to them for a day. All are left alone, whoever laid them there. A
    database that the policy names as a source is none of them.
    """
    databases = {opened.home.root / source.path for source in opened.sources.registry.values()}
    known = {path for _, path in delivered(opened)} | databases
    files = (Path(folder, name) for folder, _, names in os.walk(opened.home.landing) for name in names)
    now = opened.clock.now()
    return sum(
        path not in known and path.is_file() and (is_finished(path) or is_left_unfinished(path, now)) for path in files
    )
