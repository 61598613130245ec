"""What the integration tests share: nights in processes of their own, and a home between two nights."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support.deliveries import Delivered, between_two_nights
from support.nights import Nights
from support.shared import made_once
from support.uninterrupted import Uninterrupted, uninterrupted_night


@pytest.fixture(scope="session")
def nights() -> Nights:
    """Nightly jobs in processes that can be killed."""
    return Nights()


@pytest.fixture(scope="session")
def delivered(nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """A home after one night, with the next night's deliveries; copy it, never change it."""
    made = made_once(
        tmp_path_factory.getbasetemp(),
        "delivered",
        lambda folder: between_two_nights(folder, nights),
        Delivered.copy_to,
    )
    return replace(made, nights=nights)


@pytest.fixture(scope="session")
def uninterrupted(delivered: Delivered, tmp_path_factory: pytest.TempPathFactory) -> Uninterrupted:
    """The night that is due in `delivered`, undisturbed."""
    made = made_once(
        tmp_path_factory.getbasetemp(),
        "uninterrupted",
        lambda folder: uninterrupted_night(delivered, folder),
        Uninterrupted.copy_to,
    )
    return replace(made, finished=replace(made.finished, nights=delivered.nights))
