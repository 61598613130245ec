"""One account of the dashboard: a person's own login, what it may see, and until when."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from pipelines.errors import UsageError

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")


DEMO_LOGINS = ("demo.reader", "demo.administrator", "demo.officer")
"""Accounts of a demo home that are made at each start; only they sign in without a second factor, and only there."""


class AccountRole(StrEnum):
    """What an account may do. Values are those of `partnerstats account add --role`."""

    PARTNER_READER = "partner-reader"
    PARTNER_ADMINISTRATOR = "partner-administrator"
    PRIVACY_OFFICER = "privacy-officer"


@dataclass(frozen=True)
class SecondFactor:
    """What a person has besides the password: an authenticator, and recovery codes for when it is lost."""

    secret: str = field(repr=False)
    """Shared with the authenticator; base32."""
    since: datetime
    recovery_digests: tuple[str, ...] = field(default=(), repr=False)
    """SHA-256 of each recovery code that was not used yet."""


@dataclass(frozen=True)
class Offer:
    """A secret that was shown to be set up, and holds once a code of it came back."""

    secret: str = field(repr=False)
    made_at: datetime
    bound_to: str = field(repr=False)
    """SHA-256 of the token it was shown to: nobody else sees it, or sets it up."""


@dataclass(frozen=True)
class Account:
    """One person's account. Digests are lower-case hex; `partner_file` is the name of the partner's published file."""

    account_id: str
    """Keyed digest of the login, and the name of the account's file."""
    login: str = field(repr=False)
    role: AccountRole
    partner_id: str | None
    partner_file: str | None
    added_at: datetime
    password_hash: str | None = field(default=None, repr=False)
    """As argon2 writes it; None until the person has set a password."""
    expires_on: date | None = None
    """Last Asia/Seoul day of the password; None without one."""
    link_digest: str | None = field(default=None, repr=False)
    """SHA-256 of the one-time link that sets a password; None without one."""
    link_expires_at: datetime | None = None
    disabled_at: datetime | None = None
    language: str = "ko"
    second_factor: SecondFactor | None = field(default=None, repr=False)
    offer: Offer | None = field(default=None, repr=False)

    @property
    def is_disabled(self) -> bool:
        """Whether nobody can sign in with it."""
        return self.disabled_at is not None

    def has_expired(self, today: date) -> bool:
        """Say whether the password has to be renewed; it holds through its last day."""
        return self.expires_on is not None and today > self.expires_on

    def with_password(self, password_hash: str, expires_on: date) -> "Account":
        """Return the account with a new password; a link to set one is used up, and a secret that was offered is void."""
        without = replace(self, link_digest=None, link_expires_at=None, offer=None)
        return replace(without, password_hash=password_hash, expires_on=expires_on)

    def without_password(self) -> "Account":
        """Return the account as nobody can sign in with it before its owner has set a new password."""
        return replace(self, password_hash=None, expires_on=None, offer=None)


def login_name(text: str) -> str:
    """Return a login as it is compared: NFKC, lower case. Raises UsageError, which does not repeat it, for what cannot be one."""
    login = unicodedata.normalize("NFKC", text).strip().lower()
    if not _LOGIN.fullmatch(login):
        raise UsageError("a login has 3 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or digit")
    return login
