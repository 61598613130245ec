"""What all modules of the inventory look at, and the items they share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from pipelines.clock import seoul_day
from pipelines.policy import Policy, load_policy
from pipelines.privacy.keyring import KeyInfo
from pipelines.retention.items import Item, Kind
from pipelines.rights.holds import Hold
from pipelines.steps.retention.byte_files import Found as OnDisk
from pipelines.steps.retention.inventory.known import Known
from pipelines.steps.retention.inventory.places import STAGED, day_in
from pipelines.steps.workspace import Workspace


@dataclass(frozen=True)
class Run:
    """A run in the orchestrator's storage: its id, and when it ended, None while it has not."""

    run_id: str
    ended_at: datetime | None


Runs = Callable[[], Iterable[Run]]
"""Lists every run there is; raises when it cannot, since a list that failed is not an empty one."""


@dataclass(frozen=True)
class View:
    """One look at a workspace on `today`. `faults` gathers what could not be read, in sentences without an identity."""

    workspace: Workspace
    today: date
    known: Known
    keys: tuple[KeyInfo, ...]
    runs: Mapping[str, Run] | None
    """By id; None when nobody can tell."""
    day_keys: Mapping[tuple[str, date], str]
    """Names of the keys of whole days, by dataset and day."""
    holds: Mapping[str, Hold] = field(default_factory=dict)
    """The holds in force, by their ids."""
    aside: frozenset[str] = frozenset()
    """The places of what they had taken aside."""
    used: set[str] = field(default_factory=set)
    """Names of keys that open something there."""
    faults: list[str] = field(default_factory=list)

    def made_on(self, file: OnDisk) -> date:
        """Return the Asia/Seoul day a file was last written; a rehearsal whose time stands earlier has it today."""
        return min(seoul_day(datetime.fromtimestamp(file.stamp[1] // 10**9, UTC)), self.today)

    def made(self, file: OnDisk, dataset: str, *, is_known: bool = True) -> Item:
        """Return the item of a plain file whose clock started when it was last written."""
        return Item(dataset, Kind.COPY, file.place, self.made_on(file), bytes=file.stamp[0], is_known=is_known)

    def unknown(self, file: OnDisk) -> Item:
        """Return the item of a file that nothing accounts for; a day in its path counts, else when it was last written."""
        anchor = day_in(file.place) or self.made_on(file)
        return Item(STAGED, Kind.COPY, file.place, anchor, bytes=file.stamp[0], is_known=False)


def policy_on(workspace: Workspace, today: date) -> Policy:
    """Return the policy in force on `today`."""
    return workspace.policy if today == workspace.today else load_policy(workspace.settings.policy, today)


def standing_file(file: OnDisk, dataset: str) -> Item:
    """Return the item of a file that stays as long as what it belongs to: its clock has not started."""
    return Item(dataset, Kind.COPY, file.place, None, bytes=file.stamp[0])
