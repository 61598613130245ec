"""Erasing removes the copies in which find sees a member, tables among them, and tells of those that wait."""

import json
import shutil
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.steps.registry import import_registry
from pipelines.steps.retention.inventory.places import place_of
from pipelines.steps.subjects.erasing import carry_out, find
from pipelines.steps.subjects.holds import Order, hold_dataset
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


STRAYS = (
    "vault/access_logs/web/2014-01-01/0123456789abcdef-000000000000000.age",
    "vault/linked_events/linked/2014-01-01/0123456789abcdef-000000000000000.age",
    "quarantine/quarantine/web/2014-01-01/0123456789abcdef-000000000000000.age",
    "registry/members/0123456789abcdef.age",
    "registry/complaints/0123456789abcdef.age",
    "events/2014-01-01.parquet",
    "events/2014-01-01.json",
    "events/linked/2014-01-01.parquet",
    f"sealed/1y/2014-01-01/{'0' * 64}.age",
    f"sealed/permanent/2014-01-01/{'0' * 64}.age",
    "sealed/1y/2014-01-01/sign_ups.age",
    "ledger/access/2014-01-01.sealed",
)
"""Where stores keep their own, on a day of which they know nothing."""


def staged(house):
    """How many lines of staged files name the member, and what could not be read."""
    looked = find(house.workspace, person_of(house.workspace, MEMBERS[7], "account-0007"), "passport")
    return sum(one.count for one in looked.found if one.dataset == "staged_files"), looked.faults


@pytest.mark.parametrize("place", STRAYS)
def test_a_file_put_by_hand_among_a_stores_own_is_found_and_goes(lived, place):
    assert place_of(place) is not None
    path = lived.workspace.home.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"day": "2014-01-01", "fingerprint": MEMBERS[7], "rows": 1, "key": "none", "people": {}})
    path.write_text(f"{content}\n")
    assert staged(lived) == (1, [])
    assert erased(lived)["staged_files"] == "erased"
    assert not path.exists()


def test_a_copy_of_a_table_under_a_live_key_is_found_by_what_it_holds_and_goes(lived):
    table = lived.workspace.home.registry / "members"
    (known,) = table.glob("*.age")
    copy = table / "fedcba9876543210.age"
    shutil.copyfile(known, copy)
    assert MEMBERS[7].encode() not in copy.read_bytes()
    assert staged(lived)[0] >= 1
    erased(lived)
    assert not copy.exists()
    rows = lived.workspace.registry.load("members")
    assert sorted(rows["login_id"].to_pylist()) == sorted(set(MEMBERS) - {MEMBERS[7]})


@pytest.mark.parametrize("is_held", [True, False])
def test_a_stray_in_days_that_a_hold_keeps_stays_and_the_answer_says_so(lived, is_held):
    path = lived.workspace.home.root / STRAYS[0]
    path.parent.mkdir(parents=True)
    path.write_text(f"{MEMBERS[7]}\n")
    day = date(2014, 1, 1 if is_held else 2)
    hold_dataset(lived.workspace, "access_logs", day, day, Order("a dispute", "a court", date(2015, 12, 1)))
    assert erased(lived)["staged_files"] == ("kept" if is_held else "erased")
    assert path.exists() is is_held


def test_what_the_stores_know_is_no_staged_file(lived):
    erased(lived)
    assert list(lived.workspace.home.sealed.rglob("*.age"))
    assert lived.workspace.access_records.known_months()
    assert staged(lived) == (0, [])
