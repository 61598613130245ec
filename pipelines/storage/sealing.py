"""Bytes sealed for rest: zstd, then age (X25519, ChaCha20-Poly1305 in 64 KiB chunks) under one data key."""

import pyrage
import zstandard

from pipelines.errors import DamagedError
from pipelines.storage.keys import DataKey

COMPRESSION_LEVEL = 3


def seal(payload: bytes, key: DataKey) -> bytes:
    """Return age(zstd(payload)); two seals of the same payload differ."""
    compressed = zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(payload)
    return bytes(pyrage.encrypt(compressed, [_identity(key).to_public()]))


def unseal(sealed: bytes, key: DataKey, what: str) -> bytes:
    """Return the payload of `sealed`. Raises DamagedError, naming `what`, if it was changed or is under another key."""
    try:
        return zstandard.ZstdDecompressor().decompress(pyrage.decrypt(sealed, [_identity(key)]))
    except (pyrage.DecryptError, zstandard.ZstdError):
        raise DamagedError(f"{what}: cannot be opened with key {key.name}") from None


def new_identity() -> bytes:
    """Return the secret of a new `age` key, from the operating system's randomness."""
    return str(pyrage.x25519.Identity.generate()).encode("ascii")


def _identity(key: DataKey) -> pyrage.x25519.Identity:
    if key.kind != "age":
        raise ValueError(f"key {key.name} is of kind {key.kind}; sealing takes age")
    return pyrage.x25519.Identity.from_str(key.secret.decode("ascii"))
