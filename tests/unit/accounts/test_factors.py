"""What is done with a second factor: set up by whom it was shown to, asked for, used once for all processes, replaced, lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from pipelines.accounts import store
from pipelines.accounts.changes import disable, enable, end, send_link, set_password
from pipelines.accounts.factors import (
    count_wrong_code,
    is_required,
    make_offer,
    offer_to,
    renew_recovery_codes,
    set_up,
    takes_code,
    takes_recovery_code,
)
from pipelines.accounts.opening import Accounts
from pipelines.accounts.second_factor import STEP_SECONDS, code_at
from pipelines.policy import load_policy

TOKEN = "the token of a session"  # noqa: S105


@pytest.fixture
def kim(accounts, person):
    """An account with a second factor, set up a minute ago, and its recovery codes."""
    kept = accounts.store.add(person("kim.minji"))
    made = enrolled(accounts, kept)
    accounts.clock.move(minutes=1)
    return made


def enrolled(accounts, account, token=TOKEN):
    offered = make_offer(accounts, account, token).offer
    return set_up(accounts, account, token, code_at(offered.secret, accounts.clock.now()))


def now_of(accounts, account):
    return code_at(account.second_factor.secret, accounts.clock.now())


def also(accounts, repository):
    """The same home as another process has it open."""
    policy = load_policy(repository / "policy", date(2026, 11, 20))
    keys = accounts.home.root.with_name("home.keys") / "dashboard"
    return Accounts.open(accounts.home, keys, policy, accounts.clock)


def test_a_code_is_used_once_and_so_is_every_step_before_it(accounts, kim):
    """ASVS 6.5.1. Of two codes that both hold, the earlier one opens nothing once the later one was used."""
    before = now_of(accounts, kim.account)
    accounts.clock.move(seconds=STEP_SECONDS)
    code = now_of(accounts, kim.account)
    assert takes_code(accounts, kim.account, code)
    assert not takes_code(accounts, kim.account, code)
    assert not takes_code(accounts, kim.account, before)
    accounts.clock.move(seconds=STEP_SECONDS)
    assert not takes_code(accounts, kim.account, code)
    assert takes_code(accounts, kim.account, now_of(accounts, kim.account))


def test_a_code_that_was_used_stays_used_in_another_process_and_after_a_restart(accounts, kim, repository):
    code, other = now_of(accounts, kim.account), also(accounts, repository)
    assert takes_code(accounts, kim.account, code)
    assert not takes_code(other, kim.account, code)
    accounts.database.close()
    assert not takes_code(also(accounts, repository), kim.account, code)
    assert [
        token
        for token in (code, kim.account.second_factor.secret)
        if token.encode() in accounts.database.path.read_bytes()
    ] == []


def test_of_many_who_send_one_code_at_once_one_gets_in(accounts, kim, repository):
    code, recovery = now_of(accounts, kim.account), kim.recovery_codes[0]
    opened = [also(accounts, repository) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda one: takes_code(one, kim.account, code), opened)) == 1
        assert sum(pool.map(lambda one: takes_recovery_code(one, kim.account, recovery), opened)) == 1


def test_the_code_with_which_it_was_set_up_is_used(accounts, person):
    made = enrolled(accounts, accounts.store.add(person()))
    assert not takes_code(accounts, made.account, now_of(accounts, made.account))
    accounts.clock.move(seconds=STEP_SECONDS)
    assert takes_code(accounts, made.account, now_of(accounts, made.account))


def test_the_code_of_another_account_opens_nothing(accounts, kim, person):
    lee = enrolled(accounts, accounts.store.add(person("lee.other")), "another token")
    accounts.clock.move(minutes=1)
    assert not takes_code(accounts, kim.account, now_of(accounts, lee.account))
    assert not takes_recovery_code(accounts, kim.account, lee.recovery_codes[0])
    assert takes_code(accounts, lee.account, now_of(accounts, lee.account))
    assert takes_recovery_code(accounts, lee.account, lee.recovery_codes[0])


def test_ten_recovery_codes_each_open_once_and_are_gone(accounts, kim):
    assert len(kim.recovery_codes) == 10
    for left, code in zip(range(9, -1, -1), kim.recovery_codes, strict=True):
        assert takes_recovery_code(accounts, kim.account, code)
        assert not takes_recovery_code(accounts, kim.account, code)
        assert len(accounts.store.find("kim.minji").second_factor.recovery_digests) == left


def test_new_recovery_codes_put_an_end_to_the_former(accounts, kim):
    new = renew_recovery_codes(accounts, kim.account).recovery_codes
    assert not takes_recovery_code(accounts, kim.account, kim.recovery_codes[0])
    assert takes_recovery_code(accounts, kim.account, new[0])


def test_a_recovery_code_that_was_used_does_not_come_back_with_another_change(accounts, kim):
    """Whoever read the account before it was used, and changes something else of it afterwards, takes nothing back."""
    read_before = accounts.store.find("kim.minji")
    assert takes_recovery_code(accounts, kim.account, kim.recovery_codes[0])
    set_password(accounts, read_before, "$argon2id$x")
    send_link(accounts, read_before)
    assert not takes_recovery_code(accounts, kim.account, kim.recovery_codes[0])


def test_what_is_offered_is_for_the_holder_of_one_token_and_for_minutes(accounts, person):
    kept = accounts.store.add(person())
    account = make_offer(accounts, kept, TOKEN)
    assert offer_to(accounts, account, TOKEN) == account.offer
    assert offer_to(accounts, account, "another") is None
    code = code_at(account.offer.secret, accounts.clock.now())
    assert set_up(accounts, account, "another", code) is None
    accounts.clock.move(minutes=10, seconds=-1)
    assert offer_to(accounts, account, TOKEN)
    accounts.clock.move(seconds=1)
    assert set_up(accounts, account, TOKEN, code_at(account.offer.secret, accounts.clock.now())) is None
    assert accounts.store.find("kim.minji").second_factor is None


def test_a_second_offer_is_another_secret_and_ends_the_first(accounts, person):
    """Whoever knows the password and looks first must not learn what the owner sets up."""
    kept = accounts.store.add(person())
    first = make_offer(accounts, kept, "a stranger's").offer
    second = make_offer(accounts, kept, TOKEN)
    assert first.secret != second.offer.secret
    assert offer_to(accounts, second, "a stranger's") is None
    assert set_up(accounts, kept, "a stranger's", code_at(first.secret, accounts.clock.now())) is None
    assert set_up(accounts, kept, TOKEN, code_at(second.offer.secret, accounts.clock.now()))


def test_setting_it_up_once_does_not_do_for_a_second_time(accounts, person):
    kept = accounts.store.add(person())
    code = code_at(make_offer(accounts, kept, TOKEN).offer.secret, accounts.clock.now())
    assert set_up(accounts, kept, TOKEN, code)
    assert set_up(accounts, kept, TOKEN, code) is None


def test_another_device_ends_the_codes_of_the_former_and_every_session(accounts, kim):
    session = accounts.sessions.begin(kim.account.account_id, accounts.clock.now())
    make_offer(accounts, kim.account, TOKEN)
    assert takes_code(accounts, kim.account, now_of(accounts, kim.account))  # what is offered changes nothing yet
    accounts.clock.move(seconds=STEP_SECONDS)
    assert accounts.sessions.find(session, accounts.clock.now())
    changed = enrolled(accounts, kim.account)
    assert accounts.sessions.find(session, accounts.clock.now()) is None
    accounts.clock.move(seconds=STEP_SECONDS)
    assert not takes_code(accounts, changed.account, now_of(accounts, kim.account))
    assert not takes_recovery_code(accounts, changed.account, kim.recovery_codes[0])
    assert takes_code(accounts, changed.account, now_of(accounts, changed.account))


def test_a_link_for_a_forgotten_password_leaves_the_second_factor(accounts, kim):
    """ASVS 6.4.3: who reads the link along does not get in by it."""
    for change in (send_link, disable, enable):
        change(accounts, kim.account)
    assert accounts.store.find("kim.minji").second_factor == kim.account.second_factor


def test_a_link_for_who_lost_it_ends_the_second_factor_and_the_password(accounts, kim):
    send_link(accounts, kim.account, ends_factor=True)
    found = accounts.store.find("kim.minji")
    assert (found.second_factor, found.password_hash) == (None, None)


def test_fifty_wrong_codes_in_a_row_end_the_password(accounts, kim):
    """Who tries codes knows the password: fifty guesses are one chance in ten thousand, and the last they get."""
    account = set_password(accounts, kim.account, "$argon2id$x")
    session = accounts.sessions.begin(account.account_id, accounts.clock.now())
    assert [count_wrong_code(accounts, account) for _ in range(49)] == [False] * 49
    assert accounts.store.find("kim.minji").password_hash
    assert count_wrong_code(accounts, account)
    found = accounts.store.find("kim.minji")
    assert (found.password_hash, found.second_factor) == (None, account.second_factor)
    assert accounts.sessions.find(session, accounts.clock.now()) is None
    set_password(accounts, found, "$argon2id$y")
    assert not count_wrong_code(accounts, found)


@pytest.mark.parametrize("how", ["code", "recovery"])
def test_a_right_code_forgives_the_wrong_ones(accounts, kim, how):
    account = set_password(accounts, kim.account, "$argon2id$x")
    for _ in range(49):
        count_wrong_code(accounts, account)
    if how == "code":
        assert takes_code(accounts, account, now_of(accounts, account))
    else:
        assert takes_recovery_code(accounts, account, kim.recovery_codes[0])
    assert not count_wrong_code(accounts, account)


def test_a_secret_is_in_no_text_of_an_account_and_in_no_file_as_it_is(accounts, kim):
    make_offer(accounts, kim.account, TOKEN)
    found = accounts.store.find("kim.minji")
    secrets = (
        found.second_factor.secret,
        found.offer.secret,
        *found.second_factor.recovery_digests,
        *kim.recovery_codes,
    )
    told = " ".join(map(repr, (found, found.second_factor, found.offer, kim)))
    stored = b"".join(path.read_bytes() for path in accounts.home.root.parent.rglob("*") if path.is_file())
    assert not [secret for secret in secrets if secret in told or secret.encode() in stored]


def test_an_account_from_before_there_was_a_second_factor_is_read(accounts, person):
    """As its file was written then: without the fields."""
    kept = accounts.store.add(person())
    whole = store.asdict
    with pytest.MonkeyPatch.context() as patched:
        written = lambda account: {k: v for k, v in whole(account).items() if k not in ("second_factor", "offer")}  # noqa: E731
        patched.setattr(store, "asdict", written)
        accounts.store.save(kept)
    found = accounts.store.find("kim.minji")
    assert found == kept
    assert found.second_factor is None


def test_nothing_of_an_ended_account_is_left_among_used_codes(accounts, kim):
    assert takes_code(accounts, kim.account, now_of(accounts, kim.account))
    end(accounts, kim.account)
    assert accounts.database.rows("SELECT account_id FROM used_codes UNION SELECT account_id FROM pending") == []


def test_every_role_needs_one_unless_the_policy_says_otherwise(accounts, person):
    roles = ("partner-reader", "partner-administrator", "privacy-officer")
    people = [person(f"kim.{role}", role, None if role == "privacy-officer" else "P1") for role in roles]
    assert [is_required(accounts, one) for one in people] == [True] * 3
    looser = accounts.rules.second_factor.model_copy(update={"required_of": ("privacy-officer",)})
    changed = replace(accounts, rules=accounts.rules.model_copy(update={"second_factor": looser}))
    assert [is_required(changed, one) for one in people] == [False, False, True]
