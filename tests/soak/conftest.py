"""Long rehearsals: they share what the integration tests share, and run only when they are asked for."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out unless `-m soak` names them: neither `make test` nor `-m slow` waits for them."""
    if config.option.markexpr != "soak":
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("soak")])
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
