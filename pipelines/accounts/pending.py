"""Sign-ins halfway: the password was right, and something is still to come. Such a token opens nothing, for minutes, once."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pipelines.accounts.database import Database
from pipelines.accounts.sessions import TOKEN_BYTES, token_digest
from pipelines.policy.accounts import AccountRules


class Stage(StrEnum):
    """What is still to come before there is a session."""

    CODE = "code"
    SET_UP = "set-up"
    """The account has no second factor yet, and is of a role that needs one."""
    RENEW = "renew"
    """Everything was right, and the password is past its day."""


@dataclass(frozen=True)
class Halfway:
    """A sign-in halfway."""

    account_id: str
    stage: Stage
    began_at: datetime


class Pending:
    """The sign-ins halfway in a database, under the limits of the policy."""

    def __init__(self, database: Database, rules: AccountRules) -> None:
        """Take where they lie and how long they last."""
        self._database, self._rules = database, rules

    def begin(self, account_id: str, stage: Stage, now: datetime) -> str:
        """Begin one and return its token, which is kept as a digest alone; of too many of one account the oldest ends."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._database.writing() as connection:
            row = (token_digest(token), account_id, stage.value, _stamp(now))
            connection.execute("INSERT INTO pending VALUES (?, ?, ?, ?)", row)
            connection.execute(
                "DELETE FROM pending WHERE account_id = ? AND token_digest NOT IN (SELECT token_digest FROM pending "
                "WHERE account_id = ? ORDER BY began_at DESC, rowid DESC LIMIT ?)",
                (account_id, account_id, self._rules.sessions_at_once),
            )
        return token

    def find(self, token: str, now: datetime) -> Halfway | None:
        """Return what a token stands for, None when it is unknown, used or past its minutes."""
        rows = self._database.rows("SELECT * FROM pending WHERE token_digest = ?", (token_digest(token),))
        return self._live(rows, now)

    def take(self, token: str, now: datetime) -> Halfway | None:
        """Return what a token stands for and use it up: of two that come at once, one gets None."""
        with self._database.writing() as connection:
            rows = connection.execute(
                "DELETE FROM pending WHERE token_digest = ? RETURNING *", (token_digest(token),)
            ).fetchall()
        return self._live(rows, now)

    def end_all(self, account_id: str) -> int:
        """End those of an account and return how many."""
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM pending WHERE account_id = ?", (account_id,)).rowcount

    def purge(self, now: datetime) -> int:
        """Delete those past their minutes and return how many."""
        since = now - self._rules.second_factor.pending
        with self._database.writing() as connection:
            return connection.execute("DELETE FROM pending WHERE began_at <= ?", (_stamp(since),)).rowcount

    def _live(self, rows: list[sqlite3.Row], now: datetime) -> Halfway | None:
        if not rows:
            return None
        began_at = datetime.fromtimestamp(rows[0]["began_at"] / 1000, UTC)
        if now - began_at >= self._rules.second_factor.pending:
            return None
        return Halfway(rows[0]["account_id"], Stage(rows[0]["stage"]), began_at)


class UsedCodes:
    """The time step of the last code that each account used, and how many wrong ones came since: for all processes."""

    def __init__(self, database: Database) -> None:
        """Take where they lie."""
        self._database = database

    def use(self, account_id: str, step: int) -> bool:
        """Use the code of a time step; return whether no code of it, or of a later one, was used before (RFC 6238, 5.2)."""
        with self._database.writing() as connection:
            return bool(
                connection.execute(
                    "INSERT INTO used_codes VALUES (?, ?, 0) ON CONFLICT (account_id) DO UPDATE SET "
                    "last_step = excluded.last_step, wrong = 0 WHERE excluded.last_step > used_codes.last_step RETURNING 1",
                    (account_id, step),
                ).fetchall()
            )

    def begin(self, account_id: str, step: int) -> None:
        """Begin with a new secret, of which the code of one step was used: what was used of the former does not count."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO used_codes VALUES (?, ?, 0)", (account_id, step))

    def count_wrong(self, account_id: str) -> int:
        """Count a wrong code and return how many there were in a row, however long ago."""
        with self._database.writing() as connection:
            ((wrong,),) = connection.execute(
                "INSERT INTO used_codes VALUES (?, -1, 1) ON CONFLICT (account_id) DO UPDATE SET wrong = wrong + 1 "
                "RETURNING wrong",
                (account_id,),
            ).fetchall()
            return int(wrong)

    def forgive(self, account_id: str) -> None:
        """Forget the wrong codes of an account, and no step that was used."""
        with self._database.writing() as connection:
            connection.execute("UPDATE used_codes SET wrong = 0 WHERE account_id = ?", (account_id,))

    def forget(self, account_id: str) -> None:
        """Forget an account that ended."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM used_codes WHERE account_id = ?", (account_id,))


def _stamp(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
