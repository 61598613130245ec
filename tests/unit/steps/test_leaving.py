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
from pipelines.rights.tombstones import Gone
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
def left(house):
    """A house whose member kim, with a record of misuse, left on the afternoon of the last closed day."""
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


def test_the_key_destroyed_a_copy_taken_before_cannot_be_read_by_anybody(left, officer, tmp_path):
    (year,), (permanent,) = objects(left, ONE_YEAR), objects(left, PERMANENT)
    shutil.copytree(left.workspace.home.sealed, tmp_path / "copy")
    left.workspace.keyring.destroy(year.key)
    with pytest.raises(KeyMissingError):
        opened(left, year, officer)
    copy = (tmp_path / "copy" / year.path).read_bytes()
    keyring = left.workspace.keyring
    for info in keyring.list():
        if info.kind == "age":
            with pytest.raises(DamagedError):
                unseal(copy, keyring.get(info.name), "copy")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(copy, [officer])
    assert opened(left, permanent, officer)


def test_delivered_again_every_night_nothing_is_sealed_or_stored_again(left):
    sealed = [found.path for found in left.workspace.sealed.objects()]
    for clock in ("2015-05-22T12:00:00+09:00", "2016-06-22T12:00:00+09:00"):
        again = left.at(clock)
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


# The lines of who left ----------------------------------------------------------------------------------------------


@pytest.fixture
def lived(house, line):
    """Two days of lines derived while kim was a member; then kim left."""
    earlier = house.under(clock="2015-05-21T01:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    earlier.deliver(
        [
            line(date(2015, 5, 19), "10:00:00", member="kim"),
            line(DAY, "14:59:59", member="kim"),
            line(DAY, "15:00:01", member="kim"),
            line(DAY, "15:00:02", member="lee"),
        ]
    )
    earlier.derive()
    later = house.under()
    later.export("members", [GONE, LEE])
    return later


def who(house, day):
    return [
        (event["member_pseudonym"] is not None, event["person_pseudonym"] is not None)
        for event in sorted(house.events(day), key=lambda event: event["occurred_at"])
    ]


def test_every_day_until_the_member_left_is_derived_again(lived):
    assert lived.stale() == [19, 20]
    lived.derive()
    assert lived.stale() == []


def test_lines_until_the_instant_are_nobodys_and_a_second_later_anonymous(lived):
    lived.derive()
    assert who(lived, date(2015, 5, 19)) == [(False, False)]
    assert who(lived, DAY) == [(False, False), (False, True), (True, True)]
    assert lived.people(date(2015, 5, 19)) == {"withdrawn": 1}
    assert lived.people(DAY) == {"withdrawn": 1, "unknown login": 1, "member": 1}


def test_a_member_who_comes_back_under_the_same_login_counts_from_then_on(lived, line, officer):
    lived.derive()
    back = lived.at("2015-05-23T12:00:00+09:00")
    rejoined = {**KIM, "joined_at": "2015-05-22T09:00:00+09:00"}
    assert back.export("members", [rejoined, LEE]).kept_out == {}
    back.export("misuse_records", [*MISUSE, {**MISUSE[0], "recorded_at": "2015-05-22T10:00:00+09:00"}])
    back.deliver([line(date(2015, 5, 22), "10:00:00", member="kim")], name="later.log")
    back.derive()
    assert who(back, date(2015, 5, 22)) == [(True, True)]
    assert who(back, date(2015, 5, 19)) == [(False, False)]
    assert sorted(accounts(back, "misuse_records")) == ["k1", "k2"]
    assert len(back.workspace.sealed.objects()) == 2
    again = back.at("2015-05-25T12:00:00+09:00")
    again.export("members", [{**rejoined, "status": "withdrawn", "withdrawn_at": "2015-05-24T15:00:00+09:00"}, LEE])
    assert sorted(found.day for found in objects(again, ONE_YEAR)) == ["2015-05-20", "2015-05-24"]
    assert all(opened(again, found, officer)["login_id"] == "kim" for found in objects(again, ONE_YEAR))
    again.derive()
    assert who(again, date(2015, 5, 22)) == [(False, False)]


def test_a_source_that_keeps_the_first_day_of_joining_brings_no_line_back(lived):
    back = lived.at("2015-05-23T12:00:00+09:00")
    back.export("members", [KIM, LEE])
    back.derive()
    assert who(back, date(2015, 5, 19)) == [(False, False)]


