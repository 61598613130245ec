"""Copies that name an erased member: delivered files that were imported, exports, and files that nothing accounts for."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import InputError, PartnerstatsError
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.layers import Layer, UnreadableError
from pipelines.retention.scanning.traversal import traverse
from pipelines.steps.retention.byte_files import Found, files_below
from pipelines.steps.retention.inventory.known import known_to
from pipelines.steps.retention.inventory.places import STAGED, UNACCOUNTED, place_of
from pipelines.steps.retention.inventory.places import Found as Place
from pipelines.steps.subjects.lines import text_pattern
from pipelines.steps.subjects.strays import BY_HAND, Stock
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove
from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.quarantine import file_digest

_OVERLAP = 1024
_DELIVERED = "delivered_files"
_AT_ONCE = ("subject_exports", *UNACCOUNTED)


@dataclass(frozen=True)
class Copies:
    """Files that name a member: those that may go, delivered ones that were not imported yet, and what a hold keeps."""

    going: list[Path]
    waiting: list[Path]
    held: list[Path]


def copies_of(workspace: Workspace, names: tuple[str, ...]) -> Copies:
    """Return the copies in which one of `names` stands, in any form in which `subject find` reads it: packed, in a table, or not.

    One that cannot be unpacked is known by its stored bytes alone.
    """
    pattern, known, keys = text_pattern(names), known_to(workspace).taken, LiveKeys(workspace.keyring)
    copies, stock = Copies([], [], []), Stock(workspace)
    for file in files_below({"": workspace.home.root}):
        place = place_of(file.place)
        is_stray = place is not None and place.store in BY_HAND and stock.is_stray(file.place, place.store)
        dataset = STAGED if place is None or is_stray else place.dataset
        if file.link is not None or pattern is None or dataset not in (_DELIVERED, *_AT_ONCE):
            continue
        digests, is_named = _looked_through(workspace, file.path, pattern)
        if is_named or _is_in_a_layer(workspace, file, pattern, keys):
            may_go = dataset != _DELIVERED or not digests.isdisjoint(known)
            is_held = place is not None and is_stray and _is_held(workspace, place, file.place)
            (copies.held if is_held else copies.going if may_go else copies.waiting).append(file.path)
    return copies


@dataclass(frozen=True)
class _Stray:
    """A file of no store, as an item that may be held."""

    dataset: str
    place: str
    anchor: date | None


def _is_held(workspace: Workspace, place: Place, path: str) -> bool:
    """Say whether a hold on days of a dataset keeps a file that lies among them, whoever put it there."""
    return workspace.holds.covers(_Stray(place.dataset, path, place.day if "day" in place.parts else None))


def _looked_through(workspace: Workspace, path: Path, pattern: re.Pattern[bytes]) -> tuple[set[str], bool]:
    """Return the digests by which a file may be known as imported, and whether a name stands in its content."""
    digest, is_named, tail = hashlib.sha256(), False, b""
    try:
        for chunk in _chunks(workspace, path):
            digest.update(chunk)
            is_named = is_named or pattern.search(tail + chunk) is not None
            tail = chunk[-_OVERLAP:]
    except InputError:
        return {file_digest(path)}, is_named
    return {digest.hexdigest(), file_digest(path)}, is_named


class _Names:
    """A visitor that says whether a name stands anywhere."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self._pattern, self.is_named = pattern, False

    def block(self, _layer: Layer, block: bytes) -> None:
        """Look at a block."""
        self.is_named = self.is_named or self._pattern.search(block) is not None

    def rows(self, _layer: Layer, rows: list[bytes]) -> None:
        """Look at rows."""
        self.is_named = self.is_named or any(self._pattern.search(row) for row in rows)


def _is_in_a_layer(workspace: Workspace, file: Found, pattern: re.Pattern[bytes], keys: LiveKeys) -> bool:
    """Say whether a name stands in a decoded form of a file, a table for instance; what cannot be read on says no more."""
    names = _Names(pattern)
    with suppress(UnreadableError, OSError, PartnerstatsError):
        traverse(Decoder(file.path, file.place, keys, workspace.connection, may_stay_closed=True), names)
    return names.is_named


def remove_copies(workspace: Workspace, names: tuple[str, ...]) -> int:
    """Remove the copies that may go and return how many. One not imported yet meets the tombstone when it is."""
    going = copies_of(workspace, names).going
    for path in going:
        remove(path)
    return len(going)


def _chunks(workspace: Workspace, path: Path) -> Iterator[bytes]:
    settings = workspace.settings
    return iter(decompressed_chunks(path, Limits(settings.max_decompressed_bytes, settings.max_decompression_ratio)))
