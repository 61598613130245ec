"""The policy of the house, and the way to the arithmetic done by hand."""

import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines.policy import Period, Policy, load_policy

HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)


@pytest.fixture(scope="session")
def policy(repository: Path) -> Policy:
    """The policy of 2014-06-16."""
    return load_policy(repository / "policy", date(2015, 5, 21))


@pytest.fixture(scope="session")
def periods(policy: Policy) -> dict[str, Period]:
    """Every period of the policy by its dataset."""
    return {name: dataset.period for name, dataset in policy.datasets.items() if dataset.period is not None}