def test_who_left_days_before_an_export_says_so_was_no_member_in_between(house, line):
    earlier = house.under(clock="2015-05-21T01:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    earlier.deliver([line(DAY, "10:00:00", member="kim")])
    earlier.derive()
    assert who(earlier, DAY) == [(True, True)]
    later = house.at("2015-05-23T12:00:00+09:00")
    later.export("members", [{**GONE, "withdrawn_at": "2015-05-18T15:00:00+09:00"}, LEE])
    assert later.stale() == [20]
    later.derive()
    assert later.people(DAY) == {"unknown login": 1}


def test_a_login_that_was_given_up_before_is_nobodys_only_as_long_as_it_was_the_members(house, line):
    earlier = house.under(clock="2015-05-19T12:00:00+09:00")
    earlier.export("members", [KIM, LEE])
    house.under(clock="2015-05-20T12:00:00+09:00").export(
        "members", [{**KIM, "login_id": "kim2"}, {**LEE, "login_id": "kim"}]
    )
    later = house.under()
    later.export("members", [{**GONE, "login_id": "kim2"}, {**LEE, "login_id": "kim"}])
    later.deliver([line(date(2015, 5, 18), member="kim"), line(DAY, member="kim"), line(DAY, member="kim2")])
    later.derive()
    assert later.people(date(2015, 5, 18)) == {"withdrawn": 1}
    assert later.people(DAY) == {"member": 1, "withdrawn": 1}


# Erased members -----------------------------------------------------------------------------------------------------


@pytest.fixture
def erased(lived, line):
    lived.workspace.tombstones.add("k2", ["lee"], Gone.ERASED, lived.workspace.clock.now())
    return lived


def test_a_late_file_with_an_erased_login_is_nobodys(erased, line):
    erased.derive()
    erased.deliver([line(date(2015, 5, 19), "11:00:00", member="lee")], name="late.log")
    erased.derive()
    assert erased.people(date(2015, 5, 19)) == {"withdrawn": 1, "erased": 1}
    assert who(erased, date(2015, 5, 19)) == [(False, False)] * 2
    assert len(erased.events()) == 5


def test_an_erased_member_is_kept_out_unless_joined_afterwards(erased):
    erased.export("members", [LEE])
    assert accounts(erased) == []
    report = erased.export("members", [LEE])
    assert report.kept_out == {"erased": 1}
    later = erased.at("2015-05-23T12:00:00+09:00")
    assert later.export("members", [{**LEE, "joined_at": "2015-05-22T12:00:00+09:00"}]).kept_out == {}
    assert accounts(later) == ["k2"]


def test_what_a_law_keeps_of_an_erased_member_is_still_taken_in(erased):
    contract = {
        "contract_id": "c1",
        "account_key": "k2",
        "partner_id": "p1",
        "began_on": "2015-01-01",
        "ended_on": None,
    }
    assert erased.export("contracts", [contract]).kept_out == {}
    assert accounts(erased, "contracts") == ["k2"]
    assert erased.export("misuse_records", MISUSE).kept_out == {"withdrawn": 1, "erased": 1}


# Double sign-ups ----------------------------------------------------------------------------------------------------

NEW = {"account_key": "k9", "login_id": "kim9", "partner_id": "p1", "joined_at": "2015-05-22T09:00:00+09:00"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"contact_phone": "010 0000 0001"}, 1),
        ({"contact_email": "KIM@sample.example"}, 1),
        ({"business_number": "0000000001"}, 1),
        ({"login_id": "Kim"}, 1),
        ({"company_name": "Sample Inc.", "contact_phone": "010-0000-0002"}, 0),
        ({"contact_phone": "010-0000-0001", "joined_at": "2015-05-20T14:00:00+09:00"}, 0),
        ({"account_key": "k1", "login_id": "kim", **SIGN_UP}, 0),
    ],
)
def test_who_signs_up_with_what_a_former_member_gave_is_counted(left, given, found):
    later = left.at("2015-05-23T12:00:00+09:00")
    later.export("members", [{**NEW, **given}, LEE])
    assert double_sign_ups(later.workspace) == found


def test_after_the_year_a_double_sign_up_is_no_longer_found(left):
    later = left.at("2015-05-23T12:00:00+09:00")
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
