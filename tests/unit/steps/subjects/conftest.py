"""Two members who stand everywhere, and one of them erased."""

import sys
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)

from planted import copied, erase, planted  # noqa: E402 -- its folder has to be on the path first


@pytest.fixture(scope="session")
def lived(house_in, line, tmp_path_factory):
    """A house in which kim and lee stand everywhere; only looked at."""
    return planted(house_in(tmp_path_factory.mktemp("lived")), line)


@pytest.fixture
def house(lived, tmp_path):
    """A copy of it that may be changed."""
    return copied(lived, tmp_path)


@pytest.fixture(scope="session")
def erased(lived, tmp_path_factory):
    """A copy in which kim was erased, with the answer; only looked at."""
    house = copied(lived, tmp_path_factory.mktemp("erased"))
    return house, erase(house)
