"""The prebuilt manifest as dbt itself takes it, so that no build parses the project again; only while it is of this very text."""

import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines.storage.atomic import write_text

_NO_TEXT = frozenset({"target", "logs"})
"""Folders of the project that dbt writes."""


def manifest_path(sql_folder: Path) -> Path:
    """Return where the prebuilt manifest of the project in `sql_folder` lies."""
    return sql_folder / "target" / "manifest.json"


def seal_path(sql_folder: Path) -> Path:
    """Return where it is written down of which text the manifest is."""
    return sql_folder / "target" / "manifest.sha256"


def seal_manifest(sql_folder: Path) -> None:
    """Write down that the manifest there is the one of the project's text as it is now."""
    write_text(seal_path(sql_folder), f"{_digest(sql_folder)}\n", mode=0o644)


def prebuilt_manifest(sql_folder: Path) -> Any | None:  # noqa: ANN401 - dbt is untyped
    """Return the manifest for `dbtRunner`, or None when there is none or a file of the project or dbt changed since."""
    seal = seal_path(sql_folder)
    if not seal.is_file() or not manifest_path(sql_folder).is_file() or seal.read_text().strip() != _digest(sql_folder):
        return None
    from dbt.artifacts.schemas.manifest import WritableManifest  # noqa: PLC0415 - seconds to import
    from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415 - as above

    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(manifest_path(sql_folder))))


def _digest(sql_folder: Path) -> str:
    """Return a digest of dbt's version, of every file that dbt may read and of the manifest."""
    found = hashlib.sha256(json.dumps([version("dbt-core"), version("dbt-duckdb")]).encode())
    for file in (*_text(sql_folder), manifest_path(sql_folder)):
        found.update(
            f"{file.relative_to(sql_folder).as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
        )
    return found.hexdigest()


def _text(sql_folder: Path) -> Iterator[Path]:
    for file in sorted(sql_folder.rglob("*")):
        parts = file.relative_to(sql_folder).parts
        if file.is_file() and parts[0] not in _NO_TEXT and not any(part.startswith(".") for part in parts):
            yield file
