"""Which files below the landing folder a night takes in, and how many lie there that none will."""

import os
from collections.abc import Iterator
from pathlib import Path

from pipelines.steps.landed import finished, is_finished
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
        if (table := path.name.partition(".")[0]) in tables:
            yield table, path


def unknown_deliveries(opened: OpenHome) -> int:
    """Count the finished files anywhere below the landing folder that no source, folder of records or registry table has.

    They are left alone, whoever laid them there. A database that the policy names as a source is none of them.
    """
    databases = {opened.home.root / source.path for source in opened.sources.registry.values()}
    known = {path for _, path in delivered(opened)} | databases
    files = (Path(folder, name) for folder, _, names in os.walk(opened.home.landing) for name in names)
    return sum(path not in known and path.is_file() and is_finished(path) for path in files)
