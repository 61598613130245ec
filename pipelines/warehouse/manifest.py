"""The prebuilt dbt manifest that definitions load instead of parsing: `python -m pipelines.warehouse.manifest`, at setup.

It is the same for the same sql/: what dbt adds of the moment (instants, invocation ids) is taken out.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from pipelines.settings import load_settings
from pipelines.storage.atomic import write_text
from pipelines.warehouse.dbt import DbtProject, run_dbt
from pipelines.warehouse.prebuilt import manifest_path, seal_manifest

_OF_THE_MOMENT = frozenset(
    {"generated_at", "invocation_id", "invocation_started_at", "run_started_at", "user_id", "env"}
)


def write_manifest(sql_folder: Path) -> Path:
    """Parse the project in `sql_folder`, write its manifest and return where. Raises DbtFailedError with dbt's cause."""
    with tempfile.TemporaryDirectory() as scratch:
        warehouse = Path(scratch) / "warehouse.duckdb"
        parsed = run_dbt(["parse"], project=DbtProject(sql_folder, warehouse, Path(scratch))).answer
    document = _settled(parsed.writable_manifest().to_dict(omit_none=False))
    target = manifest_path(sql_folder)
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    write_text(target, text + "\n", mode=0o644)
    seal_manifest(sql_folder)
    return target


def _settled(value: Any, *, is_columns: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """Return `value` without what differs between two parses of the same text; columns keep the order they are declared in."""
    if isinstance(value, dict):
        names = [name for name in value if name not in _OF_THE_MOMENT]
        return {
            name: 0.0 if name == "created_at" else _settled(value[name], is_columns=name == "columns")
            for name in (names if is_columns else sorted(names, key=str))
        }
    return [_settled(item) for item in value] if isinstance(value, list) else value


if __name__ == "__main__":
    write_manifest(load_settings().sql)
