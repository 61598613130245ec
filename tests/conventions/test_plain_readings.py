"""What the statistics are compared with is worked out by other code: plain readings import nothing of the project."""

import ast
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[1] / "integration" / "support"
PLAIN = sorted(path.name for path in SUPPORT.glob("plain_*.py"))
OWN = {"pipelines", "assets", "expectations", "dashboard", "sql", "bench"}


def _breaches(text: str) -> list[str]:
    """Return what the text of a plain reading imports of the project, or of the tests' support that is not plain."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            is_support = node.module == "support"
            names = [f"support.{alias.name}" for alias in node.names] if is_support else [node.module or "."]
        else:
            continue
        found += [name for name in names if _is_breach(name)]
    return found


def _is_breach(name: str) -> bool:
    top, _, rest = name.partition(".")
    return (top in OWN | {"", "importlib"} and name != "importlib.resources") or (
        top == "support" and not rest.startswith("plain_")
    )


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_reading_imports_nothing_of_the_project_and_reads_no_sql(name):
    text = (SUPPORT / name).read_text("utf-8")
    assert _breaches(text) == []
    assert ".sql" not in text
    assert "__import__" not in text


def test_there_are_plain_readings_of_lines_people_links_and_marts():
    assert {"plain_lines.py", "plain_people.py", "plain_linked.py", "plain_marts.py"} <= set(PLAIN)


@pytest.mark.parametrize(
    "planted",
    [
        "import pipelines",
        "from pipelines.clock import SEOUL",
        "from expectations import suites",
        "import importlib",
        "from . import figures",
        "from support import quick",
        "from support.figures import MARTS",
        "def late():\n    import pipelines.clock",
    ],
)
def test_a_planted_import_is_found(planted):
    assert len(_breaches(planted)) == 1


@pytest.mark.parametrize(
    "fair", ["import json", "from support import plain_marts", "from importlib.resources import files"]
)
def test_other_imports_are_fair(fair):
    assert _breaches(fair) == []
