"""Request methods: the known ones, and OTHER for whatever else a client sends."""

from collections.abc import Sequence

import pyarrow as pa

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
"""RFC 9110, section 9, and PATCH (RFC 5789)."""
OTHER_METHOD = "OTHER"


def reduce_method(method: str | bytes | None) -> str:
    """Return `method` if it is known, in the capitals the standard gives it, else OTHER (also for None and `get`)."""
    text = method.decode("latin-1") if isinstance(method, bytes) else method
    return text if text in KNOWN_METHODS else OTHER_METHOD


def reduce_methods(methods: Sequence[str | bytes | None]) -> pa.Array:
    """Return the reduced method of each of `methods`, in order, as a string array without nulls."""
    return pa.array([reduce_method(method) for method in methods], pa.string())
