"""A file is short enough to be read from top to bottom."""

from pathlib import Path

import pytest

LIMIT = 300
FOLDERS = ("pipelines", "assets", "expectations", "dashboard", "sql", "tests", "bench")
BUILT = ("sql/target", "sql/logs")


def _too_long(root: Path) -> dict[str, int]:
    files = [file for folder in FOLDERS for ending in ("py", "sql") for file in (root / folder).rglob(f"*.{ending}")]
    names = {file.relative_to(root).as_posix(): file for file in files}
    lengths = {
        name: len(file.read_text("utf-8").splitlines()) for name, file in names.items() if not name.startswith(BUILT)
    }
    assert lengths, "no source file was found: the test looks in the wrong place"
    return {name: length for name, length in lengths.items() if length > LIMIT}


def test_no_python_or_sql_file_is_longer_than_three_hundred_lines(repository):
    assert _too_long(repository) == {}


@pytest.mark.parametrize("name", ["pipelines/long.py", "sql/models/marts/long.sql", "tests/unit/test_long.py"])
def test_a_file_of_one_line_more_is_found_and_one_of_the_limit_is_not(tmp_path, name):
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("\n" * LIMIT)
    assert _too_long(tmp_path) == {}
    file.write_text("\n" * (LIMIT + 1))
    assert _too_long(tmp_path) == {name: LIMIT + 1}
