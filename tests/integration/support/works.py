"""The pieces of work that are killed, and how each is spoiled so that a campaign of kills has something to find."""

import time
from typing import Any

from pipelines.retention.entries import NIGHTLY
from pipelines.steps.retention import executing
from pipelines.steps.retention import rotation as rotating
from pipelines.steps.retention.destroying import Destroyer
from pipelines.steps.subjects import erasing
from pipelines.steps.subjects.person import person_of
from pipelines.steps.workspace import Workspace

FILES_FIRST, FORGETFUL = "files before keys", "says it is done before it is"


def execution(workspace: Workspace, digest: str, spoiled: str | None = None) -> float:
    """Execute a plan as the night does."""
    spoil(spoiled)
    sampled = _told_after(executing, "take_samples")
    executing.execute(workspace, digest, approved_by=NIGHTLY)
    return sampled[0]


def erasure(workspace: Workspace) -> float:
    """Erase the first member."""
    looked: list[float] = []
    person = person_of(workspace, "kim", "AK1")
    erasing.carry_out(workspace, person, "erased", "passport", lambda _step: looked.append(time.process_time()))
    return looked[0]


def rotation(workspace: Workspace) -> float:
    """Rotate pseudonyms and data keys."""
    planned = _told_after(rotating, "_plan")
    rotating.rotate(workspace, ("pseudonyms", "data-keys"))
    return planned[0]


def _told_after(module: Any, name: str) -> list[float]:
    """Let a function of a module write down when it returned, in the list that is returned."""
    function, told = getattr(module, name), list[float]()

    def telling(*arguments: Any, **named: Any) -> Any:
        found = function(*arguments, **named)
        told.append(time.process_time())
        return found

    setattr(module, name, telling)
    return told


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
