"""Sessions: opaque random tokens kept as digests, with an idle and an absolute end. Everyone's own can be listed and ended."""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipelines.accounts.database import Database
from pipelines.policy.accounts import AccountRules

TOKEN_BYTES = 32
"""256 bits of the system's randomness (ASVS 7.2.3 asks for 128)."""
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept: a page is not slower for a write."""


@dataclass(frozen=True)
class Session:
    """A live session; `session_id` names it to its owner and opens nothing."""

    session_id: str
    account_id: str
    began_at: datetime
    seen_at: datetime
    agent: str
    """The kind of browser, such as `Firefox on Windows`: so that its owner tells one from another."""


class Sessions:
    """The sessions in a database, under the limits of the policy."""

    def __init__(self, database: Database, rules: AccountRules) -> None:
        """Take where they lie and how long they last."""
        self._database, self.rules = database, rules

    def begin(self, account_id: str, now: datetime, agent: str = "", former: str | None = None) -> str:
        """Begin a session and return its token; the `former` one, if any, ends (ASVS 7.2.4).

        Of more than the policy allows for one account, the one not used for longest ends (ASVS 7.1.2).
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        row = (token_digest(token), secrets.token_hex(8), account_id, _stamp(now), _stamp(now), agent[:80])
        with self._database.writing() as connection:
            if former is not None:
                connection.execute("DELETE FROM sessions WHERE token_digest = ?", (token_digest(former),))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute(
                "DELETE FROM sessions WHERE account_id = ? AND token_digest NOT IN (SELECT token_digest FROM sessions "
                "WHERE account_id = ? ORDER BY seen_at DESC, rowid DESC LIMIT ?)",
                (account_id, account_id, self.rules.sessions_at_once),
            )
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """Return the live session of a token and note its use; None, and no trace of it left, when it is over or unknown."""
        digest = token_digest(token)
        rows = self._database.rows("SELECT * FROM sessions WHERE token_digest = ?", (digest,))
        if not rows:
            return None
        session = _session(rows[0])
        if self._is_over(session, now):
            with self._database.writing() as connection:
                connection.execute("DELETE FROM sessions WHERE token_digest = ?", (digest,))
            return None
        if now - session.seen_at >= _SEEN_EVERY:
            with self._database.writing() as connection:
                connection.execute("UPDATE sessions SET seen_at = ? WHERE token_digest = ?", (_stamp(now), digest))
        return session

    def end(self, token: str) -> None:
        """End the session of a token."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE token_digest = ?", (token_digest(token),))

    def end_all(self, account_id: str, *, but: str | None = None, only: str | None = None) -> int:
        """End every session of an account, or all but one, or one alone, by their ids; return how many ended."""
        with self._database.writing() as connection:
            ended = connection.execute(
                "DELETE FROM sessions WHERE account_id = ? AND session_id IS NOT ? AND session_id = coalesce(?, session_id)",
                (account_id, but, only),
            )
            return ended.rowcount

    def of(self, account_id: str, now: datetime) -> list[Session]:
        """Return the live sessions of an account, the one used last first."""
        rows = self._database.rows("SELECT * FROM sessions WHERE account_id = ? ORDER BY seen_at DESC", (account_id,))
        return [session for session in map(_session, rows) if not self._is_over(session, now)]

    def purge(self, now: datetime) -> int:
        """Delete what is over, failures that no longer count, and tokens past their day; return how many sessions went."""
        seen, began = now - self.rules.idle, now - self.rules.absolute
        with self._database.writing() as connection:
            gone = connection.execute(
                "DELETE FROM sessions WHERE seen_at <= ? OR began_at <= ?", (_stamp(seen), _stamp(began))
            )
            connection.execute("DELETE FROM failures WHERE failed_at <= ?", (_stamp(now - self.rules.lock),))
            connection.execute("DELETE FROM tokens WHERE expires_at <= ?", (_stamp(now),))
            return gone.rowcount

    def _is_over(self, session: Session, now: datetime) -> bool:
        return now - session.seen_at >= self.rules.idle or now - session.began_at >= self.rules.absolute


class Failures:
    """Failed sign-ins of each account in a row, also of accounts that do not exist."""

    def __init__(self, database: Database, rules: AccountRules) -> None:
        """Take where they lie and how many lock."""
        self._database, self._rules = database, rules

    def locked_until(self, account_id: str, now: datetime) -> datetime | None:
        """Return until when nobody signs in with an account, None when it is open."""
        rows = self._database.rows("SELECT * FROM failures WHERE account_id = ?", (account_id,))
        if not rows or rows[0]["failures"] < self._rules.failures_lock:
            return None
        until = _instant(rows[0]["failed_at"]) + self._rules.lock
        return until if now < until else None

    def add(self, account_id: str, now: datetime) -> int:
        """Count a failure and return how many there are in a row; those of before a lock that is over do not count."""
        since = _stamp(now - self._rules.lock)
        with self._database.writing() as connection:
            (row,) = connection.execute(
                "INSERT INTO failures VALUES (?, 1, ?) ON CONFLICT (account_id) DO UPDATE SET "
                "failures = CASE WHEN failed_at <= ? THEN 1 ELSE failures + 1 END, failed_at = excluded.failed_at "
                "RETURNING failures",
                (account_id, _stamp(now), since),
            ).fetchall()
            return int(row["failures"])

    def clear(self, account_id: str) -> None:
        """Forget the failures of an account: somebody signed in, or set a new password."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM failures WHERE account_id = ?", (account_id,))


class Ended:
    """Accounts that ended and are not entered in the register of destructions yet, by their digests."""

    def __init__(self, database: Database) -> None:
        """Take where they lie."""
        self._database = database

    def add(self, account_id: str, now: datetime) -> None:
        """Note that an account ended; again changes nothing."""
        with self._database.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO ended VALUES (?, ?)", (account_id, _stamp(now)))

    def all(self) -> list[tuple[str, datetime]]:
        """Return them, each with the instant of its end, oldest first."""
        rows = self._database.rows("SELECT * FROM ended ORDER BY ended_at, account_id")
        return [(row["account_id"], _instant(row["ended_at"])) for row in rows]

    def remove(self, account_ids: Iterable[str]) -> None:
        """Forget those that are entered."""
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM ended WHERE account_id = ?", [(one,) for one in account_ids])


def token_digest(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so that a plain SHA-256 tells nothing of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _session(row: sqlite3.Row) -> Session:
    return Session(
        row["session_id"], row["account_id"], _instant(row["began_at"]), _instant(row["seen_at"]), row["agent"]
    )


def _stamp(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)
