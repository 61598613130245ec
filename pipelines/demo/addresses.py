"""Client addresses from ranges set aside for documentation and tests: nobody's."""

from ipaddress import IPv4Network

import numpy as np

from pipelines.demo.chance import Weighted, below

# RFC 5737 (documentation), RFC 6598 (shared address space), RFC 2544 (benchmarking); the large ones give volume.
NETWORKS_V4 = tuple(
    IPv4Network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "100.64.0.0/10")
)
WEIGHTS_V4 = (1, 1, 1, 30, 45)
PREFIX_V6 = "2001:db8"
"""RFC 3849."""
SHARE_V6 = 0.25


def address_pool(rng: np.random.Generator, count: int) -> list[str]:
    """Return `count` addresses in canonical text, about a quarter of them IPv6; a few may repeat."""
    return [
        _v6(*pair) if is_v6 else _v4(*pair)
        for is_v6, pair in zip(
            (rng.random(count) < SHARE_V6).tolist(),
            zip(
                Weighted.of(WEIGHTS_V4).pick(rng, count).tolist(),
                below(rng, 2**31 - 1, count).tolist(),
                strict=True,
            ),
            strict=True,
        )
    ]


def _v4(network: int, number: int) -> str:
    """Return host `number` (modulo the hosts there are) of a network."""
    chosen = NETWORKS_V4[network]
    return str(chosen[1 + number % (chosen.num_addresses - 2)])


def _v6(network: int, number: int) -> str:
    """Return an address of one of 65,535 sites (/48); no group is zero, so that the text is canonical (RFC 5952)."""
    site, host = 1 + number % 0xFFFF, 1 + number // 0xFFFF % 0xFFFF
    return f"{PREFIX_V6}:{site:x}:{network + 1:x}::{host:x}"
