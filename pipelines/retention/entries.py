"""What the register of destructions may say: one model for each kind of entry, and no place in any for a person.

An entry holds counts, days, digests and words of the policy. Undeclared keys are refused, and so is a dataset, clause or role
that the policy does not know: a text that is no word of the policy has no way in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from pipelines.errors import UsageError
from pipelines.policy import Policy
from pipelines.policy.base import ClauseId, Name, StrictModel
from pipelines.retention.items import Kind

NIGHTLY = "nightly"
"""Who approved what the nightly run destroys by itself, within the policy's limits."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 in lower-case hex."""
Count = Annotated[int, Field(ge=0, strict=True)]
PolicyVersion = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Method(StrEnum):
    """How something was destroyed."""

    KEY_THEN_FILE = "key-then-file"
    """Encrypted: the only key was destroyed, so that copies are unreadable too, then the file was removed."""
    KEY = "key"
    """The only key was destroyed; no file was there."""
    REWRITE = "rewrite"
    """The file was written anew without the rows, under a new key."""
    REMOVE = "remove"
    """A plain file was removed."""
    DELETE = "delete"
    """Records were deleted from another program's storage."""


class Body(StrictModel):
    """What all entries share."""

    kind: ClassVar[str]
    policy_version: PolicyVersion

    def datasets_named(self) -> Collection[str]:
        """Return the datasets the entry names."""
        return ()


class Begun(Body):
    """A plan is about to be executed; without a `destroyed` after it the execution was cut short."""

    kind: ClassVar[str] = "begun"
    plan: Digest
    approved_by: Name
    items: Count
    made_at: AwareDatetime | None = None
    """When the plan's file was made, which is owed from then on; None where no file lists what went."""


class _Amounts(Body):
    """So much of one dataset, stored in one way, for one clause."""

    dataset: Name
    stored_as: Kind
    days: tuple[date, ...] = ()
    """The anchor days, ascending; empty where no day can be said."""
    files: Count = 0
    rows: Count = 0
    bytes: Count = 0
    keys: Count = 0
    clause: ClauseId
    method: Method

    def datasets_named(self) -> Collection[str]:
        """Return the one dataset."""
        return (self.dataset,)

    @model_validator(mode="after")
    def _days_ascend(self) -> Self:
        if list(self.days) != sorted(set(self.days)):
            raise ValueError("days ascend and are named once")
        return self


class Destroyed(_Amounts):
    """A plan destroyed this."""

    kind: ClassVar[str] = "destroyed"
    plan: Digest
    approved_by: Name
    record: Digest | None = None
    """Digest of the record of processing that was written for pseudonymised data, and is owed from then on."""


class Replayed(_Amounts):
    """What came back was destroyed again; or files went that a key destroyed by name had left, which nobody could read."""

    kind: ClassVar[str] = "replayed"
    cause: Literal["restored-backup", "late-delivery", "key-destroyed"]


class Verified(Body):
    """Bytes were read for what was destroyed: `probes` that must not be found, `controls` that must be."""

    kind: ClassVar[str] = "verified"
    plan: Digest | None = None
    """The plan whose destruction was verified; None where all bytes were read for everything destroyed."""
    scope: Literal["changed", "everything"]
    probes: Count
    probes_found: Count
    controls: Count
    controls_found: Count
    files: Count
    bytes: Count

    @property
    def has_passed(self) -> bool:
        """Nothing destroyed was found, by a reading that was shown to find."""
        return self.probes_found == 0 and 0 < self.controls == self.controls_found


class _OnRequest(Body):
    """Data of one person went on request; only how many rows of which dataset went and stayed."""

    clause: ClauseId
    approved_by: Name
    removed: Mapping[Name, Count]
    kept_by_law: Mapping[Name, Count] = {}

    def datasets_named(self) -> Collection[str]:
        """Return the datasets in which rows went or stayed."""
        return {*self.removed, *self.kept_by_law}


class Erased(_OnRequest):
    """Someone's data was erased."""

    kind: ClassVar[str] = "erased"


class Withdrawn(_OnRequest):
    """Someone withdrew consent or left."""

    kind: ClassVar[str] = "withdrawn"


class Rotated(Body):
    """Keys were replaced and the old ones destroyed."""

    kind: ClassVar[str] = "rotated"
    what: Literal["pseudonyms", "data-keys", "master-key", "dashboard-keys"]
    moved: Count
    of: Count
    clause: ClauseId
    approved_by: Name


class Restored(Body):
    """The register goes on from an older backup: a person said so, and the head of what was lost stays named."""

    kind: ClassVar[str] = "restored"
    lost_size: Count
    lost_root: Digest
    lost_digest: Digest
    approved_by: Name


BODIES: Mapping[str, type[Body]] = {
    model.kind: model for model in (Begun, Destroyed, Verified, Replayed, Erased, Withdrawn, Rotated, Restored)
}


def parse_body(kind: str, body: Mapping[str, Any]) -> Body:
    """Read an entry's body. Raises ValueError for an unknown kind, an unknown key or a value that is not of its type."""
    if kind not in BODIES:
        raise ValueError("an entry of an unknown kind")
    return BODIES[kind].model_validate(body)


@dataclass(frozen=True)
class Words:
    """The words of the policy that entries may use."""

    datasets: Collection[str]
    clauses: Collection[str]
    approvers: Collection[str]

    @classmethod
    def of(cls, policy: Policy) -> "Words":
        """Take them from `policy`; besides its roles the nightly run approves."""
        return cls(set(policy.datasets), set(policy.clauses), {*policy.roles, NIGHTLY})

    def require(self, body: Body) -> None:
        """Raise UsageError, without the text, when `body` holds one that is no word of the policy."""
        clause, approver = getattr(body, "clause", None), getattr(body, "approved_by", None)
        if not set(body.datasets_named()) <= set(self.datasets):
            raise UsageError(f"the register refuses `{body.kind}`: it names a dataset that the policy does not")
        if clause is not None and clause not in self.clauses:
            raise UsageError(f"the register refuses `{body.kind}`: it names a clause that the policy does not")
        if approver is not None and approver not in self.approvers:
            raise UsageError(f"the register refuses `{body.kind}`: approved by no role of the policy")
