"""The byte proof: what was destroyed is looked for in every byte that is left, by a scan that is shown to find."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import CheckFailedError
from pipelines.retention.samples import Known
from pipelines.retention.scanning.controls import Controls, planted
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.scanner import Findings, Hit, Scanner
from pipelines.steps.retention.byte_files import Found, Remembered, files_below
from pipelines.steps.retention.sampling import digester_of, samples_of_begun
from pipelines.steps.workspace import Workspace

Scope = Literal["changed", "everything"]
Progress = Callable[[str, int, int], None]
EVERYTHING_EVERY = timedelta(days=7)
_SEALED = "sealed/"
"""Where contents lie under the privacy officer's key, which the keyring does not have."""


@dataclass(frozen=True)
class ByteProof:
    """What a verification came to. Paths only: never a line, never what was found."""

    scope: Scope
    files: int
    unchanged: int
    """Files not read, since they are as they were when they were."""
    bytes: int
    lines: int
    layers: Mapping[str, int]
    """How many files had a layer of each kind."""
    samples: int
    probes: int
    """Digests and strings that must not be found."""
    probes_found: int
    controls: int
    controls_found: int
    hits: tuple[Hit, ...]
    unreadable: Mapping[str, str]
    damaged: Mapping[str, str]
    closed_by_design: int
    seconds: float

    @property
    def is_blind(self) -> bool:
        """Whether a control was not found: then the scan shows nothing."""
        return not 0 < self.controls == self.controls_found

    @property
    def has_passed(self) -> bool:
        """Nothing destroyed was found, everything was read, and the scan finds."""
        return not (self.is_blind or self.probes_found or self.hits or self.unreadable)

    def faults(self, told: Callable[[str], str] = str) -> list[str]:
        """Say what is wrong, in sentences with counts and with paths as `told` tells them."""
        said = [f"{told(hit.place)}: {hit.count} destroyed lines or rows found ({hit.how})" for hit in self.hits]
        said += [f"{told(place)}: not read: {reason}" for place, reason in self.unreadable.items()]
        if self.is_blind:
            said.insert(0, f"the scan is blind: {self.controls_found} of {self.controls} controls were found")
        return said

    def to_body(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        hits = [hit.__dict__ for hit in self.hits]
        maps = {name: dict(getattr(self, name)) for name in ("layers", "unreadable", "damaged")}
        return {**self.__dict__, **maps, "hits": hits, "has_passed": self.has_passed, "is_blind": self.is_blind}


def due_scope(workspace: Workspace) -> Scope:
    """Return what is to be read tonight: everything once a week, else what changed."""
    last = Remembered(workspace.home.ledger, digester_of(workspace)).everything_at
    return "changed" if last and workspace.clock.now() - last < EVERYTHING_EVERY else "everything"


def verify(
    workspace: Workspace,
    scope: Scope,
    *,
    needles: Collection[bytes] = (),
    progress: Progress = lambda _what, _done, _total: None,
) -> ByteProof:
    """Read the bytes of `scope` for every sample of a begun plan and all `needles`; call it only while holding the home.

    What was read in full and held nothing is remembered, but only if the controls were found; with `needles` nothing is.
    """
    began = time.monotonic()
    digester = digester_of(workspace)
    samples = Known.of(samples_of_begun(workspace))
    remembered = Remembered(workspace.home.ledger, digester)
    roots = {"": workspace.home.root, "keys": workspace.settings.key_folder}
    plain_in = {"the home": workspace.home.root, "dagster": workspace.home.dagster, "the keys": roots["keys"]}
    staging = workspace.home.staging
    now = workspace.clock.now()
    with planted(plain_in, staging, workspace.keyring, workspace.connection, digester, now) as controls:
        known = Known(samples.samples, samples.digests, samples.dates | controls.dates)
        scanner = Scanner(digester, known, controls.digests, needles)
        found = list(files_below(roots))
        due = [file for file in found if scope == "everything" or not remembered.has(file)]
        clean = _look_through(workspace, scanner, due, progress)
    proof = _proof(scope, scanner.findings, controls, samples, len(needles), len(found) - len(due), began)
    if not proof.is_blind and not needles:
        read = {file.place for file in due}
        kept = clean + [file for file in found if file.place not in read]
        everything_at = now if scope == "everything" else remembered.everything_at
        remembered.save(kept, everything_at.isoformat() if everything_at else None)
    return proof


def require_passed(proof: ByteProof) -> None:
    """Raise CheckFailedError with what is wrong, unless the proof holds."""
    if not proof.has_passed:
        raise CheckFailedError("; ".join(proof.faults()))


def _look_through(workspace: Workspace, scanner: Scanner, due: list[Found], progress: Progress) -> list[Found]:
    keys, clean = LiveKeys(workspace.keyring), []
    for number, file in enumerate(due):
        progress("verify", number, len(due))
        if file.link is not None:
            is_clean = scanner.look_at_text(file.link, file.place)
        else:
            decoder = Decoder(file.path, file.place, keys, workspace.connection, file.place.startswith(_SEALED))
            is_clean = _is_regular(file.path, file.place, scanner) and scanner.look_at(decoder)
        if is_clean:
            clean.append(file)
    progress("verify", len(due), len(due))
    return clean


def _is_regular(path: Path, place: str, scanner: Scanner) -> bool:
    """Whether it is a file; what is neither that nor gone (a pipe, a device) is not opened, which could wait for ever."""
    if path.exists() and not path.is_file():
        scanner.findings.unreadable[place] = "it is no regular file"
        return False
    return True


def _proof(
    scope: Scope, found: Findings, controls: Controls, samples: Known, needles: int, unchanged: int, began: float
) -> ByteProof:
    planted_names = controls.names
    return ByteProof(
        scope=scope,
        files=found.files,
        unchanged=unchanged,
        bytes=found.bytes,
        lines=found.lines,
        layers=dict(sorted(found.layers.items())),
        samples=samples.samples,
        probes=len(samples.digests) + needles,
        probes_found=found.probes_found,
        controls=len(planted_names),
        controls_found=len(planted_names & found.controls),
        hits=tuple(found.hits),
        unreadable=found.unreadable,
        damaged=found.damaged,
        closed_by_design=found.closed,
        seconds=round(time.monotonic() - began, 3),
    )
