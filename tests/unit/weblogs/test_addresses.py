"""One client has one address text, and only a trusted proxy may name another."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.weblogs.addresses import address_prefix, canonical_address, client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.4:567", "1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::FFFF:0102:0304", "1.2.3.4"),
        ("[::ffff:1.2.3.4]:80", "1.2.3.4"),
        ("::1", "::1"),
        ("[::1]:80", "::1"),
        ("[::1]", "::1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
    ],
)
def test_an_address_has_one_text(text: str, address: str) -> None:
    assert canonical_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "localhost",
        "host.example.com",
        "1.2.3.4, 5.6.7.8",
        "1.2.3",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4/24",
        "1.2.3.4:",
        "1.2.3.4:123456",
        "1.2.3.4%eth0",
        "[1.2.3.4",
        "[]",
        "unix:",
        "unknown",
        "１.2.3.4",
        " 1.2.3.4",
        "16909060",
        "0x7f.1",
        ":::" * 100,
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert canonical_address(text) is None


@given(st.ip_addresses())
def test_canonical_is_canonical_and_forgets_ports(address: IPv4Address | IPv6Address) -> None:
    once = canonical_address(str(address))
    assert once is not None
    assert canonical_address(once) == once
    assert canonical_address(f"[{address.exploded}]:8080" if ":" in str(address) else f"{address}:8080") == once


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_the_address(address: IPv4Address) -> None:
    assert canonical_address(f"::ffff:{address}") == str(address)


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    found = canonical_address(text)
    assert found is None or canonical_address(found) == found


def test_a_prefix_is_24_bits_of_ipv4_and_48_of_ipv6() -> None:
    assert address_prefix("1.2.3.4") == address_prefix("1.2.3.255") == "1.2.3.0/24"
    assert address_prefix("1.2.4.4") != address_prefix("1.2.3.4")
    assert address_prefix("2001:db8:1:2::3") == address_prefix("2001:db8:1:ffff::") == "2001:db8:1::/48"
    assert address_prefix("2001:db8:2::1") != address_prefix("2001:db8:1::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        (b"203.0.113.5", b"1.1.1.1", "203.0.113.5"),
        (b"10.0.0.1", b"1.1.1.1", "1.1.1.1"),
        (b"10.0.0.1:4711", b"1.1.1.1:99", "1.1.1.1"),
        (b"10.0.0.1", b"6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (b"10.0.0.1", b"6.6.6.6,1.1.1.1 ,\t10.9.9.9", "1.1.1.1"),
        (b"::ffff:10.0.0.1", b"::ffff:1.1.1.1", "1.1.1.1"),
        (b"fd00::1", b"2001:db8::1", "2001:db8::1"),
        (b"10.0.0.1", b"10.0.0.2, 10.0.0.3", "10.0.0.2"),
        (b"10.0.0.1", None, "10.0.0.1"),
        (b"10.0.0.1", b"", "10.0.0.1"),
        (b"10.0.0.1", b" , ,", "10.0.0.1"),
        (b"10.0.0.1", b"1.1.1.1, unknown", None),
        (b"10.0.0.1", b"1.1.1.1, \xff\xfe", None),
        (b"host.example", b"1.1.1.1", None),
        (None, b"1.1.1.1", None),
    ],
)
def test_only_a_trusted_proxy_names_another_client(
    peer: bytes | None, forwarded: bytes | None, client: str | None
) -> None:
    assert client_address(peer, forwarded, PROXIES) == client


def test_nobody_is_trusted_unless_said_so() -> None:
    assert client_address(b"10.0.0.1", b"1.1.1.1", ()) == "10.0.0.1"
