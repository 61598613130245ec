"""Looks through decoded files for sampled lines, control lines, and strings that a caller gives."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipelines.retention.digests import Digester, lines_of, windows
from pipelines.retention.samples import Known
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.layers import Layer, UnreadableError
from pipelines.retention.scanning.traversal import traverse

Probe = bytes
"""A digest or a string that is looked for."""


@dataclass(frozen=True)
class Hit:
    """Where something destroyed was found: the file, how it was got at, and how many different things; never what."""

    place: str
    how: str
    count: int


@dataclass
class Findings:
    """What a scan came to, over the files given so far."""

    files: int = 0
    layers: Counter[str] = field(default_factory=Counter)
    """How many files had a layer of each kind."""
    bytes: int = 0
    """Bytes looked at, in all layers."""
    lines: int = 0
    """Lines and rows whose digest was looked up, in all layers."""
    closed: int = 0
    """Sealed contents that no key of the keyring opens, by design."""
    hits: list[Hit] = field(default_factory=list)
    found: set[Probe] = field(default_factory=set, repr=False)
    """The digests and strings that were found."""
    controls: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)
    """Files that were not read in full, with the reason."""
    damaged: dict[str, str] = field(default_factory=dict)
    """Files with packed data that is broken: what could be unpacked was looked at, and their bytes."""

    @property
    def probes_found(self) -> int:
        """How many of the things looked for were found, wherever."""
        return len(self.found)


class Scanner:
    """Knows what to look for; `controls` are digests of control lines with the names of their controls."""

    def __init__(
        self, digester: Digester, known: Known, controls: Mapping[bytes, str], needles: Collection[bytes] = ()
    ) -> None:
        """Begin with nothing found. `known` must already have the dates of the controls."""
        self._digester, self._dates, self._controls, self._needles = digester, known.dates, controls, tuple(needles)
        self._wanted = known.digests | controls.keys()
        self.findings = Findings()
        self._found: dict[str, set[bytes]] = {}
        self._layers: set[str] = set()

    def look_at(self, decoder: Decoder) -> bool:
        """Look through a file and its name; return whether it was read in full and nothing was found but controls."""
        self._begin(decoder.place)
        try:
            traverse(decoder, self)
        except UnreadableError as cause:
            self.findings.unreadable[decoder.place] = str(cause)
        except FileNotFoundError:
            pass  # it went while others worked; there are no bytes of it
        except OSError as cause:
            self.findings.unreadable[decoder.place] = f"the system refuses: {type(cause).__name__}"
        self.findings.closed += decoder.closed
        if decoder.damaged:
            self.findings.damaged[decoder.place] = decoder.damaged[0]
        return self._end(decoder.place)

    def look_at_text(self, text: str, place: str) -> bool:
        """Look at what a link says; return as `look_at`."""
        self._begin(place)
        data = text.encode(errors="surrogateescape")
        self._look_up("link", self._wanted.intersection(self._digester.digests([data])))
        self._look(data, "link")
        return self._end(place)

    def block(self, layer: Layer, block: bytes) -> None:
        """Look at some lines of a layer, and at what stands around times in them."""
        self._layers.add(layer.how)
        lines = lines_of(block)
        self.findings.lines += len(lines) - (not lines[-1])
        self.findings.bytes += len(block)
        self._look_up(layer.how, self._wanted.intersection(self._digester.digests(lines)))
        self._look(block, layer.how)

    def rows(self, layer: Layer, rows: list[bytes]) -> None:
        """Look at some rows of a layer."""
        self._layers.add(layer.how)
        self.findings.lines += len(rows)
        self.findings.bytes += sum(map(len, rows))
        self._look_up(layer.how, self._wanted.intersection(self._digester.digests(rows)))

    def _begin(self, place: str) -> None:
        self._found, self._layers = {}, set()
        self.findings.files += 1
        self._look(place.encode(errors="surrogateescape"), "name")

    def _end(self, place: str) -> bool:
        self.findings.layers.update(self._layers)
        hits = [Hit(place, how, len(found)) for how, found in self._found.items()]
        self.findings.hits += hits
        self.findings.found.update(*self._found.values())
        return not hits and place not in self.findings.unreadable

    def _look(self, data: bytes, how: str) -> None:
        around = map(self._digester.digest, windows(data, self._dates))
        self._look_up(how, self._wanted.intersection(around))
        for needle in self._needles:
            if needle in data:
                self._found.setdefault(how, set()).add(needle)

    def _look_up(self, how: str, digests: Collection[bytes]) -> None:
        for digest in digests:
            if (control := self._controls.get(digest)) is not None:
                self.findings.controls.add(control)
            else:
                self._found.setdefault(how, set()).add(digest)
