"""Columns that a mart has now and a warehouse of an earlier version does not: added to the next file, without values."""

from pathlib import Path

import duckdb
import yaml


def add_missing_columns(following: Path, sql_folder: Path) -> None:
    """Add to each mart in the file `following` the columns of its contract in `sql_folder` that it lacks; rows have none."""
    with duckdb.connect(str(following)) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        for file in sorted((sql_folder / "models" / "marts").glob("*.yml")):
            for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]:
                for column in model["columns"] if model["name"] in tables else ():
                    added = f'"{column["name"]}" {column["data_type"]}'
                    connection.execute(f'ALTER TABLE "{model["name"]}" ADD COLUMN IF NOT EXISTS {added}')
