"""Single data keys destroyed by a person: whatever they open is unreadable from then on, in every copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.errors import KeyMissingError, UsageError
from pipelines.privacy.keyring import KeyInfo
from pipelines.retention.entries import Method
from pipelines.retention.items import Kind
from pipelines.retention.plan import Plan, Planned
from pipelines.retention.states import State
from pipelines.rights.holds import DATASET as HOLDS
from pipelines.rights.holds import LINES
from pipelines.settings import Settings
from pipelines.steps.access import record_access
from pipelines.steps.retention.executing import carry_out_resolved
from pipelines.steps.retention.inventory.places import KEYS
from pipelines.steps.subjects.holds import take_aside
from pipelines.steps.subjects.lines import segments_by_place
from pipelines.steps.workspace import Workspace

OFFICER = "privacy_officer"
_OF_HOLDS = (HOLDS, LINES)
_NO_BYTES = "0" * 64
"""A key alone has no file of its own to take a digest of."""


def destroy_keys(workspace: Workspace, names: Sequence[str]) -> list[KeyInfo]:
    """Destroy the data keys called `names`, all or none, and enter them in the register; return what they were.

    Raises UsageError unless the privacy officer does it and says why, and for what a hold keeps; KeyMissingError for a name that
    is no data key that is there. Lines of members on hold are taken aside first. A crash in between leaves a plan that was
    begun, which the next run finishes before anything else. Raises PlanRefusedError when the register does not hold.
    """
    settings = workspace.settings
    if settings.role != OFFICER:
        raise UsageError(f"only the role {OFFICER} destroys keys by name; give it with --role")
    if settings.reason == Settings.model_fields["reason"].default:
        raise UsageError("say why the keys are destroyed with --reason")
    live = {info.name: info for info in workspace.keyring.list()}
    if unknown := [name for name in names if name not in live]:
        raise KeyMissingError(f"{len(unknown)} of {len(names)} are no data keys that are there")
    record_access(workspace, f"destroy {len(names)} data keys")
    infos = [live[name] for name in sorted(set(names))]
    _require_released(workspace, infos)
    segments = segments_by_place(workspace)
    take_aside(
        workspace, [_Going(one.dataset, place) for place, one in segments.items() if one.key in live.keys() & names]
    )
    _enter(workspace, infos)
    return infos


@dataclass(frozen=True)
class _Going:
    """What a key opens: its dataset and place, and its day; a table has none, since each of its days may be under it."""

    dataset: str
    place: str
    anchor: date | None = None


def _require_released(workspace: Workspace, infos: Sequence[KeyInfo]) -> None:
    """Raise UsageError when a hold keeps what one of the keys opens."""
    sealed = {found.key: f"sealed/{found.path}" for found in workspace.sealed.objects()}
    loose = workspace.holds.loose()
    opened = [
        _Going(info.dataset, sealed.get(info.name, ""), None if info.generation is not None else info.day)
        for info in infos
        if info.name not in loose
    ]
    if held := sum(going.dataset in _OF_HOLDS or workspace.holds.covers(going) for going in opened):
        raise UsageError(f"a hold keeps what {held} of {len(infos)} keys open; `partnerstats hold release` ends one")


def _enter(workspace: Workspace, infos: Sequence[KeyInfo]) -> None:
    """Destroy the keys as a plan of their own: whoever comes after a crash finds it begun, and finishes it."""
    policy = workspace.policy
    planned = [
        Planned(
            dataset=info.dataset,
            kind=Kind.KEY,
            place=f"{KEYS}{info.name}",
            day=info.day,
            ends=None,
            state=State.KEPT,
            count=0,
            bytes=0,
            digest=_NO_BYTES,
            keys=(info.name,),
            clause=policy.dataset(info.dataset).clause,
            method=Method.KEY,
        )
        for info in infos
    ]
    plan = Plan.make(policy.version, workspace.clock.now(), policy.retention, planned)
    carry_out_resolved(workspace, plan, approved_by=workspace.settings.role)
