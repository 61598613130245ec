"""The forms a value may hide in: encodings, escapes and digests made without a key."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus

DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b")


def needles(values: Mapping[str, str]) -> dict[bytes, str]:
    """Return every form of every value, lower case where case says nothing, with `<name of the value> as <form>`."""
    return {form: f"{name} as {how}" for name, value in values.items() for how, form in _forms(value) if len(form) >= 8}


def _forms(value: str) -> Iterator[tuple[str, bytes]]:
    raw = value.encode()
    yield "utf-8", raw
    for encoding in ("utf-16-le", "utf-16-be"):
        yield encoding, value.encode(encoding)
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    yield "reversed", raw[::-1]
    for how, text in (
        ("url", quote(value, safe="")),
        ("url", quote_plus(value)),
        ("url", "".join(f"%{byte:02X}" for byte in raw)),
        ("url", "".join(f"%{byte:02x}" for byte in raw)),
        ("json", json.dumps(value)[1:-1]),
        ("latin-1", raw.decode("latin-1")),
        ("escapes", "".join(f"\\x{byte:02x}" for byte in raw)),
    ):
        yield how, text.encode()
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            yield "base64", _inner_base64(alphabet(bytes(shift) + raw), shift)
    for name in DIGESTS:
        digest = hashlib.new(name, raw).digest()
        yield name, digest
        yield name, digest.hex().encode()
        yield name, digest.hex().upper().encode()
        yield name, base64.b64encode(digest).rstrip(b"=")


def _inner_base64(encoded: bytes, shift: int) -> bytes:
    """Return the characters that the value alone decides, whatever stands before and after it."""
    return encoded.rstrip(b"=")[4 if shift else 0 : -1]
