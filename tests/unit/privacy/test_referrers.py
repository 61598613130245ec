"""Of a referrer the host is kept, and only if it is the name of a host."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.privacy.referrers import reduce_referrer, reduce_referrers


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        (b"http://www.example.com/", "www.example.com"),
        (b"HTTPS://WWW.Example.COM/path?q=kim#x", "www.example.com"),
        (b"https://example.com", "example.com"),
        (b"https://example.com:8443/a", "example.com"),
        (b"https://example.com.:443", "example.com"),
        (b"https://kim:secret@example.com/", "example.com"),
        (b"https://kim@example.org@example.com/", "example.com"),
        (b"https://example.com?kim@evil.org", "example.com"),
        (b"https://example.com\\@evil.org/", "example.com"),
        ("https://한글.한국/앨범".encode(), "xn--bj0bj06e.xn--3e0b707e"),
        (b"https://my_site.example.com/", "my_site.example.com"),
        (b"http://localhost/", "localhost"),
        (b"http://1.2.3.4.example.com/", "1.2.3.4.example.com"),
    ],
)
def test_the_host_is_kept(referrer: bytes, host: str) -> None:
    assert reduce_referrer(referrer) == host


@pytest.mark.parametrize(
    "referrer",
    [
        b"http://203.0.113.7/x",
        b"http://203.0.113.7:8080",
        b"http://kim@203.0.113.7/",
        b"http://[2001:db8::1]/",
        b"http://[2001:db8::1]:80/",
        b"http://0x7f000001/",
        b"http://2130706433/",
        b"http://127.1/",
        "http://１２７.0.0.1/".encode(),
    ],
)
def test_an_address_is_not_kept_but_counted_as_one(referrer: bytes) -> None:
    assert reduce_referrer(referrer) == "ip-address"


@pytest.mark.parametrize(
    "referrer",
    [
        None,
        b"",
        b"-",
        b"about:blank",
        b"mailto:kim@example.com",
        b"//example.com/",
        b"http://",
        b"http:///path",
        b"http://kim@/",
        b"http://exa mple.com/",
        b"http://%6bim.example.com/",
        b"http://<script>/",
        b"http://example..com/",
        b"http://-example.com/",
        b"http://example.com:port/",
        b"http://999.1.1.1/",
        b"http://1.2.3.4.5/",
        b"http://[::1/",
        b"http://[kim]/",
        b"http://[::1]kim/",
        b"http://\xff\xfe/",
        b"http://\x00.com/",
        "http://a℀b.com/".encode(),
        b"android-app://com.example/",
        b"=1+1",
    ],
)
def test_what_is_no_web_address_gives_nothing(referrer: bytes | None) -> None:
    assert reduce_referrer(referrer) is None


def test_a_host_is_as_long_as_a_host_may_be_and_no_longer() -> None:
    longest = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert len(longest) == 253
    assert reduce_referrer(f"http://{longest}/".encode()) == longest
    assert reduce_referrer(f"http://{longest}b/".encode()) is None
    assert reduce_referrer(f"http://{'a' * 63}.com/".encode()) is not None
    assert reduce_referrer(f"http://{'a' * 64}.com/".encode()) is None
    assert reduce_referrer(b"http://" + b"\xea\xb0\x80" * 1_000_000) is None


@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.sampled_from([b"http://", b"https://", b"HTTP://["]), st.binary(max_size=80)).map(b"".join),
        st.text(max_size=80).map(lambda text: b"http://" + text.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_give_a_safe_host_or_nothing(referrer: bytes) -> None:
    host = reduce_referrer(referrer)
    assert host is None or re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host)
    assert host is None or len(host) <= 253
    assert host is None or host == "ip-address" or not re.fullmatch(r"[0-9.]+", host)


def test_the_array_has_one_value_for_each_referrer_in_order() -> None:
    assert reduce_referrers([b"http://a.com/", None, b"x", b"http://b.com"]).to_pylist() == [
        "a.com",
        None,
        None,
        "b.com",
    ]
