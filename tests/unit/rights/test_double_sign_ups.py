"""A double sign-up is one by another account, after the first one's leaving and within the year."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.rights.double_sign_ups import SignUpDigests
from pipelines.rights.sealed import ONE_YEAR
from pipelines.storage.keys import DataKey
from pipelines.storage.sealing import new_identity

LEFT = datetime(2015, 5, 20, 6, tzinfo=UTC)
DAY = date(2015, 5, 20)
GIVEN = {"login_id": "kim", "contact_phone": "010-0000-0001"}


@dataclass
class DayKeysInMemory:
    """Keys of days that can be destroyed."""

    keys: dict[date, DataKey] = field(default_factory=dict)

    def data_key(self, dataset: str, day: date) -> DataKey:
        """Return the key of a day."""
        return self.keys.setdefault(day, DataKey(f"{dataset}.{day}", dataset, day, None, "age", new_identity()))

    def find(self, dataset: str, day: date) -> DataKey | None:
        """Return the key of a day that was made and is there."""
        assert dataset == ONE_YEAR
        return self.keys.get(day)


@pytest.fixture
def keys():
    return DayKeysInMemory()


@pytest.fixture
def former(tmp_path, keys, digests):
    found = SignUpDigests(tmp_path, keys, digests)
    found.add(DAY, [found.former(digests.subject_digest("k1"), LEFT, GIVEN)])
    return found


def a_year(day: date) -> date:
    return day.replace(year=day.year + 1)


def sign_up(joined_at, account="k9", **given):
    return {"account_key": account, "joined_at": joined_at, **(given or GIVEN)}


@pytest.mark.parametrize(
    ("joined_at", "found"),
    [
        (LEFT - timedelta(seconds=1), 0),
        (LEFT, 0),
        (LEFT + timedelta(seconds=1), 1),
        (datetime(2016, 5, 20, 14, 59, 59, tzinfo=UTC), 1),
        (datetime(2016, 5, 20, 15, 0, 0, tzinfo=UTC), 0),
        (None, 0),
    ],
)
def test_it_is_found_from_the_leaving_to_the_end_of_the_years_last_day(former, joined_at, found):
    assert former.double([sign_up(joined_at)], a_year) == found


def test_a_sign_up_that_shares_several_fields_counts_once_and_each_sign_up_counts(former):
    after = LEFT + timedelta(days=1)
    assert (
        former.double(
            [sign_up(after), sign_up(after, "k8", login_id="kim"), sign_up(after, "k7", login_id="x")], a_year
        )
        == 2
    )


def test_the_same_text_in_another_field_is_no_double(former):
    assert former.double([sign_up(LEFT + timedelta(days=1), business_number="010-0000-0001")], a_year) == 0


def test_who_comes_back_under_the_same_account_is_no_double(former):
    assert former.double([sign_up(LEFT + timedelta(days=1), "k1")], a_year) == 0


def test_the_same_member_added_again_is_there_once(former, digests):
    former.add(DAY, [former.former(digests.subject_digest("k1"), LEFT, GIVEN)])
    former.add(DAY, [former.former(digests.subject_digest("k2"), LEFT, {"login_id": "lee"})])
    assert len(former.formers()) == 2


def test_with_the_days_key_the_digests_are_gone(former, keys):
    keys.keys.clear()
    assert former.formers() == []
    assert former.double([sign_up(LEFT + timedelta(days=1))], a_year) == 0
