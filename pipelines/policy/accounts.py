"""What holds for accounts of the dashboard: how long passwords, links and sessions last, and what the session's cookie is."""

from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import Field as Constraint
from pydantic import field_validator

from pipelines.policy.base import ClauseId, StrictModel


class SessionCookie(StrictModel):
    """The dashboard's one cookie, under the policy's own clauses on cookies."""

    name: Annotated[str, Constraint(pattern=r"^[a-z][a-z0-9_-]*$")]
    """Behind TLS `__Host-` stands before it."""
    carries: Literal["opaque-token"]
    """Nothing but a random token: whose it is stands on the server alone (clause cookie.only-id)."""
    expires: Literal["browser-closes"]
    """It is given no end: it goes when the browser closes, or at signing out (clause cookie.session)."""
    clause: ClauseId


RoleOfAccount = Literal["partner-reader", "partner-administrator", "privacy-officer"]


class SecondFactorRules(StrictModel):
    """Who signs in with a second factor, and how: what is left out asks it of everybody."""

    required_of: tuple[RoleOfAccount, ...] = get_args(RoleOfAccount)
    """Roles that sign in with one; others may have one, and are then asked for it."""
    recovery_codes: Annotated[int, Constraint(ge=1, le=20)] = 10
    """How many codes stand in for the device, each once."""
    pending_minutes: Annotated[int, Constraint(ge=1, le=30)] = 10
    """How long the second step may take after the password was right."""
    wrong_codes: Annotated[int, Constraint(ge=1, le=100)] = 50
    """Wrong codes in a row after which the password ends: whoever tries them knows it (NIST SP 800-63B, 5.2.2: 100 at most)."""

    @field_validator("required_of")
    @classmethod
    def _once_each(cls, roles: tuple[RoleOfAccount, ...]) -> tuple[RoleOfAccount, ...]:
        if len(set(roles)) != len(roles):
            raise ValueError("a role stands there twice")
        return roles

    @property
    def pending(self) -> timedelta:
        """How long the second step may take."""
        return timedelta(minutes=self.pending_minutes)


class AccountRules(StrictModel):
    """Limits of accounts and sessions; each with its reason in docs/security.md."""

    password_days: Annotated[int, Constraint(ge=1)]
    """Days after which a password is renewed (clause secure.accounts: regularly)."""
    link_hours: Annotated[int, Constraint(ge=1)]
    """How long a one-time link to set a password holds."""
    idle_minutes: Annotated[int, Constraint(ge=1)]
    absolute_hours: Annotated[int, Constraint(ge=1)]
    sessions_at_once: Annotated[int, Constraint(ge=1)]
    failures_lock: Annotated[int, Constraint(ge=1)]
    """Failed sign-ins in a row after which an account is locked."""
    lock_minutes: Annotated[int, Constraint(ge=1)]
    token_days: Annotated[int, Constraint(ge=1)]
    """How long a token for programs holds."""
    second_factor: SecondFactorRules = SecondFactorRules()
    cookie: SessionCookie
    clause: ClauseId

    @property
    def link(self) -> timedelta:
        """How long a one-time link holds."""
        return timedelta(hours=self.link_hours)

    @property
    def idle(self) -> timedelta:
        """How long a session lasts without use."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        """How long a session lasts at most."""
        return timedelta(hours=self.absolute_hours)

    @property
    def lock(self) -> timedelta:
        """How long an account stays locked."""
        return timedelta(minutes=self.lock_minutes)

    @property
    def password(self) -> timedelta:
        """How long a password holds."""
        return timedelta(days=self.password_days)

    @property
    def token(self) -> timedelta:
        """How long a token for programs holds."""
        return timedelta(days=self.token_days)
