"""A hold on a partner is on its members too: on rows that name no partner, on what is sealed of them, and on who leaves later."""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.steps.subjects.holds import Order, hold_partner, take_aside, take_rows_aside
from pipelines.steps.subjects.leaving import settle_departures
from pipelines.storage.sealing import unseal

DAY = date(2015, 5, 20)
ORDER = Order("complaint 12", "district court", date(2015, 8, 1))
KIM = {"account_key": "canary-k1", "login_id": "kim", "partner_id": "p1"}
LEE = {"account_key": "k2", "login_id": "lee", "partner_id": "p2"}


@dataclass(frozen=True)
class Thing:
    """What is about to go."""

    dataset: str
    place: str
    anchor: date | None = DAY


@pytest.fixture
def lived(house, line):
    house.export("partners", [{"partner_id": name, "name": name, "type": "agency"} for name in ("p1", "p2")])
    house.export("members", [KIM, LEE])
    house.deliver([line(DAY, member="kim"), line(DAY, member="lee"), line(DAY, member="kim", target="/x")])
    return house


def things(house):
    home = house.workspace.home
    return [Thing("access_logs", path.relative_to(home.root).as_posix()) for path in sorted(home.vault.rglob("*.age"))]


def aside(house, hold):
    """What lies aside for a hold."""
    key = house.workspace.holds.lines_key(hold)
    paths = sorted((house.workspace.home.held / hold.hold_id).rglob("*.age"))
    return [unseal(path.read_bytes(), key, "aside") for path in paths]


def test_a_hold_on_a_partner_is_on_its_members_rows_that_name_no_partner_and_on_what_is_sealed_of_them(lived):
    ads = [{"ad_id": "a", "account_key": key, "displayed_at": "2015-02-20T00:00:00Z"} for key in ("canary-k1", "k2")]
    lived.export("ad_records", ads)
    hold = hold_partner(lived.workspace, "p1", ORDER)
    take_rows_aside(lived.workspace, "ad_records", lived.workspace.registry.load("ad_records"))
    (rows,) = aside(lived, hold)
    assert pq.read_table(pa.BufferReader(rows))["account_key"].to_pylist() == ["canary-k1"]
    subject, holds = lived.workspace.subjects.subject_digest, lived.workspace.holds
    for account, is_held in (("canary-k1", True), ("k2", False)):
        place = f"sealed/1y/2015-05-20/{subject(account)}.age"
        assert holds.covers(Thing("former_members_1y", place)) is is_held
        assert bool(holds.covering_account(account)) is is_held


def test_a_member_who_leaves_a_held_partner_stays_held(lived):
    hold = hold_partner(lived.workspace, "p1", ORDER)
    later = lived.at("2015-05-22T12:00:00+09:00")
    later.export("members", [{**KIM, "status": "withdrawn", "withdrawn_at": "2015-05-21T00:00:00+09:00"}, LEE])
    settle_departures(later.workspace)
    assert later.workspace.registry.load("members")["account_key"].to_pylist() == ["k2"]
    take_aside(later.workspace, things(later))
    assert sum(found.count(b"pc_member=kim") for found in aside(later, hold)) == 2
