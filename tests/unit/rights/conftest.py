"""Digests under a key of the test, and an officer's key pair."""

import pyrage
import pytest

from pipelines.rights.subjects import SubjectDigests


@pytest.fixture(scope="session")
def digests() -> SubjectDigests:
    return SubjectDigests(b"s" * 32)


@pytest.fixture(scope="session")
def officer() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()
