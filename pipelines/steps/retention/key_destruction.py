"""Single data keys destroyed by a person: whatever they open is unreadable from then on, in every copy."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.errors import KeyMissingError, UsageError
from pipelines.privacy.keyring import KeyInfo
from pipelines.retention.entries import Begun, Destroyed, Method
from pipelines.retention.items import Kind
from pipelines.rights.holds import DATASET as HOLDS
from pipelines.rights.holds import LINES
from pipelines.settings import Settings
from pipelines.steps.access import record_access
from pipelines.steps.retention.register import open_register
from pipelines.steps.subjects.holds import take_aside
from pipelines.steps.subjects.lines import segments_by_place
from pipelines.steps.workspace import Workspace

OFFICER = "privacy_officer"
_OF_HOLDS = (HOLDS, LINES)


def destroy_keys(workspace: Workspace, names: Sequence[str]) -> list[KeyInfo]:
    """Destroy the data keys called `names`, all or none, and enter them in the register; return what they were.

    Raises UsageError unless the privacy officer does it and says why, and for what a hold keeps; KeyMissingError for a name that
    is no data key that is there. Lines of members on hold are taken aside first. A crash in between leaves `begun` in the
    register and all keys or none; the keyring says which.
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
    opened = [
        _Going(info.dataset, sealed.get(info.name, ""), None if info.generation is not None else info.day)
        for info in infos
    ]
    if held := sum(going.dataset in _OF_HOLDS or workspace.holds.covers(going) for going in opened):
        raise UsageError(f"a hold keeps what {held} of {len(infos)} keys open; `partnerstats hold release` ends one")


def _enter(workspace: Workspace, infos: Sequence[KeyInfo]) -> None:
    register, role = open_register(workspace), workspace.settings.role
    plan = hashlib.sha256(json.dumps([info.name for info in infos]).encode()).hexdigest()
    told = {"policy_version": workspace.policy.version, "plan": plan, "approved_by": role}
    register.append(Begun.model_validate({**told, "items": len(infos)}), workspace.clock.now())
    workspace.keyring.destroy_many([info.name for info in infos])
    by_dataset: dict[str, list[KeyInfo]] = defaultdict(list)
    for info in infos:
        by_dataset[info.dataset].append(info)
    for dataset, found in sorted(by_dataset.items()):
        amounts = {
            "dataset": dataset,
            "stored_as": Kind.KEY,
            "days": sorted({info.day for info in found}),
            "keys": len(found),
            "clause": workspace.policy.dataset(dataset).clause,
            "method": Method.KEY,
        }
        register.append(Destroyed.model_validate({**told, **amounts}), workspace.clock.now())
