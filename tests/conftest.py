"""Fixtures shared by all tests."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


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
