"""The publishing step: nothing comes out while a privacy check fails, and nothing that the gate refuses."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.errors import CheckFailedError, UsageError
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.releases.given import Given, Outcome, Place, Progress
from pipelines.releases.published import Published
from pipelines.releases.release import publish, settle
from pipelines.releases.retiring import DATASET, retire
from pipelines.steps.gate import read_results, require_private_events
from pipelines.steps.unbuilt import unbuilt_days
from pipelines.steps.workspace import OpenHome, Workspace
from pipelines.warehouse.day_records import built_days
from pipelines.warehouse.rebuilding import EVENTS

PARTNERS = "partners"


@dataclass(frozen=True)
class PublishedNow:
    """What a run of the step did: the release, or why there is none, and the former releases that went."""

    outcome: Outcome
    retired: tuple[str, ...]


def publish_release(
    workspace: Workspace,
    *,
    with_complementary: bool = True,
    progress: Progress = lambda _what, _done, _total: None,
) -> PublishedNow:
    """Publish what closed, if the privacy checks hold; then remove the former releases that are due.

    Call it only while holding the home. Raises CheckFailedError when a privacy check failed or did not run; a release that the
    gate refuses is an outcome, and the last good one stays.
    """
    if workspace.policy.publication is None:
        raise UsageError(f"policy {workspace.policy.version} declares no publication")
    require_privacy(workspace)
    place = place_of(workspace)
    if not workspace.home.warehouse.exists():
        settle(place)
        return PublishedNow(Outcome("nothing", Published(place.published).current()), ())
    outcome = publish(place, given_of(workspace), with_complementary=with_complementary, progress=progress)
    period = workspace.policy.dataset(DATASET).period
    gone = [] if period is None else retire(Published(place.published), place.ledger, period, workspace.clock.now())
    return PublishedNow(outcome, tuple(gone))


def require_privacy(workspace: OpenHome) -> None:
    """Raise CheckFailedError unless the privacy checks of events hold, and every other one that ran."""
    require_private_events(workspace.home)
    results = read_results(workspace.home)["results"].values()
    failed = sorted(
        one["name"] for one in results if one["is_privacy"] and one["severity"] == "error" and not one["passed"]
    )
    if failed:
        raise CheckFailedError(f"nothing is published while privacy checks fail: {', '.join(failed)}")


def place_of(workspace: OpenHome) -> Place:
    """Return where a home's releases are made."""
    home = workspace.home
    return Place(home.warehouse, home.gate, home.published, home.staging, workspace.ledger)


def given_of(workspace: Workspace) -> Given:
    """Return what a release is made of besides: the days with statistics that are up to date, partners, names."""
    names = FileNames(workspace.keyring.subject_key())
    return Given(
        policy=workspace.policy,
        now=workspace.clock.now(),
        days=days_up_to_date(workspace),
        partners=registered_partners(workspace),
        name_of=names.of,
        connect=workspace.connection,
    )


def days_up_to_date(workspace: OpenHome) -> Mapping[date, str]:
    """Return the days of the warehouse that are built from what there is, each with the digest of what it was built from."""
    stale = unbuilt_days(workspace)
    return {
        day: hashlib.sha256(repr(sorted(kinds.items())).encode()).hexdigest()
        for day, kinds in built_days(workspace.home.warehouse).items()
        if day not in stale and EVENTS in kinds
    }


def registered_partners(workspace: Workspace) -> list[str]:
    """Return the partners of the registry as of now, in order: each gets a file, also one that nobody came to."""
    if workspace.registry.pointer(PARTNERS) is None:
        return []
    found = workspace.registry.load(PARTNERS).column("partner_id").to_pylist()
    return sorted({partner for partner in found if partner is not None})


class FileNames:
    """Names of partners' files: keyed digests under a sub-key of their own, which say neither who nor in which order."""

    def __init__(self, root_key: bytes) -> None:
        """Derive the sub-key from the root key of subjects, which no rotation replaces."""
        self._pseudonymiser = Pseudonymiser(root_key)

    def of(self, partner: str) -> str:
        """Return the name of a partner's file, without its ending: 64 hexadecimal digits."""
        return self._pseudonymiser.pseudonyms(Purpose.PUBLISHED_FILE, [partner])[0]
