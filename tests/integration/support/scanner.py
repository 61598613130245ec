"""Looks for values in every file of some folders, in every form and every layer."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support.forms import needles
from support.layers import SEALED, layers


@dataclass
class Found:
    """What a scan came to: how many files, of which sealed, layers and bytes it read, and each hit as a sentence."""

    files: int = 0
    sealed: int = 0
    bytes: int = 0
    layers: Counter[str] = field(default_factory=Counter)
    hits: list[str] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names of the values that were found."""
        return {hit.split(" as ")[0] for hit in self.hits}


class Scanner:
    """Knows the values to look for, by name."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Make every form of `values`."""
        self._needles = needles(values)

    def scan(self, places: Iterable[Path], *, leaving_out: Path | None = None) -> Found:
        """Read every file of `places` (files or folders) but those below `leaving_out`; also look at their names."""
        found = Found()
        for place in places:
            for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
                if path.is_file() and not (leaving_out and path.is_relative_to(leaving_out)):
                    self._scan_file(path, found)
        return found

    def scan_bytes(self, data: bytes, where: str, found: Found) -> None:
        """Look into `data` and everything it holds."""
        seen: set[bytes] = set()
        for how, content in layers(data):
            if content in seen:
                continue
            seen.add(content)
            found.layers[how.split(" > ")[0]] += 1
            found.bytes += len(content)
            found.hits += [f"{what} in {where} ({how})" for needle, what in self._needles.items() if needle in content]

    def _scan_file(self, path: Path, found: Found) -> None:
        data = path.read_bytes()
        found.files += 1
        found.sealed += data.startswith(SEALED)
        self.scan_bytes(str(path).encode(), f"the name of {path.name}", found)
        self.scan_bytes(data, str(path), found)
