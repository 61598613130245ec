"""Erasing removes the copies in which find sees a member, tables among them, and tells of those that wait."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.steps.registry import import_registry
from pipelines.steps.subjects.erasing import carry_out
from pipelines.steps.subjects.person import person_of

MEMBERS = [f"canary-login-{number:04}" for number in range(50)]
"""So many that a packed column names hardly anyone in the clear."""


@pytest.fixture
def lived(house):
    copy = house.under(remove_landing=False)
    path = copy.workspace.home.landing / "registry" / "members.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    count = len(MEMBERS)
    columns = {
        "account_key": [f"account-{number:04}" for number in range(count)],
        "login_id": MEMBERS,
        "partner_id": ["p1"] * count,
        "member_type": ["agency"] * count,
        "status": ["approved"] * count,
        "joined_at": ["2015-01-01T00:00:00+09:00"] * count,
        "withdrawn_at": pa.array([None] * count, pa.string()),
    }
    pq.write_table(pa.table(columns), path, compression="zstd")
    import_registry(copy.workspace, "members")
    assert path.exists()
    assert MEMBERS[7].encode() not in path.read_bytes()
    return copy


def erased(house):
    answer = carry_out(house.workspace, person_of(house.workspace, MEMBERS[7], None), "erased", "passport")
    return {line.dataset: line.outcome for line in answer.lines}


def test_an_imported_table_with_a_packed_column_goes(lived):
    assert erased(lived)["delivered_files"] == "erased"
    assert list((lived.workspace.home.landing / "registry").iterdir()) == []


def test_one_that_was_not_taken_in_yet_stays_and_the_answer_says_so(lived):
    path = lived.workspace.home.landing / "registry" / "members.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.slice(0, len(rows) - 1), path, compression="zstd")
    assert erased(lived)["delivered_files"] == "kept"
    assert path.exists()
