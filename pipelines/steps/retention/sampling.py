"""Samples of what is about to be destroyed, taken while its keys are still there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa

from pipelines.privacy.pseudonyms import hkdf_sha256
from pipelines.retention.digests import Digester
from pipelines.retention.items import Item, Kind
from pipelines.retention.samples import Collector, Gathered, Sample, SampleStore
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.layers import Form, Layer
from pipelines.retention.scanning.rows import row_texts
from pipelines.retention.scanning.traversal import traverse
from pipelines.steps.retention.register import begun_plans
from pipelines.steps.workspace import Workspace

_LABEL = b"partnerstats/destroyed-lines"


def digester_of(workspace: Workspace) -> Digester:
    """Return the digester of destroyed lines: a sub-key of its own (HKDF) of the root key that no rotation replaces."""
    return Digester(hkdf_sha256(workspace.keyring.subject_key(), b"", _LABEL, 32))


def sample_store(workspace: Workspace) -> SampleStore:
    """Return the store of samples, `ledger/samples`."""
    return SampleStore(workspace.home.ledger / "samples")


def samples_of_begun(workspace: Workspace) -> Iterator[Sample]:
    """Yield the samples of plans that were begun: after a crash before that, what was sampled is all there and may stay.

    Raises DamagedError when one cannot be read.
    """
    begun = begun_plans(workspace)
    return (sample for sample in sample_store(workspace).all() if sample.plan in begun)


def sweep_samples(workspace: Workspace) -> int:
    """Remove the samples of plans that were never begun and return how many; only where none is being executed."""
    return sample_store(workspace).remove_all_but(begun_plans(workspace))


def sample_items(
    workspace: Workspace, items: Iterable[Item], plan: str, kept_aside: Collection[str] = ()
) -> list[Path]:
    """Sample the files of `items`, together those of one dataset and day; return the samples' files, on the disk.

    Call it before the first key goes; the same items again give the same samples. What also lies in the files `kept_aside`
    (places of lines on hold) is left out: it stays. Raises UnreadableError when one cannot be read: what cannot be sampled is
    not destroyed unseen. Only files of stores by day are sampled: the lines of a stray copy, and the rows of a table that
    is written anew, may be kept elsewhere (see `sample_rows`).
    """
    groups: dict[tuple[str, date], set[str]] = defaultdict(set)
    for item in items:
        if item.kind is Kind.FILE and item.is_present and item.anchor and not item.place.startswith("registry/"):
            groups[item.dataset, item.anchor].add(item.place)
    return [
        _kept(workspace, _sample_of(workspace, dataset, day, sorted(places), plan, kept_aside))
        for (dataset, day), places in sorted(groups.items())
    ]


def _sample_of(
    workspace: Workspace, dataset: str, day: date, places: list[str], plan: str, kept_aside: Collection[str]
) -> Sample:
    digester, keys = digester_of(workspace), LiveKeys(workspace.keyring)
    gathered = Gathered(digester, day)
    for place in kept_aside:
        traverse(Decoder(workspace.home.root / place, place, keys, workspace.connection), gathered)
    collector = Collector(digester, day, len(places), gathered.digests)
    for place in places:
        traverse(Decoder(workspace.home.root / place, place, keys, workspace.connection), collector)
        collector.next_part()
    return collector.sample(dataset, day, workspace.today, plan)


def sample_rows(workspace: Workspace, dataset: str, day: date, rows: pa.Table, plan: str) -> Path:
    """Sample `rows` that are taken out of a table on `day`; return the sample's file."""
    collector = Collector(digester_of(workspace), day)
    collector.rows(Layer("rows", Form.ROWS, iter(())), row_texts(rows.combine_chunks()))
    return _kept(workspace, collector.sample(dataset, day, workspace.today, plan))


def _kept(workspace: Workspace, sample: Sample) -> Path:
    return sample_store(workspace).add(sample)
