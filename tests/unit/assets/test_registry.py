"""The night takes in the registry's tables in an order in which none comes before one that it needs."""

from datetime import date

from assets.registry import BESIDE, DESCRIPTIONS
from pipelines.policy import load_policy
from pipelines.steps.registry import TABLES


def test_each_table_is_an_asset_that_comes_after_the_tables_it_needs():
    assert set(DESCRIPTIONS) == set(TABLES)
    for table, needed in BESIDE.items():
        assert all(TABLES.index(one) < TABLES.index(table) for one in needed)


def test_every_table_that_ends_with_a_membership_comes_after_the_members(repository):
    datasets = load_policy(repository / "policy", date(2015, 5, 20)).datasets
    ends_with = {
        name for name, dataset in datasets.items() if dataset.stage == "registry" and "account_key" in dataset.fields
    }
    ends_with = {
        name for name in ends_with if (period := datasets[name].period) and period.member_field == "account_key"
    }
    assert "misuse_records" in ends_with
    assert all("members" in _all_before(table) for table in ends_with - {"members"})


def test_who_leaves_is_sealed_before_the_other_tables_are_read():
    assert "misuse_records" not in _all_before("members")
    assert all("misuse_records" in _all_before(table) for table in ("consents", "linked_accounts", "social_accounts"))


def _all_before(table):
    needed = BESIDE.get(table, [])
    return {*needed, *(further for one in needed for further in _all_before(one))}
