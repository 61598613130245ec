"""What the integration tests share: nights in processes of their own, and a home between two nights."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support.deliveries import Delivered, between_two_nights
from support.nights import Nights
from support.uninterrupted import Uninterrupted, uninterrupted_night


@pytest.fixture(scope="session")
def nights() -> Nights:
    """Nightly jobs in processes that can be killed."""
    return Nights()


@pytest.fixture(scope="session")
def delivered(nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """A home after one night, with the next night's deliveries; copy it, never change it."""
    return between_two_nights(tmp_path_factory.mktemp("delivered"), nights)


@pytest.fixture(scope="session")
def uninterrupted(delivered: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    """The night that is due in `delivered`, undisturbed."""
    return uninterrupted_night(delivered, tmp_path_factory.mktemp("uninterrupted"))
