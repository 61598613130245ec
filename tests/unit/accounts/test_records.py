"""What the dashboard did is sealed until the night takes it over, once and whole."""

from datetime import UTC, date, datetime

import pytest

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.privacy.access_records import Access

TODAY = date(2026, 11, 20)


def access(hour=3, handler="kim.minji", day=20):
    return Access(
        datetime(2026, 11, day, hour, tzinfo=UTC), handler, "198.51.100.7", "partner-reader", "-", "signed in"
    )


def test_records_are_handed_over_in_order_and_are_gone_then(accounts):
    given = [access(1), access(2), access(3, day=19)]
    for one in given:
        accounts.records.add(one)
    assert accounts.records.waiting() == [given[2], *given[:2]]
    taken = []
    assert accounts.records.hand_over(taken.append, TODAY) == 3
    assert taken == [given[2], *given[:2]]
    assert accounts.records.hand_over(taken.append, TODAY) == 0
    assert not list((accounts.home.dashboard / "access").glob("2*"))


def test_no_byte_of_a_record_is_in_the_clear(accounts):
    accounts.records.add(access())
    content = b"".join(path.read_bytes() for path in accounts.home.root.rglob("*") if path.is_file())
    assert content
    assert b"kim.minji" not in content
    assert b"198.51.100.7" not in content


def test_keys_of_past_days_go_and_todays_stays(accounts):
    for day in (18, 19, 20):
        accounts.records.add(access(day=day))
    accounts.records.hand_over(lambda _access: None, TODAY)
    assert [info.day for info in accounts.keyring.list()] == [TODAY]
    accounts.records.add(access())
    assert len(accounts.records.waiting()) == 1


def test_after_a_renewal_records_stand_under_another_key_and_none_is_lost(accounts):
    accounts.records.add(access(1))
    accounts.records.add(access(2, day=19))
    former = {info.name for info in accounts.keyring.list()}
    taken = []
    assert accounts.records.hand_over_and_renew(taken.append, TODAY) == 2
    assert [one.accessed_at.day for one in taken] == [19, 20]
    (now,) = accounts.keyring.list()
    assert now.day == TODAY
    assert now.name not in former
    accounts.records.add(access(4))
    assert accounts.records.waiting() == [access(4)]
    assert accounts.records.hand_over(taken.append, TODAY) == 1


def test_a_renewal_that_was_cut_short_loses_no_record(accounts, monkeypatch):
    """Died after the new key was made: what is added then stands under it, and the next renewal destroys both."""
    accounts.records.add(access(1))
    taken = []
    with monkeypatch.context() as patched:
        patched.setattr(type(accounts.keyring), "destroy_many", lambda _self, _names: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            accounts.records.hand_over_and_renew(taken.append, TODAY)
    accounts.records.add(access(2))
    assert accounts.records.waiting() == [access(2)]
    assert accounts.records.hand_over_and_renew(taken.append, TODAY) == 2
    assert taken == [access(1), access(2)]
    assert len(accounts.keyring.list()) == 1


def test_without_records_there_is_nothing_to_renew(accounts):
    assert accounts.records.hand_over_and_renew(lambda _access: None, TODAY) == 0


def test_a_hand_over_that_was_cut_short_is_given_again(accounts):
    for hour in (1, 2):
        accounts.records.add(access(hour))
    taken = []

    def dies(one):
        taken.append(one)
        if len(taken) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        accounts.records.hand_over(dies, TODAY)
    accounts.records.add(access(4))
    again = []
    accounts.records.hand_over(again.append, TODAY)
    assert sorted(one.accessed_at.hour for one in again) == [1, 2, 4]


def test_a_torn_last_line_is_passed_over_and_a_changed_one_told(accounts):
    accounts.records.add(access(1))
    (path,) = (accounts.home.dashboard / "access").glob("*.sealed")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    assert len(accounts.records.waiting()) == 1
    accounts.records.add(access(2))
    assert [one.accessed_at.hour for one in accounts.records.waiting()] == [1, 2]
    path.write_bytes(whole[:-20] + b"A" * 19 + b"\n")
    with pytest.raises((DamagedError, KeyMissingError)):
        accounts.records.waiting()
