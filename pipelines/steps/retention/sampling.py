"""Samples of what is about to be destroyed, taken while its keys are still there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pyarrow as pa

from pipelines.privacy.pseudonyms import hkdf_sha256
from pipelines.retention.digests import Digester
from pipelines.retention.items import Item, Kind
from pipelines.retention.samples import Collector, Sample, SampleStore
from pipelines.retention.scanning.decoding import Decoder
from pipelines.retention.scanning.keys import LiveKeys
from pipelines.retention.scanning.layers import Form, Layer
from pipelines.retention.scanning.rows import row_texts
from pipelines.retention.scanning.traversal import traverse
from pipelines.steps.workspace import Workspace

_LABEL = b"partnerstats/destroyed-lines"


def digester_of(workspace: Workspace) -> Digester:
    """Return the digester of destroyed lines: a sub-key of its own (HKDF) of the root key that no rotation replaces."""
    return Digester(hkdf_sha256(workspace.keyring.subject_key(), b"", _LABEL, 32))


def sample_store(workspace: Workspace) -> SampleStore:
    """Return the store of samples, `ledger/samples`."""
    return SampleStore(workspace.home.ledger / "samples")


def sample_items(workspace: Workspace, items: Iterable[Item], plan: str) -> list[Path]:
    """Sample the files of `items`, together those of one dataset and day; return the samples' files, on the disk.

    Call it before the first key goes; the same items again give the same samples. Raises UnreadableError when one cannot be
    read: what cannot be sampled is not destroyed unseen. Items that are no files, are gone, or have no anchor are left out.
    """
    groups: dict[tuple[str, date], set[str]] = defaultdict(set)
    for item in items:
        if item.is_present and item.anchor and item.kind in (Kind.FILE, Kind.COPY):
            groups[item.dataset, item.anchor].add(item.place)
    keys, digester = LiveKeys(workspace.keyring), digester_of(workspace)
    taken = []
    for (dataset, day), places in sorted(groups.items()):
        collector = Collector(digester, day, len(places))
        for place in sorted(places):
            traverse(Decoder(workspace.home.root / place, place, keys, workspace.connection), collector)
            collector.next_part()
        taken.append(_kept(workspace, collector.sample(dataset, day, workspace.today, plan)))
    return taken


def sample_rows(workspace: Workspace, dataset: str, day: date, rows: pa.Table, plan: str) -> Path:
    """Sample `rows` that are taken out of a table on `day`; return the sample's file."""
    collector = Collector(digester_of(workspace), day)
    collector.rows(Layer("rows", Form.ROWS, iter(())), row_texts(rows.combine_chunks()))
    return _kept(workspace, collector.sample(dataset, day, workspace.today, plan))


def _kept(workspace: Workspace, sample: Sample) -> Path:
    return sample_store(workspace).add(sample)
