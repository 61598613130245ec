"""Copies that name an erased member: delivered files that were imported, exports, and files that nothing accounts for."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import InputError
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.inventory.known import known_to
from pipelines.steps.retention.inventory.places import STAGED, UNACCOUNTED, place_of
from pipelines.steps.subjects.lines import text_pattern
from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove
from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.quarantine import file_digest

_OVERLAP = 1024
_DELIVERED = "delivered_files"
_AT_ONCE = ("subject_exports", *UNACCOUNTED)


@dataclass(frozen=True)
class Copies:
    """Files that name a member: those that may go, and delivered ones that were not imported yet."""

    going: list[Path]
    waiting: list[Path]


def copies_of(workspace: Workspace, names: tuple[str, ...]) -> Copies:
    """Return the copies in which one of `names` stands, packed or not. A file that cannot be unpacked is left to its period."""
    pattern, known = text_pattern(names), known_to(workspace).taken
    copies = Copies([], [])
    for file in files_below({"": workspace.home.root}):
        place = place_of(file.place)
        dataset = STAGED if place is None else place.dataset
        if file.link is not None or pattern is None or dataset not in (_DELIVERED, *_AT_ONCE):
            continue
        digest, is_named, tail = hashlib.sha256(), False, b""
        try:
            for chunk in _chunks(workspace, file.path):
                digest.update(chunk)
                is_named = is_named or pattern.search(tail + chunk) is not None
                tail = chunk[-_OVERLAP:]
        except InputError:
            continue
        if is_named:
            may_go = dataset != _DELIVERED or digest.hexdigest() in known or file_digest(file.path) in known
            (copies.going if may_go else copies.waiting).append(file.path)
    return copies


def remove_copies(workspace: Workspace, names: tuple[str, ...]) -> int:
    """Remove the copies that may go and return how many. One not imported yet meets the tombstone when it is."""
    going = copies_of(workspace, names).going
    for path in going:
        remove(path)
    return len(going)


def _chunks(workspace: Workspace, path: Path) -> Iterator[bytes]:
    settings = workspace.settings
    return iter(decompressed_chunks(path, Limits(settings.max_decompressed_bytes, settings.max_decompression_ratio)))
