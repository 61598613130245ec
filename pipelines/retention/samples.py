"""Samples of what is destroyed: keyed digests of some of its whole lines, by which it is recognised wherever it may be.

A sample holds no line and no identity: dataset, day, counts and digests. Which lines are taken follows from their digests
(the smallest ones), so that the same data gives the same sample, spread evenly over it, in one pass.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from heapq import nsmallest
from pathlib import Path

from pipelines.errors import DamagedError
from pipelines.retention.digests import SHORTEST, Digester, date_texts, lines_of, windows
from pipelines.retention.scanning.layers import Form, Layer
from pipelines.storage.atomic import remove, write_json

LINES, LINES_OF_A_PART = 32, 4
"""Lines taken of what is destroyed together, all if there are fewer, and at least of each of its files; and as many rows."""

_HAS_TIME = re.compile(rb"\d:\d\d|\d{10}")


@dataclass(frozen=True)
class Sample:
    """What is kept of one dataset's day, or of rows taken out of a table on `day`.

    `seen` counts the lines and rows there were, `taken` those that `digests` and `windows` (of text around times) are of.
    """

    dataset: str
    day: date
    taken_on: date
    plan: str
    """Digest of the plan they were destroyed by."""
    seen: int
    taken: int
    digests: tuple[str, ...]
    windows: tuple[str, ...]

    @property
    def name(self) -> str:
        """File name: the same data, the same name."""
        told = hashlib.sha256("".join(self.digests).encode()).hexdigest()[:16]
        return f"{self.dataset}.{self.day.isoformat()}.{told}.json"


class Collector:
    """A visitor of decoded files that takes a sample of their whole lines and rows."""

    def __init__(self, digester: Digester, day: date, parts: int = 1, left_out: Set[bytes] = frozenset()) -> None:
        """Begin a sample of what belongs to `day` and lies in `parts` files (see `next_part`).

        `left_out` are digests of what is kept although the day goes (see `Gathered`).
        """
        self._left_out = left_out
        self._digester, self._dates = digester, date_texts([day])
        self._most = max(LINES_OF_A_PART, LINES // max(parts, 1))
        self._taken: dict[bytes, tuple[bytes, ...]] = {}
        self._lines: dict[bytes, tuple[bytes, ...]] = {}
        self._rows: set[bytes] = set()
        self.seen = 0

    def next_part(self) -> None:
        """Keep what was taken of a file, and begin with the next one."""
        self._taken.update(dict.fromkeys(self._rows, ()) | self._lines)
        self._lines, self._rows = {}, set()

    def block(self, layer: Layer, block: bytes) -> None:
        """Take lines with a time in them; single values are no lines, a heading recurs elsewhere."""
        if layer.form is Form.CONTENT:
            lines = lines_of(block)
            self.seen += len(lines) - (not lines[-1])
            digest = self._digester.digest
            timed = {digest(line): line for line in lines if len(line) >= SHORTEST and _HAS_TIME.search(line)}
            chosen = nsmallest(self._most, {*self._lines, *timed} - self._left_out)
            self._lines = {key: self._lines[key] if key in self._lines else self._around(timed[key]) for key in chosen}

    def rows(self, _layer: Layer, rows: list[bytes]) -> None:
        """Take rows."""
        self.seen += len(rows)
        self._rows = set(nsmallest(self._most, self._rows.union(self._digester.digests(rows)) - self._left_out))

    def sample(self, dataset: str, day: date, taken_on: date, plan: str) -> Sample:
        """Return what was taken."""
        self.next_part()
        found = sorted(self._taken)
        around = sorted({window for each in self._taken.values() for window in each})
        told = tuple(digest.hex() for digest in found), tuple(digest.hex() for digest in around)
        return Sample(dataset, day, taken_on, plan, self.seen, len(found), *told)

    def _around(self, line: bytes) -> tuple[bytes, ...]:
        around = map(self._digester.digest, windows(line, self._dates))
        return tuple(digest for digest in around if digest not in self._left_out)


class Gathered:
    """A visitor that gathers the digests of all whole lines and rows of files, and those around times near `day`."""

    def __init__(self, digester: Digester, day: date) -> None:
        """Begin with none."""
        self._digester, self._dates = digester, date_texts([day])
        self.digests: set[bytes] = set()

    def block(self, layer: Layer, block: bytes) -> None:
        """Gather the digests of a block."""
        if layer.form is Form.CONTENT:
            self.digests.update(self._digester.digests(lines_of(block)))
            self.digests.update(map(self._digester.digest, windows(block, self._dates)))

    def rows(self, _layer: Layer, rows: list[bytes]) -> None:
        """Gather the digests of rows."""
        self.digests.update(self._digester.digests(rows))


class SampleStore:
    """The samples in `folder`, one JSON file each."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; it is made by the first sample."""
        self.folder = folder

    def add(self, sample: Sample) -> Path:
        """Write a sample, on the disk when this returns; the same one again changes nothing. Return its file."""
        path = self.folder / sample.name
        if not path.exists():
            document = {**asdict(sample), "day": sample.day.isoformat(), "taken_on": sample.taken_on.isoformat()}
            write_json(path, {"format": 1, **document})
        return path

    def all(self) -> Iterator[Sample]:
        """Yield every sample, by name. Raises DamagedError when one cannot be read."""
        for path in sorted(self.folder.glob("*.json")):
            yield _parsed(path)

    def remove_all_but(self, plans: Set[str]) -> int:
        """Remove the samples of other plans and return how many; one that cannot be read stays, to be looked at."""
        removed = 0
        for path in sorted(self.folder.glob("*.json")):
            with suppress(DamagedError):
                if _parsed(path).plan not in plans:
                    remove(path)
                    removed += 1
        return removed

    def remove_taken_before(self, day: date) -> int:
        """Remove the samples taken before `day`, whose period is over, and return how many."""
        over = [sample for sample in self.all() if sample.taken_on < day]
        for sample in over:
            remove(self.folder / sample.name)
        return len(over)


@dataclass(frozen=True)
class Known:
    """All samples together: how many, what is looked for, and the dates around whose times it is looked for."""

    samples: int
    digests: frozenset[bytes]
    dates: frozenset[bytes]

    @classmethod
    def of(cls, samples: Iterable[Sample]) -> "Known":
        """Put `samples` together."""
        digests, days, number = set[bytes](), set[date](), 0
        for number, sample in enumerate(samples, start=1):  # noqa: B007 -- the last number is the count
            digests.update(bytes.fromhex(digest) for digest in (*sample.digests, *sample.windows))
            days.add(sample.day)
        return cls(number, frozenset(digests), date_texts(days))


def _parsed(path: Path) -> Sample:
    try:
        document = json.loads(path.read_bytes())
        document.pop("format")
        days = {name: date.fromisoformat(document[name]) for name in ("day", "taken_on")}
        lists = {name: tuple(map(str, document[name])) for name in ("digests", "windows")}
        if any(len(bytes.fromhex(digest)) != 16 for digests in lists.values() for digest in digests):
            raise ValueError
        return Sample(**{**document, **days, **lists})
    except (ValueError, TypeError, KeyError):
        raise DamagedError(f"ledger/samples/{path.name}: not a sample") from None
