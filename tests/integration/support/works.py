"""The pieces of work that are killed, and how each is spoiled so that a campaign of kills has something to find."""

from typing import Any

from pipelines.retention.entries import NIGHTLY
from pipelines.steps.retention import executing
from pipelines.steps.retention import rotation as rotating
from pipelines.steps.retention.destroying import Destroyer
from pipelines.steps.subjects import erasing
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace

FILES_FIRST, FORGETFUL = "files before keys", "says it is done before it is"


def execution(workspace: Workspace, digest: str, spoiled: str | None = None) -> None:
    """Execute a plan as the night does."""
    spoil(spoiled)
    executing.execute(workspace, digest, approved_by=NIGHTLY)


def erasure(workspace: Workspace) -> None:
    """Erase the first member."""
    erasing.carry_out(workspace, person_of(workspace, "kim", "AK1"), "erased", "passport", lambda _step: None)


def rotation(workspace: Workspace) -> None:
    """Rotate pseudonyms and data keys."""
    rotating.rotate(workspace, ("pseudonyms", "data-keys"))


def spoil(how: str | None) -> None:
    """Replace code of this process by code that does it wrong."""
    if how == FILES_FIRST:
        executing.Destroyer = _FilesFirst  # type: ignore[misc]
    elif how == FORGETFUL:
        executing._carried_out = _entered_first  # type: ignore[assignment]


class _FilesFirst(Destroyer):
    """Destroys the keys when the last files are gone."""

    def destroy_keys(self) -> None:
        """Do nothing yet."""

    def destroy(self, items: Any) -> None:
        """Destroy items, and with the last ones the keys."""
        super().destroy(items)
        if items == list(self._plan.groups().values())[-1]:
            super().destroy_keys()


def _entered_first(workspace: Any, register: Any, plan: Any, begun: Any, done: Any, wiring: Any, _show: Any) -> Any:
    """Enter each group before it is destroyed: what a crash cut short counts as done."""
    destroyer = Destroyer(workspace, plan, wiring)
    destroyer.destroy_keys()
    entries = []
    for group, items in plan.groups().items():
        entries.append(plan.destroyed(group, begun.body.approved_by))
        if group not in done:
            register.append(entries[-1], workspace.clock.now())
            destroyer.destroy(items)
    return tuple(entries)
