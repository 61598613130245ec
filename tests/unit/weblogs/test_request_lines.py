"""A request line is not always three tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.request_lines import split_request


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (b"GET / HTTP/1.1", ("GET", b"/", "HTTP/1.1")),
        (b"     GET /get HTTP/1.1", ("GET", b"/get", "HTTP/1.1")),
        (b"\tGET /get HTTP/1.1", ("GET", b"/get", "HTTP/1.1")),
        (b"GET /a b c HTTP/1.1", ("GET", b"/a b c", "HTTP/1.1")),
        (b"GET /a HTTP/1.1 HTTP/1.0", ("GET", b"/a HTTP/1.1", "HTTP/1.0")),
        (b"GET /", ("GET", b"/", None)),
        (b"GET", ("GET", None, None)),
        (b"GET / HTTP/2", ("GET", b"/", "HTTP/2")),
        (b"PRI * HTTP/2.0", ("PRI", b"*", "HTTP/2.0")),
        (b"OPTIONS * HTTP/1.1", ("OPTIONS", b"*", "HTTP/1.1")),
        (b"|GET /get HTTP/1.1", ("|GET", b"/get", "HTTP/1.1")),
        (b"GET /\xff\x00 HTTP/1.1", ("GET", b"/\xff\x00", "HTTP/1.1")),
        (b"\x16\x03\x01\x00\xc8", (None, None, None)),
        (b"", (None, None, None)),
        (b"(GET) /", (None, None, None)),
    ],
)
def test_a_request_line_is_split_into_what_it_has(
    line: bytes, parts: tuple[str | None, bytes | None, str | None]
) -> None:
    assert split_request(line) == parts


@given(st.binary())
def test_no_request_line_stops_the_reader(line: bytes) -> None:
    _, target, _ = split_request(line)
    assert target is None or target in line
