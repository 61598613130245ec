"""Who leaves is gone from the registry at once; what is kept lies sealed, and their lines are nobody's."""

import json
import shutil
from datetime import date

import pyrage
import pytest
import zstandard

from pipelines.errors import DamagedError, KeyMissingError, UsageError
from pipelines.policy import load_policy
from pipelines.rights.sealed import ONE_YEAR, PERMANENT
from pipelines.steps.subjects.leaving import double_sign_ups, settle_departures
from pipelines.storage.sealing import unseal

DAY = date(2015, 5, 20)
LEFT = "2015-05-20T15:00:00+09:00"
HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FtcGxlc2FsdA$bm90LWEtcmVhbC1oYXNo"
SIGN_UP = {
    "password_hash": HASH,
    "company_name": "Sample Inc.",
    "business_number": "000-00-00001",
    "contact_name": "canary-name",
    "contact_phone": "010-0000-0001",
    "contact_email": "kim@sample.example",
    "company_phone": "02-0000-0001",
    "business_type": "sample corporation",
}
KIM = {"account_key": "k1", "login_id": "kim", "partner_id": "p1", **SIGN_UP}
LEE = {"account_key": "k2", "login_id": "lee", "partner_id": "p1"}
GONE = {**KIM, "status": "withdrawn", "withdrawn_at": LEFT}
MISUSE = [
    {"account_key": "k1", "recorded_at": "2015-04-01T00:00:00+09:00", "misuse": "suspended"},
    {"account_key": "k2", "recorded_at": "2015-04-02T00:00:00+09:00", "misuse": "warned"},
]


@pytest.fixture
def leaving(left, tmp_path):
    """A copy of it that may be changed."""
    for folder in (left.settings.home, left.settings.key_folder):
        shutil.copytree(folder, tmp_path / folder.name)
    return left.under(home=tmp_path / left.settings.home.name)


