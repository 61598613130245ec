"""The page of twins says what the twins are: no check is without one, and none is described that is gone."""

import re
import subprocess
import sys


def test_the_page_of_twins_is_current(repository):
    script = "import sys; from support.twin_table import page; sys.stdout.write(page())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=repository / "tests" / "integration",
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    stored = (repository / "docs" / "twins.md").read_text("utf-8")
    assert stored.splitlines() == done.stdout.splitlines(), "run `make twins`"


def test_no_check_is_without_a_twin(repository):
    rows = re.findall(r"^\| `.+", (repository / "docs" / "twins.md").read_text("utf-8"), re.MULTILINE)
    assert len(rows) > 200
    assert [row for row in rows if row.rstrip().endswith(("| nothing |", "|  |"))] == []
