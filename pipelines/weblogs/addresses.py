"""Client addresses: one text for one address, and which one a trusted proxy vouches for."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

# Already canonical, and what most addresses are: told without the work of ip_address, which is ten times as much.
_PLAIN_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d{1,5}")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+(?:%[^\]]*)?)\](?::\d{1,5})?")
_LONGEST = 128


def canonical_address(text: str) -> str | None:
    """Return the one text of an IP address, or None for what is no address (a host name, a list, `unix:`).

    A port is dropped (`1.2.3.4:567`, `[::1]:80`), an IPv4-mapped IPv6 address is its IPv4 address (RFC 4291, 2.5.5.2), an IPv6
    zone is dropped, and IPv6 is written as RFC 5952 says.
    """
    if _PLAIN_IPV4.fullmatch(text):
        return text
    if len(text) > _LONGEST:
        return None
    if found := _WITH_PORT.fullmatch(text) or _BRACKETED.fullmatch(text):
        text = found[1]
    if ":" in text:
        text = text.partition("%")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def address_prefix(address: str) -> str:
    """Return the network one person's addresses are taken to share: /24 of IPv4, /48 of IPv6. `address` is canonical."""
    return str(ip_network(f"{address}/{48 if ':' in address else 24}", strict=False))


def client_address(peer: bytes | None, forwarded_for: bytes | None, trusted: Sequence[Network]) -> str | None:
    """Return the client's canonical address: the peer's, unless the peer is a trusted proxy that forwarded for another.

    Then it is the rightmost hop of `forwarded_for` that is not itself trusted (what stands left of it is the client's own
    claim); if all are trusted, the leftmost. A hop that is no address ends the search: the client is unknown, None.
    """
    address = canonical_address(peer.decode("ascii", "replace")) if peer else None
    if address is None or not trusted or not _is_trusted(address, trusted):
        return address
    for hop in reversed((forwarded_for or b"").split(b",")):
        if not (hop := hop.strip(b" \t")):
            continue
        address = canonical_address(hop.decode("ascii", "replace"))
        if address is None or not _is_trusted(address, trusted):
            return address
    return address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = ip_address(address)
    return any(parsed in network for network in trusted)
