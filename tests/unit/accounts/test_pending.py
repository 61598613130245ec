"""A sign-in halfway: a token that opens nothing, for ten minutes, once."""

from concurrent.futures import ThreadPoolExecutor

from pipelines.accounts.database import Database
from pipelines.accounts.pending import Pending, Stage
from pipelines.accounts.sessions import token_digest

ME, YOU = "a" * 32, "b" * 32


def test_it_is_found_until_its_ten_minutes_are_over(accounts, clock):
    token = accounts.pending.begin(ME, Stage.CODE, clock.now())
    clock.move(minutes=10, seconds=-1)
    found = accounts.pending.find(token, clock.now())
    assert (found.account_id, found.stage) == (ME, Stage.CODE)
    clock.move(seconds=1)
    assert accounts.pending.find(token, clock.now()) is None
    assert accounts.pending.take(token, clock.now()) is None


def test_it_is_used_once_also_by_two_at_once(accounts, clock):
    token = accounts.pending.begin(ME, Stage.SET_UP, clock.now())
    opened = [Pending(Database(accounts.database.path), accounts.rules) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda one: one.take(token, clock.now()), opened))
    assert [halfway.stage for halfway in taken if halfway] == [Stage.SET_UP]
    assert accounts.pending.find(token, clock.now()) is None


def test_it_is_no_session_and_a_session_is_none(accounts, clock):
    token, session = accounts.pending.begin(ME, Stage.CODE, clock.now()), accounts.sessions.begin(ME, clock.now())
    assert accounts.sessions.find(token, clock.now()) is None
    assert accounts.pending.find(session, clock.now()) is None
    assert accounts.sessions.find(session, clock.now())


def test_its_token_is_kept_as_a_digest_and_what_ended_leaves_no_byte(accounts, clock):
    token = accounts.pending.begin(ME, Stage.CODE, clock.now())
    accounts.database.close()
    stored = accounts.database.path.read_bytes()
    assert token.encode() not in stored
    assert token_digest(token).encode() in stored
    accounts.pending.take(token, clock.now())
    accounts.database.close()
    assert token_digest(token).encode() not in accounts.database.path.read_bytes()


def test_those_of_an_account_end_with_what_shuts_it_out_and_no_others(accounts, clock):
    mine, yours = (accounts.pending.begin(who, Stage.CODE, clock.now()) for who in (ME, YOU))
    accounts.shut_out(ME)
    assert accounts.pending.find(mine, clock.now()) is None
    assert accounts.pending.find(yours, clock.now())


def test_a_sixth_ends_the_oldest(accounts, clock):
    tokens = [accounts.pending.begin(ME, Stage.CODE, clock.now()) for _ in range(6)]
    assert [accounts.pending.find(token, clock.now()) is not None for token in tokens] == [False] + [True] * 5


def test_a_night_leaves_none_that_is_over(accounts, clock):
    accounts.pending.begin(ME, Stage.CODE, clock.now())
    clock.move(minutes=9)
    live = accounts.pending.begin(ME, Stage.CODE, clock.now())
    clock.move(minutes=1)
    assert accounts.pending.purge(clock.now()) == 1
    assert accounts.pending.find(live, clock.now())
