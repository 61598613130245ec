"""A release: decided and attacked as a whole, staged, and made current in one step; or refused, and the last one stays.

The order makes it safe against a crash anywhere: files and manifest in a staging folder, the gate's memory, the folder's
name, and then the pointer, which is the moment it is published. What comes before the pointer and is not named by it is
removed by the next run; the ledger's entry is written after it, by the next run if need be.
"""

from pipelines.errors import DamagedError, UsageError
from pipelines.releases.closing import newly_closed
from pipelines.releases.given import Given, Outcome, Place, Progress
from pipelines.releases.making import Making
from pipelines.releases.memory import Memory, release_number
from pipelines.releases.published import RELEASE, Published, enter
from pipelines.warehouse.reading import open_read_only


def publish(
    place: Place,
    given: Given,
    *,
    with_complementary: bool = True,
    progress: Progress = lambda _what, _done, _total: None,
) -> Outcome:
    """Make and gate the release that is due at `given.now`; call it only while holding the home.

    Without news nothing is written. A release with a leak is refused: the last good one stays, and the ledger notes it.
    Raises UsageError when the policy publishes nothing, DamagedError and DisclosureError as the parts do.
    """
    publication = given.policy.publication
    if publication is None:
        raise UsageError(f"policy {given.policy.version} declares no publication")
    settle(place)
    published = Published(place.published)
    memory = Memory(place.gate, published.current())
    closed = newly_closed(given.days, memory.published(), publication, given.now)
    making = Making(place, given, publication, published, memory, closed)
    with open_read_only(place.warehouse) as warehouse, given.connect() as work:
        return making.run(warehouse, work, with_complementary=with_complementary, progress=progress)


def settle(place: Place) -> None:
    """Bring to an end what a crash left: remove what never became current, enter what did. Raises DamagedError.

    A pointer older than the ledger means that part of the home was restored or removed: a person decides.
    """
    published = Published(place.published)
    current = published.current()
    entered = [entry.body["release"] for entry in place.ledger.entries(RELEASE)]
    number = release_number(current) if current else 0
    if entered and release_number(entered[-1]) > number:
        raise DamagedError(
            "the pointer to the current release is older than the ledger; restore the home's backup as a whole"
        )
    published.settle()
    Memory(place.gate, current).settle()
    if current is not None and current not in entered[-1:]:
        enter(place.ledger, published, current)
