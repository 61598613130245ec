"""Cookie headers are split as RFC 6265 says; the member cookie names one person or nobody."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.cookies import CookieState, login_of, parse_cookie_header, read_member_cookie, read_member_value


def pairs(text: str) -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in parse_cookie_header(text.encode())]


def test_the_http_state_cases_give_their_names_and_values(real_data: Path) -> None:
    cases = json.loads((real_data / "cookies" / "http-state.json").read_text("utf-8"))
    stated = [case for case in cases if case["pairs"] is not None]
    assert len(stated) == 214
    wrong = [
        case["test"] for case in stated if pairs(case["cookie_header"] or "") != [tuple(pair) for pair in case["pairs"]]
    ]
    assert wrong == []


# Where servers differ, what is chosen here (docs/decisions/0037-where-cookie-parsers-differ.md). What is not listed is as the
# server's own tests want it.
CHOSEN: dict[str, list[tuple[str, str]]] = {
    "email=%20%22%2c%3b%2f": [("email", "%20%22%2c%3b%2f")],
    "foo=bar;fizz  ;  buzz": [("foo", "bar"), ("", "fizz"), ("", "buzz")],
    "  fizz; foo=  bar": [("", "fizz"), ("foo", "bar")],
    "foo=%1;bar=bar;foo=boo": [("foo", "%1"), ("bar", "bar"), ("foo", "boo")],
    "foo=false;bar=bar;foo=true": [("foo", "false"), ("bar", "bar"), ("foo", "true")],
    "foo=;bar=bar;foo=boo": [("foo", ""), ("bar", "bar"), ("foo", "boo")],
    'Cookie-1="v$1"; c2="v2"': [("Cookie-1", '"v$1"'), ("c2", '"v2"')],
    'Cookie-1="v$1"; c2=v2;': [("Cookie-1", '"v$1"'), ("c2", "v2")],
    'dismiss-top=6; CP=null*; PHPSESSID=0a539d42abc001cdc762809248d4beed;a=42; b="\\";"; ; fo234{=bar;blub=Blah; '
    '"__Secure-c"=d;==__Host-eq=bad;__Host-eq=good;': [
        ("dismiss-top", "6"),
        ("CP", "null*"),
        ("PHPSESSID", "0a539d42abc001cdc762809248d4beed"),
        ("a", "42"),
        ("b", '"\\"'),
        ("", '"'),
        ("fo234{", "bar"),
        ("blub", "Blah"),
        ('"__Secure-c"', "d"),
        ("", "=__Host-eq=bad"),
        ("__Host-eq", "good"),
    ],
    "first=IamTheFirst ; a=1; oops ; a=2 ;second = andMeTwo;": [
        ("first", "IamTheFirst"),
        ("a", "1"),
        ("", "oops"),
        ("a", "2"),
        ("second", "andMeTwo"),
    ],
    'foo="foo\\054bar"': [("foo", '"foo\\054bar"')],
    'foo="?foo"; version="0.1";': [("foo", '"?foo"'), ("version", '"0.1"')],
}


def server_cases(real_data: Path) -> list[tuple[str, list[tuple[str, str]]]]:
    servers = json.loads((real_data / "cookies" / "servers.json").read_text("utf-8"))
    cases = [case for group in servers.values() if isinstance(group, list) for case in group]
    return [(case["in"], [tuple(pair) for pair in _listed(case["want"])]) for case in cases]


def _listed(want: dict[str, str] | list[list[str]]) -> list[object]:
    return list(want.items() if isinstance(want, dict) else want)


def test_each_server_case_is_as_its_server_has_it_or_as_chosen(real_data: Path) -> None:
    cases = server_cases(real_data)
    assert len(cases) == 33
    assert [text for text, want in cases if pairs(text) != CHOSEN.get(text, want)] == []
    assert {text for text, _ in cases} >= set(CHOSEN)
    assert [text for text, want in cases if text in CHOSEN and CHOSEN[text] == want] == []


def test_the_cookies_of_real_sites_keep_every_character(real_data: Path) -> None:
    servers = json.loads((real_data / "cookies" / "servers.json").read_text("utf-8"))
    sites = next(group for group in servers.values() if isinstance(group, dict))
    for text in sites.values():
        assert "; ".join(f"{name}={value}" for name, value in pairs(text)) == text


@given(st.binary())
def test_no_header_stops_the_reader(header: bytes) -> None:
    for name, value in parse_cookie_header(header):
        assert b";" not in name + value
        assert name in header
        assert value in header
    read_member_cookie(header, b"pc_member")


@given(st.lists(st.tuples(st.from_regex(rb"\A[a-z]+\Z"), st.from_regex(rb"\A[!-:<-~]*\Z"))))
def test_joined_pairs_come_apart_again(sent: list[tuple[bytes, bytes]]) -> None:
    assert parse_cookie_header(b"; ".join(name + b"=" + value for name, value in sent)) == sent


@pytest.mark.parametrize(
    ("header", "state", "login", "others"),
    [
        (None, CookieState.NONE, None, 0),
        (b"-", CookieState.NONE, None, 0),
        (b"", CookieState.NONE, None, 0),
        (b"m=kim", CookieState.MEMBER, "kim", 0),
        (b'm="kim"', CookieState.MEMBER, "kim", 0),
        (b"m=kim%40label.example", CookieState.MEMBER, "kim@label.example", 0),
        (b"m=100%", CookieState.MEMBER, "100%", 0),
        (b"m=%EA%B9%80", CookieState.MEMBER, "김", 0),
        ("m=김".encode(), CookieState.MEMBER, "김", 0),
        (b"m=kim; m=kim", CookieState.MEMBER, "kim", 0),
        (b'm=kim; m="kim"', CookieState.MEMBER, "kim", 0),
        (b"m=kim; m=", CookieState.MEMBER, "kim", 0),
        (b"m=kim; m=lee", CookieState.CONFLICTING, None, 0),
        (b"m=kim; m=%FF", CookieState.CONFLICTING, None, 1),
        (b"m=kim; a=1; b=2; a=3", CookieState.MEMBER, "kim", 2),
        (b"a=1", CookieState.OTHER_ONLY, None, 1),
        (b"kim", CookieState.OTHER_ONLY, None, 1),
        (b"m=", CookieState.NONE, None, 0),
        (b'm=""', CookieState.NONE, None, 0),
        (b"M=kim", CookieState.OTHER_ONLY, None, 1),
        (b"m=\xff\xfe", CookieState.OTHER_ONLY, None, 1),
        (b"m=kim%00", CookieState.OTHER_ONLY, None, 1),
        (b"m=kim%0Aset", CookieState.OTHER_ONLY, None, 1),
        (b"=m=kim", CookieState.OTHER_ONLY, None, 1),
        (b"x=1,m=kim", CookieState.OTHER_ONLY, None, 1),
    ],
)
def test_the_member_cookie_names_one_person_or_nobody(
    header: bytes | None, state: CookieState, login: str | None, others: int
) -> None:
    read = read_member_cookie(header, b"m")
    assert (read.state, read.login, read.others) == (state, login, others)


def test_a_cookie_logged_alone_is_read_the_same() -> None:
    assert read_member_value(b'"kim"').login == "kim"
    assert read_member_value(b"\xff").state is CookieState.OTHER_ONLY
    assert read_member_value(None).state is CookieState.NONE


@given(st.binary())
def test_a_login_is_printable_text_or_none(value: bytes) -> None:
    login = login_of(value)
    assert login is None or login.isprintable()
