"""Datasets and their fields: what is held, at which stage, how long, and what becomes of each field in statistics."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field as Constraint
from pydantic import model_validator

from pipelines.policy.base import ClauseId, Name, Sentence, StrictModel
from pipelines.policy.periods import Period

Action = Literal["keep", "pseudonymise", "truncate", "drop"]
"""What becomes of a field where statistics are derived: as it is, an HMAC, only a coarse part, or nothing."""

FieldType = Literal["text", "integer", "bigint", "double", "boolean", "date", "instant"]

Holds = Literal["identities", "pseudonyms", "aggregates", "records"]
"""`records` speak of files, runs and decisions, not of a person."""

Stage = Literal[
    "landing", "staging", "vault", "registry", "quarantine", "events", "warehouse", "published", "exports", "held", "sealed",
    "ledger", "orchestrator", "keyring",
]  # fmt: skip


class Field(StrictModel):
    """One declared column."""

    type: FieldType
    action: Action
    purposes: Annotated[tuple[Name, ...], Constraint(min_length=1)]
    member_types: Annotated[tuple[Name, ...], Constraint(min_length=1)]
    """The member types it is collected from; the loader fills in all of them where a field names none."""
    required: bool = False
    """The column has to be there for the dataset to be usable."""
    nullable: bool
    """The column may be empty; the loader fills in the opposite of `required` where a field says nothing."""
    sign_up: Literal["required", "optional"] | None = None
    """Where the member gives it at sign-up: whether the form insists."""
    values: tuple[str, ...] = ()
    """The only values allowed, where the policy lists them."""
    clause: ClauseId
    description: Sentence
    description_ko: Sentence


class Dataset(StrictModel):
    """One kind of data: who it speaks of, where it lies, how long, and its columns in order."""

    description: Sentence
    description_ko: Sentence
    holds: Holds
    stage: Stage
    clause: ClauseId
    readers: tuple[Name, ...] = ()
    """Roles that may read it; empty for what is open to everyone with access to the stage."""
    grain: tuple[Name, ...] = ()
    """Columns that together name one row."""
    period: Period | None = None
    fields: Annotated[Mapping[Name, Field], Constraint(min_length=1)]

    @model_validator(mode="after")
    def _period_fits_what_it_holds(self) -> Self:
        if self.period is None and self.holds in {"identities", "pseudonyms"}:
            raise ValueError(f"a dataset that holds {self.holds} needs a period")
        if self.period is not None and self.holds == "aggregates":
            raise ValueError("a dataset that holds aggregates has no period: no person is in it")
        return self

    @model_validator(mode="after")
    def _grain_is_declared(self) -> Self:
        for column in self.grain:
            if column not in self.fields:
                raise ValueError(f"the grain names {column!r}, which is no field")
        return self
