"""Sessions last as long as the policy says, to the moment, and leave nothing behind."""

from datetime import timedelta

import pytest

from pipelines.accounts.sessions import token_digest

ME, YOU = "a" * 32, "b" * 32


def stored(accounts):
    accounts.database.close()
    return accounts.database.path.read_bytes()


def test_a_token_has_256_bits_of_randomness_and_is_never_stored(accounts, clock):
    tokens = {accounts.sessions.begin(ME, clock.now()) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}
    content = stored(accounts)
    assert not any(token.encode() in content for token in tokens)


def test_the_same_session_is_found_again(accounts, clock):
    token = accounts.sessions.begin(ME, clock.now(), "Firefox on Linux")
    found = accounts.sessions.find(token, clock.now())
    assert (found.account_id, found.agent) == (ME, "Firefox on Linux")
    assert accounts.sessions.find(token + "x", clock.now()) is None
    assert accounts.sessions.find(token_digest(token), clock.now()) is None


def test_a_session_ends_after_thirty_minutes_without_use_and_not_before(accounts, clock):
    idle, token = accounts.rules.idle, accounts.sessions.begin(ME, clock.now())
    assert idle == timedelta(minutes=30)
    clock.instant += idle - timedelta(seconds=1)
    assert accounts.sessions.find(token, clock.now())
    clock.instant += idle - timedelta(seconds=1)
    assert accounts.sessions.find(token, clock.now())
    clock.instant += idle
    assert accounts.sessions.find(token, clock.now()) is None


def test_a_session_in_use_ends_after_twelve_hours(accounts, clock):
    token = accounts.sessions.begin(ME, clock.now())
    for _ in range(12 * 60 // 20 - 1):
        clock.move(minutes=20)
        assert accounts.sessions.find(token, clock.now())
    clock.move(minutes=20, seconds=-1)
    assert accounts.sessions.find(token, clock.now())
    clock.move(seconds=1)
    assert accounts.sessions.find(token, clock.now()) is None


def test_what_ended_leaves_no_byte(accounts, clock):
    token = accounts.sessions.begin(ME, clock.now())
    assert token_digest(token).encode() in stored(accounts)
    accounts.sessions.end(token)
    content = stored(accounts)
    assert token_digest(token).encode() not in content
    assert ME.encode() not in content


def test_a_new_sign_in_ends_the_session_it_came_from(accounts, clock):
    former = accounts.sessions.begin(ME, clock.now())
    token = accounts.sessions.begin(ME, clock.now(), former=former)
    assert accounts.sessions.find(former, clock.now()) is None
    assert accounts.sessions.find(token, clock.now())


def test_all_sessions_of_one_end_together_and_nobody_elses(accounts, clock):
    mine = [accounts.sessions.begin(ME, clock.now()) for _ in range(3)]
    yours = accounts.sessions.begin(YOU, clock.now())
    kept = accounts.sessions.find(mine[0], clock.now()).session_id
    assert accounts.sessions.end_all(ME, but=kept) == 2
    assert [accounts.sessions.find(token, clock.now()) is not None for token in mine] == [True, False, False]
    assert accounts.sessions.end_all(ME) == 1
    assert accounts.sessions.find(yours, clock.now())


def test_one_session_is_ended_by_its_owner_alone(accounts, clock):
    yours = accounts.sessions.begin(YOU, clock.now())
    name = accounts.sessions.find(yours, clock.now()).session_id
    assert accounts.sessions.end_all(ME, only=name) == 0
    assert accounts.sessions.find(yours, clock.now())
    assert accounts.sessions.end_all(YOU, only=name) == 1


def test_a_sixth_session_ends_the_one_not_used_for_longest(accounts, clock):
    tokens = []
    for _ in range(accounts.rules.sessions_at_once):
        clock.move(minutes=1)
        tokens.append(accounts.sessions.begin(ME, clock.now()))
    clock.move(minutes=1)
    assert accounts.sessions.find(tokens[0], clock.now())
    tokens.append(accounts.sessions.begin(ME, clock.now()))
    live = [accounts.sessions.find(token, clock.now()) is not None for token in tokens]
    assert live == [True, False, True, True, True, True]


def test_purging_takes_what_is_over_and_leaves_the_rest(accounts, clock):
    accounts.sessions.begin(ME, clock.now())
    accounts.failures.add(ME, clock.now())
    clock.move(minutes=29, seconds=59)
    assert accounts.sessions.purge(clock.now()) == 0
    live = accounts.sessions.begin(YOU, clock.now())
    clock.move(seconds=1)
    assert accounts.sessions.purge(clock.now()) == 1
    assert ME.encode() not in stored(accounts)
    assert accounts.sessions.find(live, clock.now())


def test_ten_failures_in_a_row_lock_for_fifteen_minutes(accounts, clock):
    for _ in range(accounts.rules.failures_lock - 1):
        accounts.failures.add(ME, clock.now())
    assert accounts.failures.locked_until(ME, clock.now()) is None
    accounts.failures.add(ME, clock.now())
    assert accounts.failures.locked_until(ME, clock.now()) == clock.now() + timedelta(minutes=15)
    assert accounts.failures.locked_until(YOU, clock.now()) is None
    clock.move(minutes=15, seconds=-1)
    assert accounts.failures.locked_until(ME, clock.now())
    clock.move(seconds=1)
    assert accounts.failures.locked_until(ME, clock.now()) is None
    assert accounts.failures.add(ME, clock.now()) == 1


def test_signing_in_forgets_failures(accounts, clock):
    accounts.failures.add(ME, clock.now())
    accounts.failures.clear(ME)
    assert accounts.failures.add(ME, clock.now()) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_a_token_of_a_program_is_its_partners_until_its_day(accounts, clock, order):
    partners = [("P1", "1" * 64), ("P2", "2" * 64)][::order]
    token = accounts.tokens.make(*partners[0], "nightly export", ME, clock.now())
    found = accounts.tokens.find(token, clock.now())
    assert (found.partner_id, found.partner_file) == partners[0]
    assert token.encode() not in stored(accounts)
    assert not accounts.tokens.end(partners[1][1], found.token_id)
    clock.instant += accounts.rules.token - timedelta(seconds=1)
    assert accounts.tokens.find(token, clock.now())
    clock.move(seconds=1)
    assert accounts.tokens.find(token, clock.now()) is None


def test_tokens_go_with_who_made_them(accounts, clock):
    token = accounts.tokens.make("P1", "1" * 64, "a", ME, clock.now())
    accounts.shut_out(YOU)
    assert accounts.tokens.find(token, clock.now())
    accounts.shut_out(ME)
    assert accounts.tokens.find(token, clock.now()) is None
