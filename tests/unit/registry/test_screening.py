"""A row is looked at for age, passwords and channels; what the clauses forbid is refused or counted, never kept."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.registry.screening import ChildError, is_one_way, is_under, screen_of
from pipelines.tabular.values import FaultError

TODAY = date(2015, 5, 20)


@pytest.mark.parametrize(
    ("born", "is_child"),
    [
        (date(2001, 5, 20), False),
        (date(2001, 5, 21), True),
        (date(2015, 5, 20), True),
        (date(2020, 1, 1), True),
        (date(1900, 1, 1), False),
    ],
)
def test_fourteen_is_reached_on_the_birthday(born, is_child):
    assert is_under(born, 14, TODAY) is is_child


@pytest.mark.parametrize(("on", "is_child"), [(date(2018, 2, 28), True), (date(2018, 3, 1), False)])
def test_who_was_born_on_a_leap_day_reaches_it_on_the_first_of_march(on, is_child):
    assert is_under(date(2004, 2, 29), 14, on) is is_child


@given(st.dates(date(1950, 1, 1), date(2030, 1, 1)), st.integers(0, 30 * 366))
def test_once_of_age_always_of_age(born, days):
    later = born + timedelta(days=days)
    if not is_under(born, 14, later):
        assert not is_under(born, 14, later + timedelta(days=1))
    else:
        assert (later - born).days < 14 * 366


ONE_WAY = [
    "$argon2id$v=19$m=65536,t=3,p=4$c2FtcGxlc2FsdA$bm90LWEtcmVhbC1oYXNo",
    "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
    "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
    "scrypt:32768:8:1$K7wa2Rb0$" + "0f" * 64,
    "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk",
    "pbkdf2_sha256$600000$salt0123$" + "A" * 43 + "=",
    "pbkdf2:sha256:600000$salt0123$" + "0f" * 32,
]
NOT_ONE_WAY = [
    "hunter2",
    "",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "0" * 64,
    "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
    "$argon2id$",
    "$argon2id$v=19$m=65536,t=3,p=4$salt$",
    "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
    "$2b$12$short",
    ONE_WAY[0] + "\n",
    "x" + ONE_WAY[1],
]


@pytest.mark.parametrize("password", ONE_WAY)
def test_a_recognised_one_way_hash_passes(password):
    assert is_one_way(password)


@pytest.mark.parametrize("password", NOT_ONE_WAY)
def test_anything_else_does_not(password):
    assert not is_one_way(password)


@given(st.text(alphabet=st.characters(exclude_characters="$:"), max_size=100))
def test_no_text_without_a_separator_is_taken_for_a_hash(password):
    assert not is_one_way(password)


def judged(policy, *password, **values):
    values |= dict.fromkeys(["password_hash"], *password) if password else {}
    flags: Counter[str] = Counter()
    screen_of(policy, "members").judge(values, TODAY, flags)
    return +flags


def test_the_columns_follow_from_the_clauses(policy):
    screen = screen_of(policy, "members")
    assert screen.columns == ("birth_date", "channel", "password_hash")
    assert screen_of(policy, "contents").columns == ("channel",)
    assert screen.known_channels == {"web_sign_up", "fax_phone", "paper", "linked_service", "log_tool"}


def test_a_plain_password_and_an_unknown_channel_are_counted(policy):
    assert judged(policy, "hunter2", channel="scraper") == {"plain_passwords": 1, "unknown_channels": 1}
    assert judged(policy, password_hash=ONE_WAY[0], channel="paper", birth_date="1980-01-01") == {}
    assert judged(policy, password_hash=b"bytes", channel="") == {"plain_passwords": 1, "unknown_channels": 1}


@pytest.mark.parametrize("channel", [["web_sign_up"], {"web_sign_up": 1}, True, 1.5, b"paper"])
def test_a_channel_that_is_no_text_is_a_fault(policy, channel):
    with pytest.raises(FaultError, match=r"^channel: not a value of type text$"):
        judged(policy, channel=channel)


def test_what_was_not_delivered_is_not_judged(policy):
    assert judged(policy) == {}
    assert judged(policy, password_hash=None, birth_date="") == {}


def test_a_child_is_refused_and_an_unreadable_birth_date_is_a_fault(policy):
    with pytest.raises(ChildError, match=r"^birth_date: under the minimum age$"):
        judged(policy, birth_date="2001-05-21", channel=["canary"])
    with pytest.raises(FaultError, match=r"^birth_date: not a value of type date$"):
        judged(policy, birth_date="canary")
