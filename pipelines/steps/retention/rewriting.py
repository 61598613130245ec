"""A segment written anew: under another key, or without some of its lines.

New files are written beside the former ones, an entry of the ledger is the moment they count, and the former are removed then.
The former keys stay until the caller destroys them, when nothing of their day is under them any more.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from pipelines.steps.workspace import Workspace
from pipelines.storage.atomic import remove
from pipelines.storage.rewritten import KIND, Rewrite, entry_body
from pipelines.storage.vault import Segment, SegmentContent

Store = Literal["vault", "quarantine"]
Change = Callable[[Segment, SegmentContent], SegmentContent | None]
"""From a segment and what it holds to what is left of it; None: nothing."""


def rewrite_segments(
    workspace: Workspace,
    store: Store,
    segments: Sequence[Segment],
    change: Change = lambda _segment, content: content,
) -> set[str]:
    """Write segments anew under the keys that take their keys' place, and return the names of the former keys.

    Give every segment of a day at once where lines are to go: only then may the former key be destroyed, and with it what
    backups hold of them. After a crash before the ledger's entry nothing has changed, and the next call overwrites what
    was left. Raises DamagedError or KeyMissingError when a segment cannot be read.
    """
    if not segments:
        return set()
    vault = workspace.vault if store == "vault" else workspace.quarantine
    rewrites = []
    for segment in segments:
        content = vault.read_segment(segment)
        left = change(segment, content)
        if left is None:
            rewrites.append(Rewrite(segment.path, None, segment.lines))
            continue
        moved = vault.write_anew(segment, left, workspace.keyring.renew(segment.key))
        rewrites.append(Rewrite(segment.path, moved.to_json(), segment.lines - moved.lines))
    workspace.ledger.append(KIND, entry_body(store, rewrites), workspace.clock.now())
    for segment in segments:
        remove(vault.folder / segment.path)
    return {segment.key for segment in segments}


def sweep_rewritten(workspace: Workspace) -> int:
    """Remove the former files that a crash left behind and return how many; only while holding the home."""
    left = [
        path
        for entry in workspace.ledger.entries(KIND)
        for rewrite in entry.body["segments"]
        if (path := workspace.home.root / entry.body["store"] / rewrite["was"]).is_file()
    ]
    for path in left:
        remove(path)
    return len(left)
