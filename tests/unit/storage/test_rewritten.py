"""What took a segment's place is found through any number of steps, and nothing else is touched."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.storage.ledger import Ledger
from pipelines.storage.rewritten import KIND, Rewrite, Rewritten, entry_body

NOW = datetime(2026, 11, 21, tzinfo=UTC)
A, B, C, OTHER = ({"path": name} for name in ("a", "b", "c", "other"))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "imports.jsonl")


def test_without_an_entry_every_segment_stands(ledger: Ledger):
    assert Rewritten.of(ledger).current("vault", [A, OTHER]) == [A, OTHER]


def test_the_latest_of_several_takes_its_place_in_the_same_order(ledger: Ledger):
    ledger.append(KIND, entry_body("vault", [Rewrite("a", B)]), NOW)
    ledger.append(KIND, entry_body("vault", [Rewrite("b", C, removed=3)]), NOW)
    rewritten = Rewritten.of(ledger)
    assert rewritten.current("vault", [OTHER, A]) == [OTHER, C]
    assert rewritten.current("quarantine", [A]) == [A], "another store has paths of its own"


def test_a_segment_of_which_nothing_is_left_is_gone(ledger: Ledger):
    ledger.append(KIND, entry_body("vault", [Rewrite("a", B)]), NOW)
    ledger.append(KIND, entry_body("vault", [Rewrite("b", None, removed=5)]), NOW)
    assert Rewritten.of(ledger).current("vault", [A, OTHER]) == [OTHER]
