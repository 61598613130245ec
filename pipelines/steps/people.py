"""Who the members and whose the contents are on a day, and what is decided about the person behind each line.

Only approved members are processed (clause `collect.pending`), and of them only who did not refuse cookies (clause
`cookie.refusal`) and shows one that has not ended (clause `cookie.session`); everybody else counts as anonymous, and is
counted here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import SEOUL
from pipelines.records.cookies import Standing
from pipelines.registry.store import Pointer, RegistryStore, rows_at
from pipelines.rights.tombstones import KINDS, Codes
from pipelines.steps.cookies import Standings

APPROVED = "approved"
TABLES = ("members", "contents", "consents")
"""The registry tables that decide about people and contents: what events rest on."""
SIGN_UP = "sign_up"
"""The consent that processing starts with; all others are separate."""
NO_CONSENT = "no consent"
BY_STANDING = {Standing.ISSUED: "member", Standing.REFUSED: "refused cookies", Standing.ENDED: "used after logout"}
_MEMBERS = pa.schema([(n, pa.string()) for n in ("login_id", "account_key", "partner_id", "member_type", "status")])
_CONTENTS = pa.schema([(n, pa.string()) for n in ("content_id", "partner_id", "content_type")])


@dataclass(frozen=True)
class People:
    """The registry as of the end of a day. `members`: one row for each login of an approved member."""

    members: pa.Table
    contents: pa.Table
    status_by_login: dict[str, str]

    def decisions(self, lines: pa.Table, standings: Standings, gone: Codes) -> Counter[str]:
        """Count lines by what is decided about their person: `member`, `anonymous`, `conflicting cookies`, a status, ...

        `standings` says where each line's login stood with its cookie: only a member's whose cookie was issued counts as one.
        `gone` says which lines are of a member who left or was erased since: `withdrawn`, `erased`.
        """
        counts = np.bincount(gone, minlength=len(KINDS) + 1).tolist()
        decided = Counter({kind.value: count for kind, count in zip(KINDS, counts[1:], strict=True)})
        if counts[0] < len(lines):
            lines, standings = lines.filter(pa.array(gone == 0)), standings[gone == 0]
        return +(decided + self._of_present(lines, standings))

    def _of_present(self, lines: pa.Table, standings: Standings) -> Counter[str]:
        states = Counter(pc.cast(lines["cookie_state"], pa.string()).to_pylist())
        shown = pa.table({"login": pc.cast(lines["member_login"], pa.string()), "standing": standings})
        decided: Counter[str] = Counter()
        for row in shown.group_by(["login", "standing"]).aggregate([([], "count_all")]).to_pylist():
            if row["login"] is not None:
                status = self.status_by_login.get(row["login"], "unknown login")
                decided[BY_STANDING[row["standing"]] if status == APPROVED else status] += row["count_all"]
        decided["conflicting cookies"] += states["conflicting"]
        decided["anonymous"] += len(lines) - decided.total()
        return decided


class Registry(Protocol):
    """The tables of the registry, as of a day."""

    def pointer(self, table: str) -> Pointer | None:
        """Return None for a table that was never imported."""
        ...

    def load_at(self, table: str, day: date) -> pa.Table:
        """Return the rows that held at the end of `day`."""
        ...


class LoadedOnce:
    """The registry for a question about many days: each of its tables is opened once."""

    def __init__(self, registry: RegistryStore) -> None:
        """Open nothing yet."""
        self._registry = registry
        self._rows: dict[str, pa.Table] = {}

    def pointer(self, table: str) -> Pointer | None:
        """Return None for a table that was never imported."""
        return self._registry.pointer(table)

    def load_at(self, table: str, day: date) -> pa.Table:
        """Return the rows that held at the end of `day`. Raises as `RegistryStore.load`."""
        if table not in self._rows:
            self._rows[table] = self._registry.load(table)
        return rows_at(self._rows[table], day)


def people_of(registry: Registry, day: date) -> People:
    """Return the people as of the end of `day`; nobody when a table was never imported.

    A login that two members share at once is ambiguous and belongs to neither. Where the table of consents was ever delivered,
    a member without a live consent to processing is held back (clause `collect.consent`). Raises DamagedError or KeyMissingError.
    """
    members = _table(registry, "members", day, _MEMBERS)
    contents = _table(registry, "contents", day, _CONTENTS)
    shared = {login for login, count in Counter(members["login_id"].to_pylist()).items() if count > 1}
    statuses = {
        row["login_id"]: "shared login" if row["login_id"] in shared else row["status"] for row in members.to_pylist()
    }
    held_back = _without_consent(registry, day, members)
    statuses |= {login: NO_CONSENT for login in held_back if statuses[login] == APPROVED}
    is_approved = pa.array([statuses[login] == APPROVED for login in members["login_id"].to_pylist()], pa.bool_())
    return People(members.filter(is_approved), contents, statuses)


def _table(registry: Registry, name: str, day: date, schema: pa.Schema) -> pa.Table:
    if registry.pointer(name) is None:
        return schema.empty_table()
    return registry.load_at(name, day).select(schema.names).cast(schema)


def _without_consent(registry: Registry, day: date, members: pa.Table) -> set[str]:
    """Return the logins of members who have no consent to processing that lives at the end of `day`."""
    if registry.pointer("consents") is None:
        return set()
    consents = registry.load_at("consents", day)
    live = consents["account_key"].filter(_live(consents, day))
    has_none = pc.invert(pc.is_in(members["account_key"], value_set=live.combine_chunks()))
    return set(members["login_id"].filter(has_none).to_pylist())


def _live(consents: pa.Table, day: date) -> pa.ChunkedArray:
    """Say of each row whether it is a consent to processing, given by the end of `day` and not withdrawn or run out by then."""
    end = pa.scalar(datetime.combine(day + timedelta(days=1), time(), SEOUL), pa.timestamp("us", "UTC"))
    is_given = pc.and_(pc.equal(consents["consent"], SIGN_UP), pc.less(consents["given_at"], end))
    is_kept = pc.fill_null(pc.greater_equal(consents["withdrawn_at"], end), fill_value=True)
    runs_on = pc.fill_null(pc.greater_equal(consents["until"], pa.scalar(day, pa.date32())), fill_value=True)
    return pc.fill_null(pc.and_(is_given, pc.and_(is_kept, runs_on)), fill_value=False)
