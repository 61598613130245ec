"""What the tests of releases share: a policy of few tables, and a place to publish from."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from press import TABLES, Press

from pipelines.policy import Policy, load_policy


@pytest.fixture(scope="session")
def full_policy(repository: Path) -> Policy:
    """The policy as it is."""
    return load_policy(repository / "policy", date(2026, 11, 22))


@pytest.fixture(scope="session")
def published_policy(full_policy: Policy) -> Policy:
    """The policy, with the tables that the hand-made warehouse has."""
    policy = full_policy
    assert policy.publication is not None
    tables = {}
    for name in TABLES:
        table = policy.publication.tables[name]
        people = {
            measure: column
            for measure, column in table.people.items()
            if measure != "visiting_people" or name == "partner_monthly_usage"  # of which the people of hours are parts
        }
        others = tuple(name for name in table.others if name in {"median_visit_seconds", "visits"})
        adds_up = tuple(name for name in table.adds_up if name in {"page_views", "visits"})
        tables[name] = table.model_copy(
            update={"people": people, "others": others, "adds_up": adds_up, "parts": {}, "tails": {}, "amount": None,
                    "also_judged": (), "rests_on": ("contributing_people",)}
        )  # fmt: skip
    return policy.model_copy(update={"publication": policy.publication.model_copy(update={"tables": tables})})


@pytest.fixture
def press(tmp_path: Path, published_policy: Policy) -> Press:
    """An empty place to publish from."""
    return Press(tmp_path / "home", published_policy)


@pytest.fixture
def with_policy(published_policy: Policy):
    """Return a press whose publication differs in what is given."""

    def change(press: Press, **changed: Any) -> Press:
        publication = published_policy.publication.model_copy(update=changed)
        return replace(press, policy=published_policy.model_copy(update={"publication": publication}))

    return change
