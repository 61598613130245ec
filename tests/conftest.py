"""Fixtures shared by all tests, and what the suite says at its end."""

from collections import Counter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
KILLED_IN = "killed in"
"""The property of a test's report that names, for each night it killed, the stage."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count the nights that were killed, by stage: no test knows those of the others, which ran in other processes."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    properties = [pair for report in reports if report.when == "call" for pair in report.user_properties]
    kills = Counter(value for name, value in properties if name == KILLED_IN)
    if kills:
        stages = ", ".join(f"{stage} {count}" for stage, count in sorted(kills.items()))
        terminalreporter.write_line(f"{kills.total()} nights killed: {stages}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave long rehearsals out unless `-m soak` names them: neither `make test` nor `-m slow` waits for them."""
    if config.option.markexpr != "soak":
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("soak")])
        items[:] = [item for item in items if not item.get_closest_marker("soak")]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout the tests belong to."""
    return REPOSITORY


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real logs, cookies and vectors beside the checkout; its absence fails the tests that need it."""
    folder = REPOSITORY.parent / "shared" / "data" / "real"
    assert folder.is_dir(), "real data is missing: expected ../shared/data/real beside the checkout"
    return folder
