"""A file that others named, perhaps after a person, stands in no plan and no message under that name, and is found again."""

import json
import os
from datetime import datetime

import pytest

from pipelines.clock import SEOUL
from pipelines.retention.plan_store import PlanRefusedError
from pipelines.steps.retention.executing import execute
from pipelines.steps.retention.inventory.telling import PlaceTeller
from pipelines.steps.retention.planning import make_plan

NAMED = (
    "landing/access/web/hong-gildong.log",
    "exports/hong-gildong.zip",
    "staging/hong-gildong",
    "hong-gildong/x.txt",
)
DIGEST = "0f" * 32


@pytest.fixture
def littered(house):
    """A home with files that are named after a person, and too old."""
    for place in NAMED:
        path = house.workspace.home.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left")
        noon = datetime(2015, 1, 2, 12, tzinfo=SEOUL).timestamp()
        os.utime(path, (noon, noon))
    return house


def test_a_plan_names_no_file_that_others_named_and_destroys_it_all_the_same(littered):
    workspace = littered.workspace
    plan = make_plan(workspace).plan
    assert len(plan.items) == len(NAMED)
    for path in (workspace.home.ledger / "plans").iterdir():
        assert "gildong" not in path.read_text()
    assert "gildong" not in json.dumps(plan.to_body())
    execute(workspace, plan.digest, approved_by="privacy_officer")
    assert [place for place in NAMED if (workspace.home.root / place).exists()] == []
    assert execute(workspace, plan.digest, approved_by="privacy_officer").was_done


def test_a_file_that_took_the_name_of_another_is_not_the_one_that_was_planned(littered):
    plan = make_plan(littered.workspace).plan
    home = littered.workspace.home.root
    (home / NAMED[0]).rename(home / "landing/access/web/lee.log")
    with pytest.raises(PlanRefusedError, match="no longer what was planned"):
        execute(littered.workspace, plan.digest, approved_by="privacy_officer")


def test_a_file_that_cannot_be_read_is_told_without_its_name(littered, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipelines.steps.retention.planning.digested", refuse)
    with pytest.raises(PlanRefusedError, match="cannot be read") as refused:
        make_plan(littered.workspace)
    assert "gildong" not in str(refused.value)


@pytest.mark.parametrize(
    "place",
    [
        f"ledger/plans/{DIGEST}.json",
        "registry/members/0123456789abcdef.age",
        "vault/access_logs/web/2015-05-20/0123456789abcdef-000000000000512.age",
        f"published/2026-03-07-0001/{DIGEST}.duckdb",
        "staging/next-warehouse/warehouse.duckdb",
        "dagster/history/runs/00000000-0000-4000-8000-000000000000.db",
    ],
)
def test_a_name_that_the_house_made_is_told_as_it_is(house, place):
    assert PlaceTeller(house.workspace).told(place) == place


def test_every_other_name_is_told_as_the_same_digest_each_time_and_each_place_as_its_own(house):
    teller = PlaceTeller(house.workspace)
    told = [teller.told(place) for place in ("landing/kim.log", "landing/lee.log", "exports/kim.log", "kim/access")]
    assert len(set(told)) == len(told)
    assert not any("kim" in each or "lee" in each for each in told)
    assert told == [
        PlaceTeller(house.workspace).told(place)
        for place in ("landing/kim.log", "landing/lee.log", "exports/kim.log", "kim/access")
    ]
