"""Who the members and whose the contents are on a day, and what is decided about the person behind each line.

Only approved members are processed (clause `collect.pending`), and of them only who did not refuse cookies (clause
`cookie.refusal`) and shows one that has not ended (clause `cookie.session`); everybody else counts as anonymous, and is
counted here.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.records.cookies import Standing
from pipelines.registry.store import RegistryStore
from pipelines.steps.cookies import Standings

APPROVED = "approved"
BY_STANDING = {Standing.ISSUED: "member", Standing.REFUSED: "refused cookies", Standing.ENDED: "used after logout"}
_MEMBERS = pa.schema([(n, pa.string()) for n in ("login_id", "account_key", "partner_id", "member_type", "status")])
_CONTENTS = pa.schema([(n, pa.string()) for n in ("content_id", "partner_id", "content_type")])


@dataclass(frozen=True)
class People:
    """The registry as of the end of a day. `members`: one row for each login of an approved member."""

    members: pa.Table
    contents: pa.Table
    status_by_login: dict[str, str]

    def decisions(self, lines: pa.Table, standings: Standings) -> Counter[str]:
        """Count lines by what is decided about their person: `member`, `anonymous`, `conflicting cookies`, a status, ...

        `standings` says where each line's login stood with its cookie: only a member's whose cookie was issued counts as one.
        """
        states = Counter(pc.cast(lines["cookie_state"], pa.string()).to_pylist())
        shown = pa.table({"login": pc.cast(lines["member_login"], pa.string()), "standing": standings})
        decided: Counter[str] = Counter()
        for row in shown.group_by(["login", "standing"]).aggregate([([], "count_all")]).to_pylist():
            if row["login"] is not None:
                status = self.status_by_login.get(row["login"], "unknown login")
                decided[BY_STANDING[row["standing"]] if status == APPROVED else status] += row["count_all"]
        decided["conflicting cookies"] += states["conflicting"]
        decided["anonymous"] += len(lines) - decided.total()
        return +decided


def people_of(registry: RegistryStore, day: date) -> People:
    """Return the people as of the end of `day`; nobody when a table was never imported.

    A login that two members share at once is ambiguous and belongs to neither. Raises DamagedError or KeyMissingError.
    """
    members = _table(registry, "members", day, _MEMBERS)
    contents = _table(registry, "contents", day, _CONTENTS)
    shared = {login for login, count in Counter(members["login_id"].to_pylist()).items() if count > 1}
    statuses = {
        row["login_id"]: "shared login" if row["login_id"] in shared else row["status"] for row in members.to_pylist()
    }
    is_approved = pa.array([statuses[login] == APPROVED for login in members["login_id"].to_pylist()], pa.bool_())
    return People(members.filter(is_approved), contents, statuses)


def _table(registry: RegistryStore, name: str, day: date, schema: pa.Schema) -> pa.Table:
    if registry.pointer(name) is None:
        return schema.empty_table()
    return registry.load_at(name, day).select(schema.names).cast(schema)
