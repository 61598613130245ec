"""Clauses of the policy and what stands beside them: purposes, roles, processors, contacts, attestations."""

from datetime import date
from typing import Literal, Self

from pydantic import model_validator

from pipelines.policy.base import ClauseId, Name, Sentence, StrictModel


class Attestation(StrictModel):
    """A dated statement by a role that something software cannot see is in place."""

    owner: Name
    statement: Sentence
    statement_ko: Sentence
    attested: date
    expires: date

    @model_validator(mode="after")
    def _expires_after_it_was_given(self) -> Self:
        if self.expires <= self.attested:
            raise ValueError("an attestation expires after the day it was given")
        return self

    def has_lapsed(self, day: date) -> bool:
        """Say whether the attestation no longer holds on `day`; it holds through the day it expires."""
        return day > self.expires


class Clause(StrictModel):
    """What the policy says, in the project's own words, and what enforces it.

    `planned`: nothing yet, that list only shrinks. `software`: checks, beside them an attestation for what they cannot
    see. `attestation`: only the dated statement.
    """

    says: Sentence
    says_ko: Sentence
    enforced_by: Literal["planned", "software", "attestation"]
    attestation: Attestation | None = None

    @model_validator(mode="after")
    def _attestation_is_there(self) -> Self:
        if self.enforced_by == "attestation" and self.attestation is None:
            raise ValueError("enforced by attestation, but none is given")
        return self


class Described(StrictModel):
    """Something named in the policy that needs no more than a description."""

    says: Sentence
    says_ko: Sentence


class Purpose(Described):
    """What data may be used for."""

    clause: ClauseId


class Role(Described):
    """Who may handle personal data."""

    clause: ClauseId


class Processor(StrictModel):
    """A company that handles data on behalf of the service."""

    name: Sentence
    name_ko: Sentence
    scope: Sentence
    scope_ko: Sentence
    ends: Literal["with_contract"] | date
    clause: ClauseId


class Contact(StrictModel):
    """Whom to turn to; a role's title or an office, never a person's name."""

    title: Sentence
    title_ko: Sentence
    role: Name | None = None
    phone: str | None = None
    email: str | None = None
    url: str | None = None


class Notice(StrictModel):
    """How many days before it takes effect a change has to be announced."""

    days: int
    important_days: int
    clause: ClauseId
