"""Members come before the tables that speak of them, and who left is gone once the records of misuse are in."""

import json

import pyrage
import pytest

from pipelines.errors import InputError
from pipelines.rights.sealed import ONE_YEAR
from pipelines.steps.registry import TABLES, import_registry
from pipelines.storage.sealing import unseal

MEMBER = {
    "partner_id": "p1",
    "member_type": "agency",
    "status": "approved",
    "joined_at": "2015-01-01T00:00:00+09:00",
    "withdrawn_at": None,
}
KIM, LEE, NEW = ({"account_key": f"k{number}", "login_id": f"login-{number}"} for number in (1, 2, 9))
GONE = {**KIM, "status": "withdrawn", "withdrawn_at": "2015-05-20T15:00:00+09:00"}
MISUSE = [
    {"account_key": "k1", "recorded_at": "2015-04-01T00:00:00+09:00", "misuse": "suspended"},
    {"account_key": "k2", "recorded_at": "2015-04-02T00:00:00+09:00", "misuse": "warned"},
]


def accounts(house, table="members"):
    return house.workspace.registry.load(table)["account_key"].to_pylist()


def sealed_misuse(house, officer):
    """What the officer reads of the only member who left."""
    (found,) = (found for found in house.workspace.sealed.objects() if found.dataset == ONE_YEAR)
    sealed = (house.workspace.home.sealed / found.path).read_bytes()
    inner = unseal(sealed, house.workspace.keyring.get(found.key), found.path)
    return json.loads(pyrage.decrypt(inner, [officer]))["misuse"]


def lay(house, members, misuse):
    """Lay exports of members and of records of misuse side by side, as one night finds them."""
    folder = house.workspace.home.landing / "registry"
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in {"members": [{**MEMBER, **row} for row in members], "misuse_records": misuse}.items():
        (folder / f"{table}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def take_in(house):
    """Take in the tables in their order; return what became of the records of misuse."""
    return {table: import_registry(house.workspace, table) for table in TABLES}["misuse_records"]


def test_a_record_of_misuse_of_a_member_who_is_new_that_night_is_taken_in(house):
    lay(house, [KIM, LEE], MISUSE)
    assert take_in(house).kept_out == {}
    lay(house, [KIM, LEE, NEW], [*MISUSE, {**MISUSE[0], "account_key": "k9"}])
    assert take_in(house).kept_out == {}
    assert accounts(house, "misuse_records") == ["k1", "k2", "k9"]


def test_a_record_of_misuse_of_nobody_stays_out(house):
    lay(house, [KIM], MISUSE)
    assert take_in(house).kept_out == {"no-member": 1}
    assert accounts(house, "misuse_records") == ["k1"]


@pytest.mark.parametrize("is_left_in_landing", [False, True])
def test_who_leaves_takes_along_what_was_recorded_on_the_last_day(house, officer, is_left_in_landing):
    house = house.under(remove_landing=not is_left_in_landing)
    earlier = house.under(clock="2015-05-20T12:00:00+09:00")
    lay(earlier, [KIM, LEE], MISUSE)
    take_in(earlier)
    last = {**MISUSE[0], "recorded_at": "2015-05-20T14:00:00+09:00", "misuse": "banned"}
    lay(house, [GONE, LEE], [*MISUSE, last])
    take_in(house)
    assert accounts(house) == accounts(house, "misuse_records") == ["k2"]
    assert [record["misuse"] for record in sealed_misuse(house, officer)] == ["suspended", "banned"]
    if is_left_in_landing:
        assert take_in(house).kept_out == {"withdrawn": 2}
        assert accounts(house, "misuse_records") == ["k2"]


def test_who_left_is_sealed_by_the_next_run_though_the_records_of_misuse_cannot_be_used(house):
    earlier = house.under(clock="2015-05-20T12:00:00+09:00")
    lay(earlier, [KIM, LEE], MISUSE)
    take_in(earlier)
    lay(house, [GONE, LEE], [{"account_key": "k1"}])
    for _ in range(2):
        with pytest.raises(InputError, match="required columns are missing"):
            take_in(house)
        lay(house, [GONE, LEE], [{"account_key": "k1"}])
    assert accounts(house) == ["k2"]
    assert sum(found.dataset == ONE_YEAR for found in house.workspace.sealed.objects()) == 1