@pytest.fixture(scope="module")
def left(house_in, tmp_path_factory):
    """A house whose member kim, with a record of misuse, left on the afternoon of the last closed day; only looked at."""
    house = house_in(tmp_path_factory.mktemp("left"))
    earlier = house.under(clock="2015-05-20T12:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    earlier.export("misuse_records", MISUSE)
    later = house.under()
    later.export("members", [GONE, LEE])
    return later


def objects(house, dataset):
    return [found for found in house.workspace.sealed.objects() if found.dataset == dataset]


def opened(house, found, officer):
    """What the officer reads with the keyring's help."""
    sealed = (house.workspace.home.sealed / found.path).read_bytes()
    inner = unseal(sealed, house.workspace.keyring.get(found.key), found.path)
    return json.loads(pyrage.decrypt(inner, [officer]))


def accounts(house, table="members"):
    return house.workspace.registry.load(table)["account_key"].to_pylist()


def test_the_profile_and_its_records_leave_the_registry_and_nobody_elses_do(left):
    assert accounts(left) == ["k2"]
    assert accounts(left, "misuse_records") == ["k2"]


def test_exactly_the_fields_of_the_policy_are_sealed(left, officer, repository):
    policy = load_policy(repository / "policy", DAY)
    (year,), (permanent,) = objects(left, ONE_YEAR), objects(left, PERMANENT)
    kept = opened(left, year, officer)
    assert list(kept) == list(policy.dataset(ONE_YEAR).fields)
    assert {name: kept[name] for name in SIGN_UP if name in kept} == {
        name: value for name, value in SIGN_UP.items() if name != "contact_name"
    }
    assert kept["login_id"] == "kim"
    assert kept["misuse"] == [{"recorded_at": "2015-03-31T15:00:00+00:00", "misuse": "suspended"}]
    assert kept["withdrawn_at"] == "2015-05-20T06:00:00+00:00"
    assert opened(left, permanent, officer) == {"account_key": "k1", "business_number": "000-00-00001"}


def test_an_object_is_named_by_the_day_and_a_keyed_digest(left):
    subject = left.workspace.subjects.subject_digest("k1")
    (year,), (permanent,) = objects(left, ONE_YEAR), objects(left, PERMANENT)
    assert year.path == f"1y/2015-05-20/{subject}.age"
    assert permanent.path == f"permanent/2015-05-20/{subject}.age"
    assert year.key.startswith("former_members_1y.2015-05-20.g")
    assert year.key.endswith(".until-2016-05-25")
    assert permanent.key.endswith(".until-open")


def test_the_job_opens_no_object_with_any_key_it_has(left, officer):
    keyring = left.workspace.keyring
    keys = [keyring.get(info.name) for info in keyring.list()]
    identities = [pyrage.x25519.Identity.from_str(key.secret.decode()) for key in keys if key.kind == "age"]
    assert len(identities) > 4
    for found in left.workspace.sealed.objects():
        sealed = (left.workspace.home.sealed / found.path).read_bytes()
        layers = [zstandard.decompress(pyrage.decrypt(sealed, identities)), sealed]
        assert b"kim" not in layers[0]
        assert b"000-00" not in layers[0]
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(layers[0], identities)
        assert opened(left, found, officer)


def test_the_key_destroyed_a_copy_taken_before_cannot_be_read_by_anybody(leaving, officer, tmp_path):
    (year,), (permanent,) = objects(leaving, ONE_YEAR), objects(leaving, PERMANENT)
    shutil.copytree(leaving.workspace.home.sealed, tmp_path / "copy")
    leaving.workspace.keyring.destroy(year.key)
    with pytest.raises(KeyMissingError):
        opened(leaving, year, officer)
    copy = (tmp_path / "copy" / year.path).read_bytes()
    keyring = leaving.workspace.keyring
    for info in keyring.list():
        if info.kind == "age":
            with pytest.raises(DamagedError):
                unseal(copy, keyring.get(info.name), "copy")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(copy, [officer])
    assert opened(leaving, permanent, officer)


def test_delivered_again_every_night_nothing_is_sealed_or_stored_again(leaving):
    sealed = [found.path for found in leaving.workspace.sealed.objects()]
    for clock in ("2015-05-22T12:00:00+09:00", "2016-06-22T12:00:00+09:00"):
        again = leaving.at(clock)
        report = again.export("members", [GONE, LEE])
        assert again.export("misuse_records", MISUSE).kept_out == {"withdrawn": 1}
        assert report.kept_out == {"withdrawn": 1}
        assert report.refused == {}
        assert [found.path for found in again.workspace.sealed.objects()] == sealed
        assert accounts(again) == accounts(again, "misuse_records") == ["k2"]


def test_without_an_instant_of_leaving_it_is_the_end_of_the_exports_day(house):
    house.export("members", [{**KIM, "status": "withdrawn"}, LEE])
    (stone,) = house.workspace.tombstones.all()
    assert stone.at.isoformat() == "2015-05-20T14:59:59.999999+00:00"
    later = house.at("2015-05-23T12:00:00+09:00")
    assert later.export("members", [{**KIM, "status": "withdrawn"}, LEE]).kept_out == {"withdrawn": 1}


def test_an_emptied_row_is_sealed_with_what_was_given_before(house, officer):
    house.under(clock="2015-05-20T12:00:00+09:00").export("members", [KIM, LEE])
    later = house.under()
    later.export("members", [{**GONE, **dict.fromkeys(SIGN_UP, "")}, LEE])
    kept = opened(later, objects(later, ONE_YEAR)[0], officer)
    assert (kept["contact_phone"], kept["password_hash"]) == ("010-0000-0001", HASH)


def test_a_password_in_the_clear_is_never_stored(house, officer):
    house.export("members", [{**KIM, "password_hash": "canary-password"}, LEE])
    assert house.workspace.registry.load("members")["password_hash"].to_pylist() == [None, None]


def test_what_a_member_changes_has_no_history(house):
    house.under(clock="2015-05-20T12:00:00+09:00").export("members", [KIM, LEE])
    later = house.under()
    before = later.workspace.registry.fingerprint(DAY)
    later.export("members", [{**KIM, "contact_phone": "010-0000-0099"}, LEE])
    rows = later.workspace.registry.load("members")
    assert rows["contact_phone"].to_pylist() == ["010-0000-0099", None]
    assert later.workspace.registry.fingerprint(DAY) == before


def test_who_left_more_than_a_year_ago_is_kept_only_for_good(house):
    house.export("members", [{**GONE, "withdrawn_at": "2014-05-20T15:00:00+09:00"}, LEE])
    assert (len(objects(house, ONE_YEAR)), len(objects(house, PERMANENT))) == (0, 1)
    assert house.workspace.tombstones.all() == ()


def test_who_left_a_year_ago_to_the_day_is_kept_for_the_rest_of_it(house):
    house.export("members", [{**GONE, "withdrawn_at": "2014-05-21T15:00:00+09:00"}, LEE])
    assert len(objects(house, ONE_YEAR)) == 1


def test_a_real_home_without_a_recipient_destroys_nothing(house):
    house.under(clock="2015-05-20T12:00:00+09:00").export("members", [KIM, LEE])
    blind = house.under(sealed_recipient=None)
    with pytest.raises(UsageError, match="PARTNERSTATS_SEALED_RECIPIENT"):
        blind.export("members", [GONE, LEE])
    assert set(accounts(blind)) == {"k1", "k2"}
    assert blind.workspace.registry.load("members")["contact_phone"].to_pylist().count("010-0000-0001") == 1
    assert (blind.workspace.sealed.objects(), blind.workspace.tombstones.all()) == ([], ())
    again = house.under()
    again.export("members", [GONE, LEE])
    assert accounts(again) == ["k2"]
    assert len(again.workspace.sealed.objects()) == 2


@pytest.mark.parametrize("step", ["put", "add", "add_all", "rewrite"])
def test_a_crash_at_any_step_is_made_good_by_the_next_run(house, officer, monkeypatch, step):
    class Crash(BaseException): ...

    def crash(*_arguments, **_named):
        raise Crash

    house.under(clock="2015-05-20T12:00:00+09:00").export("members", [KIM, LEE])
    house.under(clock="2015-05-20T12:00:00+09:00").export("misuse_records", MISUSE)
    broken = house.under()
    store = {"put": "sealed", "add": "sign_ups", "add_all": "tombstones", "rewrite": "registry"}[step]
    with monkeypatch.context() as patch:
        patch.setattr(getattr(broken.workspace, store), step, crash)
        with pytest.raises(Crash):
            broken.export("members", [GONE, LEE])
    after = house.under()
    after.export("members", [GONE, LEE])
    assert accounts(after) == accounts(after, "misuse_records") == ["k2"]
    (year,), (_,) = objects(after, ONE_YEAR), objects(after, PERMANENT)
    assert opened(after, year, officer)["misuse"]
    assert len(after.workspace.tombstones.all()) == 1
    named = {found.key for found in after.workspace.sealed.objects()}
    keys = {info.name for info in after.workspace.keyring.list() if info.generation and info.dataset == ONE_YEAR}
    assert keys == {year.key} <= named
    assert settle_departures(after.workspace).left == 0


# Double sign-ups ----------------------------------------------------------------------------------------------------

NEW = {"account_key": "k9", "login_id": "kim9", "partner_id": "p1", "joined_at": "2015-05-22T09:00:00+09:00"}


def test_who_signs_up_with_what_a_former_member_gave_is_counted(leaving):
    later = leaving.at("2015-05-23T12:00:00+09:00")
    same = (
        {"contact_phone": "010 0000 0001"},
        {"contact_email": "KIM@sample.example"},
        {"business_number": "0000000001"},
        {"login_id": "Kim"},
    )
    other = (
        {"company_name": "Sample Inc.", "contact_phone": "010-0000-0002"},
        {"contact_phone": "010-0000-0001", "joined_at": "2015-05-20T14:00:00+09:00"},
    )
    new = [{**NEW, "account_key": f"n{at}", "login_id": f"n{at}", **given} for at, given in enumerate((*same, *other))]
    back = {**KIM, "joined_at": "2015-05-22T09:00:00+09:00"}
    later.export("members", [*new, back, LEE])
    assert double_sign_ups(later.workspace) == len(same)
    (entry,) = later.workspace.ledger.entries("double-sign-ups")
    assert entry.body == {"found": len(same)}


def test_after_the_year_a_double_sign_up_is_no_longer_found(leaving):
    later = leaving.at("2015-05-23T12:00:00+09:00")
    later.export("members", [{**NEW, "contact_phone": "010-0000-0001"}, LEE])
    assert double_sign_ups(later.workspace) == 1
    name = later.workspace.keyring.find(ONE_YEAR, DAY).name
    assert name == "former_members_1y.2015-05-20.until-2016-05-25"
    later.workspace.keyring.destroy(name)
    assert double_sign_ups(later.workspace) == 0


def test_the_digests_of_sign_ups_hold_nothing_that_was_given(left):
    keyring = left.workspace.keyring
    path = left.workspace.home.sealed / "1y" / "2015-05-20" / "sign_ups.age"
    payload = unseal(path.read_bytes(), keyring.data_key(ONE_YEAR, DAY), path.name)
    (row,) = json.loads(payload)
    assert set(row) == {"subject", "left_at", "digests"}
    assert len(row["digests"]) == 4
    assert not any(str(value).encode() in payload for value in (*SIGN_UP.values(), "kim"))
