"""The heads of the register: what they say, and how they are written and read.

A head follows from the entries it covers and is written in one way only, so that any changed byte of it shows.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from pipelines.storage.atomic import write_text


@dataclass(frozen=True)
class Head:
    """The register at a size: Merkle root over the entries' lines, digest and instant of the last one, torn lines cut so far."""

    size: int
    root: str
    digest: str
    at: str
    torn_lines_cut: int


@dataclass(frozen=True)
class HomeHead(Head):
    """The head in the home; it also says whether its copy was written, so that an older copy is told from a late one."""

    is_copied: bool


@dataclass(frozen=True)
class ChainHead:
    """The head that the ledger itself keeps."""

    seq: int
    digest: str
    torn_lines_cut: int


AnyHead = TypeVar("AnyHead", Head, HomeHead, ChainHead)
_TYPES = {"size": int, "seq": int, "torn_lines_cut": int, "is_copied": bool}
_LEAST = {"size": 1, "seq": 1, "torn_lines_cut": 0}


def home_head(head: Head, *, is_copied: bool) -> HomeHead:
    """Return `head` as the home keeps it."""
    return HomeHead(head.size, head.root, head.digest, head.at, head.torn_lines_cut, is_copied)


def as_text(head: object) -> str:
    """Return the one way in which a head is written."""
    return json.dumps(asdict(head), indent=2) + "\n"  # type: ignore[call-overload]


def write_head(path: Path, head: Head) -> None:
    """Write `head` atomically."""
    write_text(path, as_text(head))


def parse_head(kind: type[AnyHead], data: bytes | None) -> AnyHead | None:
    """Read a head; None when there is none. Raises ValueError for anything that was not written so."""
    if data is None:
        return None
    try:
        head = kind(**json.loads(data))
        is_as_written = as_text(head).encode() == data and _has_its_types(head)
    except (TypeError, ValueError):
        is_as_written = False
    if not is_as_written:
        raise ValueError("not a head of the register")
    return head


def _has_its_types(head: object) -> bool:
    values = asdict(head)  # type: ignore[call-overload]
    is_typed = all(type(value) is _TYPES.get(name, str) for name, value in values.items())
    return is_typed and all(value >= _LEAST[name] for name, value in values.items() if name in _LEAST)
