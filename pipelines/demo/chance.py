"""Seeded chance: named, independent streams of random numbers, and weighted choice for whole columns."""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def stream(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """Return the generator of `purpose`; other purposes and numbers give independent ones (NumPy's SeedSequence)."""
    return np.random.default_rng([seed, zlib.crc32(purpose.encode("ascii")), *numbers])


@dataclass(frozen=True)
class Weighted:
    """Positions 0..n-1, each drawn as often as its weight says. `cumulative` rises to 1."""

    cumulative: Floats

    @classmethod
    def of(cls, weights: npt.ArrayLike) -> "Weighted":
        """Take weights of any scale, at least one above 0."""
        cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
        return cls(cumulative / cumulative[-1])

    def at(self, shares: Floats) -> Ints:
        """Return the position at each share (0 up to but not 1)."""
        found = np.searchsorted(self.cumulative, shares, side="right")
        return np.minimum(found, len(self.cumulative) - 1).astype(np.int32)

    def pick(self, rng: np.random.Generator, count: int) -> Ints:
        """Draw `count` positions."""
        return self.at(rng.random(count))


def falling(count: int, steepness: float) -> Floats:
    """Return weights that fall with rank, 1 / rank ** steepness (Zipf)."""
    return np.arange(1, count + 1, dtype=np.float64) ** -steepness


def draw(rng: np.random.Generator, count: int, chance: float) -> Flags:
    """Return `count` flags, each true with `chance`."""
    return rng.random(count) < chance


def below(rng: np.random.Generator, limit: int | Ints, count: int) -> Ints:
    """Return `count` whole numbers from 0 up to but not `limit` (a number, or one for each)."""
    return rng.integers(0, limit, count, dtype=np.int32)
