"""Tokens with which a partner's programs read its figures: made and ended by the partner's administrator, kept as digests."""

import re
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.accounts.database import Database
from pipelines.accounts.sessions import token_digest
from pipelines.errors import UsageError
from pipelines.policy.accounts import AccountRules

PREFIX = "pst_"
"""So that a token that leaked is told from other text."""
_LABEL = re.compile(r"[\w .-]{1,40}")
MOST_TOKENS = 10
"""Of one partner."""


@dataclass(frozen=True)
class Token:
    """A token of a partner; `token_id` names it and opens nothing."""

    token_id: str
    partner_id: str
    partner_file: str
    label: str
    made_at: datetime
    expires_at: datetime


class Tokens:
    """The tokens in a database."""

    def __init__(self, database: Database, rules: AccountRules) -> None:
        """Take where they lie and how long they last."""
        self._database, self._rules = database, rules

    def make(self, partner_id: str, partner_file: str, label: str, made_by: str, now: datetime) -> str:
        """Make a token and return it: it is never shown again. Raises UsageError for a label, or for one too many."""
        if not _LABEL.fullmatch(label):
            raise UsageError("a token's label has 1 to 40 letters, digits, spaces and . _ -")
        if len(self.of(partner_file, now)) >= MOST_TOKENS:
            raise UsageError(f"a partner has {MOST_TOKENS} tokens at most: end one first")
        token = PREFIX + secrets.token_urlsafe(32)
        row = (token_digest(token), secrets.token_hex(8), partner_id, partner_file, label, made_by, _stamp(now))
        with self._database.writing() as connection:
            expires = _stamp(now + self._rules.token)
            connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, expires))
        return token

    def find(self, token: str, now: datetime) -> Token | None:
        """Return what a token stands for, None when it is unknown or past its day."""
        digest = token_digest(token)
        rows = self._database.rows(
            "SELECT * FROM tokens WHERE token_digest = ? AND expires_at > ?", (digest, _stamp(now))
        )
        return _token(rows[0]) if rows else None

    def of(self, partner_file: str, now: datetime) -> list[Token]:
        """Return a partner's tokens, the newest first."""
        rows = self._database.rows(
            "SELECT * FROM tokens WHERE partner_file = ? AND expires_at > ? ORDER BY made_at DESC, rowid DESC",
            (partner_file, _stamp(now)),
        )
        return [_token(row) for row in rows]

    def end(self, partner_file: str, token_id: str) -> bool:
        """End a token of a partner; return whether it had one of this id."""
        with self._database.writing() as connection:
            found = connection.execute(
                "DELETE FROM tokens WHERE partner_file = ? AND token_id = ?", (partner_file, token_id)
            )
            return found.rowcount > 0

    def end_made_by(self, account_id: str) -> int:
        """End the tokens that an account made: whoever leaves takes no way in along. Return how many."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM tokens WHERE made_by = ?", (account_id,)).rowcount


def _token(row: sqlite3.Row) -> Token:
    made_at, expires_at = (datetime.fromtimestamp(row[name] / 1000, UTC) for name in ("made_at", "expires_at"))
    return Token(row["token_id"], row["partner_id"], row["partner_file"], row["label"], made_at, expires_at)


def _stamp(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
