"""What a server escaped comes back as it was sent, undone once and no more."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.escapes import ESCAPED_JSON, ESCAPED_TEXT, UNESCAPED, unescape_json, unescape_text


def as_nginx(value: bytes) -> bytes:
    """Escape as ngx_http_log_module does with `escape=default`."""
    return b"".join(
        b"\\x%02X" % byte if byte < 0x20 or byte > 0x7E or byte in b'"\\' else bytes((byte,)) for byte in value
    )


def as_apache(value: bytes) -> bytes:
    """Escape as ap_escape_logitem does."""
    letters = {8: b"\\b", 10: b"\\n", 13: b"\\r", 9: b"\\t", 11: b"\\v", 34: b'\\"', 92: b"\\\\"}
    plain = range(0x20, 0x7F)
    return b"".join(letters.get(byte) or (bytes((byte,)) if byte in plain else b"\\x%02x" % byte) for byte in value)


def as_nginx_json(value: bytes) -> bytes:
    """Escape as nginx's `escape=json`: bytes of 0x7F and above pass through."""
    letters = {8: b"\\b", 10: b"\\n", 13: b"\\r", 9: b"\\t", 12: b"\\f", 34: b'\\"', 92: b"\\\\"}
    return b"".join(letters.get(byte) or (b"\\u%04X" % byte if byte < 0x20 else bytes((byte,))) for byte in value)


@given(st.binary())
def test_what_nginx_escapes_comes_back(value: bytes) -> None:
    assert unescape_text(as_nginx(value)) == value


@given(st.binary())
def test_what_apache_escapes_comes_back(value: bytes) -> None:
    assert unescape_text(as_apache(value)) == value


@given(st.binary())
def test_what_nginx_escapes_as_json_comes_back(value: bytes) -> None:
    assert unescape_json(as_nginx_json(value)) == value


@given(st.text())
def test_what_json_escapes_comes_back_even_lone_surrogates(text: str) -> None:
    assert unescape_json(json.dumps(text)[1:-1].encode()) == text.encode("utf-8", "surrogatepass")


def test_an_escape_is_undone_once() -> None:
    assert unescape_text(rb"\x5Cx22") == rb"\x22"
    assert unescape_text(rb"\\x22") == rb"\x22"
    assert unescape_json(rb"\\x22") == rb"\x22"


@pytest.mark.parametrize("value", [rb"\q", rb"\x2", rb"\xZZ", b"\\", rb"C:\Users"])
def test_a_backslash_that_begins_no_escape_stays(value: bytes) -> None:
    assert unescape_text(value) == value


def test_a_wrong_json_escape_stays() -> None:
    assert unescape_json(rb"\q") == rb"\q"


def test_a_json_escape_beside_bytes_that_are_no_text() -> None:
    assert unescape_json(b'\xff\\"\xfe\\u00e9\\ud83d') == b'\xff"\xfe\xc3\xa9\xed\xa0\xbd'


def test_each_escaping_has_its_own_sign_for_nothing() -> None:
    assert [escaping.missing for escaping in (ESCAPED_TEXT, ESCAPED_JSON, UNESCAPED)] == [b"-", b"", b""]
    assert UNESCAPED.undo(rb"\x22") == rb"\x22"
