"""What has arrived in the landing folder: files that lie still and were not taken in, told by digests and never by name."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from pipelines.errors import InputError
from pipelines.registry.store import RegistryKeys, RegistryStore
from pipelines.steps.deliveries import delivered
from pipelines.steps.record_imports import FOLDERS, record_files
from pipelines.steps.records import QUARANTINED_FILE, import_records
from pipelines.steps.workspace import OpenHome
from pipelines.weblogs.decompression import Limits, decompressed_chunks
from pipelines.weblogs.quarantine import file_digest

BYTES_READ_A_LOOK = 4 * 1024**3
"""A look reads no more than about this before it puts the rest off, so that it ends within the minute a sensor has."""
LARGEST_READ_BYTES = 1024**3
"""A larger file, or one with more in it, is told by place, size and time of change instead: one file could outlast the minute."""
MOST_CHANGES = 20
"""A file that was seen to change so many times in succession is waited for no longer: it may be one that always grows."""


@dataclass(frozen=True)
class Sighting:
    """A file as it lay at one look: `place` is the digest of its path below landing, `changed_ns` its time of change.

    `delivered` (digest of its bytes) and `content` (of them decompressed, where that tells known from new) are None until it
    was seen twice unchanged. `changes` counts the looks in succession at which it had changed.
    """

    place: str
    size_bytes: int
    changed_ns: int
    delivered: str | None = None
    content: str | None = None
    changes: int = 0

    @property
    def is_read(self) -> bool:
        """Whether it lay still and was read."""
        return self.delivered is not None

    @property
    def is_waited_for(self) -> bool:
        """Whether a night waits until it was read."""
        return not self.is_read and self.changes < MOST_CHANGES

    def lies_as(self, other: "Sighting | None") -> bool:
        """Say whether size and time of change are those of `other`."""
        return other is not None and (self.size_bytes, self.changed_ns) == (other.size_bytes, other.changed_ns)


@dataclass(frozen=True)
class Look:
    """One look at the landing folder: every file, and which of those that were read are not taken in yet.

    `stands` tells what is stored now of the tables that new exports are of: earlier content that comes again is news.
    """

    files: tuple[Sighting, ...]
    new: tuple[Sighting, ...]
    stands: tuple[str, ...] = ()

    def to_cursor(self) -> str:
        """Return the text to remember until the next look; it holds digests, sizes and times."""
        return json.dumps([list(file.__dict__.values()) for file in self.files])


@dataclass(frozen=True)
class Decision:
    """What to do about a look: begin a night under `run_key`, or nothing when it is None; `sentence` says why."""

    run_key: str | None
    sentence: str


def from_cursor(text: str | None) -> dict[str, Sighting]:
    """Return the sightings that `to_cursor` wrote, by place; none for no text or one of another version."""
    try:
        return {row[0]: Sighting(*row) for row in json.loads(text or "[]")}
    except (ValueError, TypeError, LookupError):
        return {}


def decide(look: Look, *, is_run_open: bool) -> Decision:
    """Say whether a night is due: when every file lies still, one of them is new, and no run is queued or at work.

    A file that goes on changing is waited for no longer after some looks.
    """
    if is_run_open:
        return Decision(None, "A run is queued or at work; what has arrived since waits for its end.")
    if not look.files:
        return Decision(None, "Nothing lies in the landing folder.")
    waiting = sum(file.is_waited_for for file in look.files)
    if waiting:
        return Decision(None, f"{waiting} of {len(look.files)} files were not seen unchanged twice yet.")
    if not look.new:
        read = sum(file.is_read for file in look.files)
        growing = f"; {len(look.files) - read} go on changing" if read < len(look.files) else ""
        return Decision(None, f"All {read} files that lie still in the landing folder were taken in before{growing}.")
    digests = sorted(file.content or file.delivered or "" for file in look.new)
    told = "\n".join([*digests, *look.stands])
    return Decision(hashlib.sha256(told.encode()).hexdigest(), f"{len(digests)} new files have arrived.")


def look_at_landing(opened: OpenHome, before: Mapping[str, Sighting], *, most_bytes: int = BYTES_READ_A_LOOK) -> Look:
    """Look at every file a night would take in; read those that lie as they did `before`, up to about `most_bytes`.

    Raises PolicyError, or DamagedError for a ledger that cannot be read.
    """
    known, reading = _Known(opened), _Reading(_limits(opened), most_bytes)
    files, new, stands = [], [], set()
    for kind, path in delivered(opened):
        try:
            now = _seen(opened.home.landing, path)
            earlier = before.get(now.place)
            if earlier is not None:
                now = _compared(now, earlier)
                if now.lies_as(earlier) and not now.is_read:
                    now = reading.read(kind, path, now)
        except OSError:
            continue
        files.append(now)
        if now.is_read and not known.has(kind, now):
            new.append(now)
            stands.add(known.stands(kind))
    return Look(tuple(files), tuple(new), tuple(sorted(stands - {""})))


def _compared(now: Sighting, earlier: Sighting) -> Sighting:
    return earlier if now.lies_as(earlier) else replace(now, changes=earlier.changes + 1)


class _Reading:
    """Reads files until a look has read as much as it may."""

    def __init__(self, limits: Limits, most_bytes: int) -> None:
        self._limits, self._left = limits, most_bytes

    def read(self, kind: str, path: Path, seen: Sighting) -> Sighting:
        """Return the sighting with digests, or as it is when nothing more may be read now."""
        if seen.size_bytes > LARGEST_READ_BYTES:
            return _unread(seen)
        if self._left <= 0:
            return seen
        self._left -= seen.size_bytes
        content = None if kind == "access" else self._content(path)
        return _unread(seen) if content == _TOO_MUCH else replace(seen, delivered=file_digest(path), content=content)

    def _content(self, path: Path) -> str | None:
        """Return the digest of the decompressed content, which tells exports apart; None for a damaged file."""
        digest, left = hashlib.sha256(), LARGEST_READ_BYTES
        try:
            for chunk in decompressed_chunks(path, self._limits):
                digest.update(chunk)
                left, self._left = left - len(chunk), self._left - len(chunk)
                if left < 0:
                    return _TOO_MUCH
        except InputError:
            return None
        return digest.hexdigest()


_TOO_MUCH = "too much"


def _unread(seen: Sighting) -> Sighting:
    told = f"{seen.place} {seen.size_bytes} {seen.changed_ns}"
    return replace(seen, delivered=f"unread {hashlib.sha256(told.encode()).hexdigest()}")


class _Known:
    """What was taken in before, by digest."""

    def __init__(self, opened: OpenHome) -> None:
        self._logs = {record.delivered_sha256 for record in import_records(opened.ledger)}
        self._whole = {entry.body["delivered_sha256"] for entry in opened.ledger.entries(QUARANTINED_FILE)}
        self._records = {record.sha256 for record in record_files(opened)}
        # What the pointers of tables say is read without a key.
        self._registry = RegistryStore(opened.home.registry, cast(RegistryKeys, None))

    def has(self, kind: str, file: Sighting) -> bool:
        if kind == "access":
            return file.delivered in self._logs | self._whole
        if kind in FOLDERS:
            return file.content in self._records or file.delivered in self._whole
        pointer = self._registry.pointer(kind)
        return pointer is not None and pointer.source_sha256 == file.content

    def stands(self, kind: str) -> str:
        """Return what tells the stored table from every other version of it; nothing for logs and records, which add up."""
        pointer = None if kind == "access" or kind in FOLDERS else self._registry.pointer(kind)
        return pointer.stored_sha256 if pointer else ""


def _seen(landing: Path, path: Path) -> Sighting:
    stored = path.stat()
    place = hashlib.sha256(str(path.relative_to(landing)).encode("utf-8", "surrogateescape")).hexdigest()
    return Sighting(place, stored.st_size, stored.st_mtime_ns)


def _limits(opened: OpenHome) -> Limits:
    return Limits(opened.settings.max_decompressed_bytes, opened.settings.max_decompression_ratio)
