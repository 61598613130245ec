"""A tombstone holds for what happened up to its instant, and for nothing after it."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import DamagedError, KeyMissingError
from pipelines.rights.subjects import SubjectDigests
from pipelines.rights.tombstones import KINDS, Departure, Gone, Tombstones

AT = datetime(2015, 5, 20, 6, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def ninety_days(day: date) -> date:
    return day + timedelta(days=90)


@pytest.fixture
def stones(tmp_path, digests):
    return Tombstones(tmp_path / "tombstones.jsonl", digests, ninety_days)


def in_microseconds(*instants: datetime):
    return np.array([round(instant.timestamp() * 1_000_000) for instant in instants], np.int64)


def test_without_tombstones_nothing_is_covered(stones):
    logins = pa.chunked_array([pa.array(["kim", None])])
    assert stones.kinds_of(logins, in_microseconds(AT, AT)).tolist() == [0, 0]
    assert (stones.fingerprint(AT.date()), stones.all(), stones.expired(date.max)) == ("", (), ())
    assert stones.covers_login("kim", AT) is None
    assert stones.covers_account("k1", None) is None


def test_a_line_up_to_the_instant_is_covered_and_one_second_later_is_not(stones):
    stones.add("k1", ["kim"], Gone.WITHDRAWN, AT)
    assert stones.covers_login("kim", AT - SECOND) is Gone.WITHDRAWN
    assert stones.covers_login("kim", AT) is Gone.WITHDRAWN
    assert stones.covers_login("kim", AT + SECOND) is None
    assert stones.covers_login("lee", AT - SECOND) is None


def test_a_row_that_began_by_then_is_covered_and_a_later_one_is_not(stones):
    stones.add("k1", ["kim"], Gone.ERASED, AT)
    assert stones.covers_account("k1", AT) is Gone.ERASED
    assert stones.covers_account("k1", None) is Gone.ERASED
    assert stones.covers_account("k1", AT + SECOND) is None
    assert stones.covers_account("k2", AT) is None


def test_asked_for_one_kind_the_other_does_not_count(stones):
    stones.add("k1", ["kim"], Gone.WITHDRAWN, AT)
    assert stones.covers_account("k1", AT, Gone.ERASED) is None
    assert stones.covers_account("k1", AT, Gone.WITHDRAWN) is Gone.WITHDRAWN


def test_of_two_that_cover_a_line_erasure_decides(stones):
    stones.add("k1", ["kim"], Gone.ERASED, AT - timedelta(days=1))
    stones.add("k1", ["kim"], Gone.WITHDRAWN, AT)
    logins = pa.chunked_array([pa.array(["kim"] * 3)])
    found = stones.kinds_of(logins, in_microseconds(AT - timedelta(days=2), AT, AT + SECOND))
    assert found.tolist() == [2, 1, 0]


@given(st.lists(st.tuples(st.sampled_from(["kim", "lee", "park", None]), st.integers(-3, 3)), max_size=20))
def test_a_whole_day_at_once_is_as_line_by_line(tmp_path_factory, digests, lines):
    stones = Tombstones(tmp_path_factory.mktemp("t") / "tombstones.jsonl", digests, ninety_days)
    stones.add_all(
        [
            Departure("k1", ["kim"], Gone.WITHDRAWN, AT),
            Departure("k2", ["lee"], Gone.ERASED, AT - SECOND),
            Departure("k2", ["lee"], Gone.WITHDRAWN, AT + SECOND),
        ]
    )
    instants = [AT + seconds * SECOND for _, seconds in lines]
    logins = pa.chunked_array([pa.array([login for login, _ in lines], pa.string()).dictionary_encode()])
    codes = stones.kinds_of(logins, in_microseconds(*instants))
    one_by_one = [login and stones.covers_login(login, at) for (login, _), at in zip(lines, instants, strict=True)]
    assert [KINDS[code - 1] if code else None for code in codes.tolist()] == one_by_one


def test_the_fingerprint_moves_for_the_days_a_new_tombstone_covers_and_for_no_other(stones):
    days = [date(2015, 5, day) for day in (1, 20, 21)]
    stones.add("k1", ["kim"], Gone.WITHDRAWN, AT)
    before = [stones.fingerprint(day) for day in days]
    assert before[0] == before[1] != ""
    assert before[2] == ""
    stones.add("k2", ["lee"], Gone.WITHDRAWN, AT - timedelta(days=10))
    after = [stones.fingerprint(day) for day in days]
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, True]


def test_a_day_is_an_asia_seoul_day(stones):
    stones.add("k1", ["kim"], Gone.WITHDRAWN, datetime(2015, 5, 20, 14, 59, 59, tzinfo=UTC))
    stones.add("k2", ["lee"], Gone.WITHDRAWN, datetime(2015, 5, 20, 15, 0, tzinfo=UTC))
    assert [stone.last_covered_day.day for stone in sorted(stones.all(), key=lambda s: s.at)] == [20, 21]


def test_it_goes_with_the_last_vault_day_it_covers(stones):
    stones.add("k1", ["kim"], Gone.ERASED, AT)
    last = ninety_days(date(2015, 5, 20))
    assert stones.expired(last) == ()
    (expired,) = stones.expired(last + timedelta(days=1))
    assert stones.remove([expired]) == 1
    assert stones.all() == ()
    assert stones.remove([expired]) == 0


def test_what_was_taken_down_leaves_no_bytes(stones, tmp_path):
    stones.add("k1", ["kim"], Gone.ERASED, AT)
    digest = stones.all()[0].account
    assert digest in (tmp_path / "tombstones.jsonl").read_text()
    stones.remove(stones.all())
    assert digest not in (tmp_path / "tombstones.jsonl").read_text()


def test_the_same_again_changes_nothing(stones, tmp_path):
    departure = Departure("k1", ["kim", "kim2"], Gone.ERASED, AT)
    assert (stones.add_all([departure]), stones.add_all([departure])) == (1, 0)
    assert len(stones.all()) == 1


def test_the_file_names_nobody(stones, tmp_path):
    stones.add("account-canary", ["login-canary"], Gone.ERASED, AT)
    assert "canary" not in (tmp_path / "tombstones.jsonl").read_text()


def test_another_object_sees_what_was_added(stones, tmp_path, digests):
    other = Tombstones(tmp_path / "tombstones.jsonl", digests, ninety_days)
    assert other.covers_login("kim", AT) is None
    stones.add("k1", ["kim"], Gone.ERASED, AT)
    assert other.covers_login("kim", AT) is Gone.ERASED


def test_under_another_key_the_job_stops(stones, tmp_path):
    stones.add("k1", ["kim"], Gone.ERASED, AT)
    with pytest.raises(KeyMissingError):
        Tombstones(tmp_path / "tombstones.jsonl", SubjectDigests(b"o" * 32), ninety_days).all()


@pytest.mark.parametrize("text", ["", "{}\n", '{"key": 1}\n{"kind"\n', json.dumps({"key": "x"}) + '\n{"kind": "x"}\n'])
def test_a_file_that_is_none_stops_the_job(tmp_path, digests, text):
    (tmp_path / "tombstones.jsonl").write_text(text)
    with pytest.raises(DamagedError):
        Tombstones(tmp_path / "tombstones.jsonl", digests, ninety_days).all()
