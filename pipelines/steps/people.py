"""Who the members and whose the contents are on a day, and what is decided about the person behind each line.

Only approved members are processed (clause `collect.pending`), and of them only who did not refuse cookies (clause
`cookie.refusal`) and shows one that has not ended (clause `cookie.session`); everybody else counts as anonymous, and is
counted here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import SEOUL
from pipelines.records.cookies import Standing
from pipelines.registry.store import RegistryStore
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


def people_of(registry: RegistryStore, day: date) -> People:
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


def _table(registry: RegistryStore, name: str, day: date, schema: pa.Schema) -> pa.Table:
    if registry.pointer(name) is None:
        return schema.empty_table()
    return registry.load_at(name, day).select(schema.names).cast(schema)


def _without_consent(registry: RegistryStore, day: date, members: pa.Table) -> set[str]:
    """Return the logins of members who have no consent to processing that lives at the end of `day`."""
    if registry.pointer("consents") is None:
        return set()
    end = datetime.combine(day + timedelta(days=1), time(), SEOUL)
    live = {row["account_key"] for row in registry.load_at("consents", day).to_pylist() if _lives(row, day, end)}
    accounts = zip(members["login_id"].to_pylist(), members["account_key"].to_pylist(), strict=True)
    return {login for login, account in accounts if account not in live}


def _lives(consent: dict[str, Any], day: date, end: datetime) -> bool:
    """Whether a consent to processing was given before `end`, the end of `day`, and is neither withdrawn nor run out."""
    withdrawn = consent["withdrawn_at"]
    return (
        consent["consent"] == SIGN_UP
        and consent["given_at"] < end
        and (withdrawn is None or withdrawn >= end)
        and (consent["until"] is None or consent["until"] >= day)
    )
