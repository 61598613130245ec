"""Accounts at rest: nothing of a person in the clear, each under a key of its own that goes with it."""

from dataclasses import replace
from datetime import date

import pytest

from pipelines.accounts.account import login_name
from pipelines.accounts.opening import Accounts
from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.policy import load_policy


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_account_is_found_by_its_login_however_it_is_typed(accounts, person):
    kept = accounts.store.add(person("kim.minji"))
    assert accounts.store.find("  Kim.Minji ") == kept
    assert accounts.store.get(kept.account_id) == kept
    assert accounts.store.find("kim.minjo") is None
    assert accounts.store.find("no such login!") is None


def test_no_byte_on_disk_names_the_person_or_the_partner(accounts, person):
    accounts.store.add(person("kim.minji", partner="P-one").with_password("$argon2id$planted", date(2027, 5, 19)))
    found = [path.name.encode() + path.read_bytes() for path in files_below(accounts.home.root.parent)]
    assert len(found) >= 4
    assert not any(word in content for content in found for word in (b"kim.minji", b"P-one", b"argon2id", b"minji"))


def test_a_login_is_given_once(accounts, person):
    accounts.store.add(person("kim.minji"))
    with pytest.raises(UsageError, match="there is an account"):
        accounts.store.add(person("KIM.minji"))


def test_a_changed_account_takes_the_place_of_the_former(accounts, person):
    kept = accounts.store.add(person())
    accounts.store.save(kept.with_password("hash", date(2027, 5, 19)))
    found = accounts.store.find("kim.minji")
    assert (found.password_hash, found.expires_on) == ("hash", date(2027, 5, 19))
    assert len(accounts.store.paths()) == 1


def test_an_account_that_ended_leaves_neither_file_nor_key(accounts, person):
    one, other = accounts.store.add(person("one.a")), accounts.store.add(person("other.a"))
    assert len(accounts.keyring.list()) == 2
    assert accounts.store.end(one.account_id)
    assert accounts.store.find("one.a") is None
    assert accounts.store.all() == [other]
    assert len(accounts.keyring.list()) == 1
    assert not accounts.store.end(one.account_id)
    with pytest.raises(UsageError, match="has ended"):
        accounts.store.save(one)


def test_a_copy_of_an_ended_account_opens_no_more_and_goes(accounts, person):
    kept = accounts.store.add(person())
    (path,) = accounts.store.paths()
    copy = path.read_bytes()
    accounts.store.end(kept.account_id)
    path.write_bytes(copy)
    with pytest.raises(DamagedError):
        accounts.store.find("kim.minji")
    assert accounts.store.settle() == 1
    assert accounts.store.find("kim.minji") is None


def test_dying_at_any_moment_an_account_is_whole_or_gone(accounts, person, deaths, tmp_path, repository, clock):
    policy = load_policy(repository / "policy", date(2026, 11, 20))

    def prepare(step):
        home = type(accounts.home)(tmp_path / f"home{step}")
        opened = Accounts.open(home, tmp_path / f"keys{step}", policy, clock)
        kept = opened.store.add(replace(person(), account_id=opened.store.id_of("kim.minji")))
        return lambda: opened.store.end(kept.account_id)

    for step in deaths.each(prepare):
        opened = Accounts.open(type(accounts.home)(tmp_path / f"home{step}"), tmp_path / f"keys{step}", policy, clock)
        opened.store.settle()
        found = opened.store.find("kim.minji")
        assert len(opened.store.paths()) == len(opened.keyring.list()) == (found is not None)


def test_written_anew_accounts_say_the_same_and_copies_from_before_open_nothing(accounts, person):
    kept = [accounts.store.add(person(login)) for login in ("kim.minji", "lee.other")]
    copies = {path: path.read_bytes() for path in accounts.store.paths()}
    former = {info.name for info in accounts.keyring.list()}
    assert accounts.store.seal_anew() == 2
    assert accounts.store.all() == kept
    assert former.isdisjoint(info.name for info in accounts.keyring.list())
    assert len(accounts.keyring.list()) == 2
    for path, copy in copies.items():
        path.write_bytes(copy)
        with pytest.raises(DamagedError):
            accounts.store.get(path.stem)


def test_dying_at_any_moment_while_written_anew_every_account_opens(
    accounts, person, deaths, tmp_path, repository, clock
):
    policy = load_policy(repository / "policy", date(2026, 11, 20))

    def prepare(step):
        home = type(accounts.home)(tmp_path / f"home{step}")
        opened = Accounts.open(home, tmp_path / f"keys{step}", policy, clock)
        opened.store.add(replace(person(), account_id=opened.store.id_of("kim.minji")))
        return opened.store.seal_anew

    for step in deaths.each(prepare):
        opened = Accounts.open(type(accounts.home)(tmp_path / f"home{step}"), tmp_path / f"keys{step}", policy, clock)
        assert opened.store.find("kim.minji").login == "kim.minji"
        opened.store.settle()
        assert opened.store.find("kim.minji").login == "kim.minji"
        assert len(opened.store.paths()) == len(opened.keyring.list()) == 1


def test_who_reads_an_account_while_it_is_written_anew_gets_it(accounts, person, monkeypatch):
    """The file was read before, and its key is destroyed when it is opened."""
    kept, real, times = accounts.store.add(person()), accounts.store._content, []

    def slow(account_id):
        content = real(account_id)
        if not times:
            times.append(1)
            accounts.store.seal_anew()
        return content

    monkeypatch.setattr(accounts.store, "_content", slow)
    assert accounts.store.get(kept.account_id) == kept


def test_without_its_keyring_a_home_with_accounts_refuses(accounts, person, tmp_path, repository, clock):
    accounts.store.add(person())
    policy = load_policy(repository / "policy", date(2026, 11, 20))
    with pytest.raises(KeyMissingError):
        Accounts.open(accounts.home, tmp_path / "other", policy, clock)


@pytest.mark.parametrize("text", ["ab", "a b c", "../../etc", "kim\nminji", "k" * 65, "-kim", "", "김민지"])
def test_what_cannot_be_a_login_is_refused_and_not_repeated(text):
    with pytest.raises(UsageError) as caught:
        login_name(text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "A" * 32, "a" * 31, "a" * 33, "%2e" * 8])
def test_what_is_no_id_reaches_no_path(accounts, name):
    with pytest.raises(ValueError, match="not the id"):
        accounts.store.get(name)
