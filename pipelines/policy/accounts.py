"""What holds for accounts of the dashboard: how long passwords, links and sessions last, and what the session's cookie is."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field as Constraint

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
