"""Is what lies in `published/` what came through the gate? The ledger says what did; digests say whether it is still that."""

from pipelines.errors import DamagedError, UsageError
from pipelines.releases.making import REFUSED
from pipelines.releases.published import FILE_SUFFIX, MANIFEST, RELEASE, Published
from pipelines.storage.ledger import Ledger


def require_gated(published: Published, ledger: Ledger, release: str) -> None:
    """Raise unless `release` is there, came through the gate, and has the manifest that the ledger has the digest of.

    UsageError when there is no such release (the message lists those that are there), DamagedError when it is not in the ledger
    as one that passed, or its manifest is another. Files are not read: each is held against its digest where it is used.
    """
    if release not in published.releases():
        there = ", ".join(published.releases()) or "none yet: run `partnerstats publish` first"
        raise UsageError(f"there is no such release; there are: {there}")
    entered = [entry.body for entry in ledger.entries(RELEASE) if entry.body["release"] == release]
    if not entered or entered[-1]["gate"].get("passes") is not True:
        raise DamagedError(f"release {release} is not in the ledger as one that passed the gate")
    published.manifest(release)
    if published.manifest_digest(release) != entered[-1]["manifest_sha256"]:
        raise DamagedError(f"the manifest of release {release} is not what was published")


def is_latest_refused(ledger: Ledger) -> bool:
    """Return whether the gate refused the last release that was due: no later one came out."""
    last = [entry.kind for entry in ledger.entries() if entry.kind in (RELEASE, REFUSED)][-1:]
    return last == [REFUSED]


def is_current_as_published(published: Published, ledger: Ledger) -> bool:
    """Return whether the pointer names the last release in the ledger, and its folder holds what was published and nothing else.

    A home that never published is as it should be. Every file of the release is read.
    """
    entered = [entry.body["release"] for entry in ledger.entries(RELEASE)]
    try:
        current = published.current()
        if current is None:
            return not entered
        require_gated(published, ledger, current)
        published.verify(current)
        files = {f"{name}{FILE_SUFFIX}" for name in published.manifest(current).files}
        has_more = {path.name for path in (published.folder / current).iterdir()} != {MANIFEST, *files}
    except (DamagedError, UsageError, OSError, ValueError):
        return False
    return [current] == entered[-1:] and not has_more
