"""Each distinct value of a batch of lines replaced once: the small tables that `events_from_lines.sql` joins.

A pseudonym's input names its kind, so that a member and an address of the same text never share one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.privacy.methods import reduce_methods
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.privacy.referrers import reduce_referrers
from pipelines.privacy.targets import TargetReducer
from pipelines.privacy.user_agents import UserAgentReducer


@dataclass(frozen=True)
class Lookups:
    """Makes lookup tables; `prefix_of` gives the network an anonymous address counts under (/24, /48)."""

    pseudonymiser: Pseudonymiser
    targets: TargetReducer
    user_agents: UserAgentReducer
    prefix_of: Callable[[str], str]

    def members(self, members: pa.Table) -> pa.Table:
        """Return `login_id, member_pseudonym, visitor_pseudonym, person_pseudonym, member_partner_id, member_type`.

        `members` has one row a login: `login_id, account_key, partner_id, member_type`. The account key goes no further.
        """
        accounts = [member_text(key) for key in members["account_key"].to_pylist()]
        return pa.table(
            {
                "login_id": members["login_id"],
                "member_pseudonym": self._pseudonyms(Purpose.MEMBER, accounts),
                "visitor_pseudonym": self._pseudonyms(Purpose.VISITOR, accounts),
                "person_pseudonym": self._pseudonyms(Purpose.PERSON, accounts),
                "member_partner_id": members["partner_id"],
                "member_type": members["member_type"],
            }
        )

    def addresses(self, lines: pa.Table) -> pa.Table:
        """Return `client_address, client_address_pseudonym, person_pseudonym` of each distinct address."""
        addresses = _distinct(lines["client_address"])
        known = addresses.to_pylist()
        return pa.table(
            {
                "client_address": addresses,
                "client_address_pseudonym": self._pseudonyms(Purpose.CLIENT_ADDRESS, known),
                "person_pseudonym": self._pseudonyms(Purpose.PERSON, [f"network:{self.prefix_of(a)}" for a in known]),
            }
        )

    def visitors(self, lines: pa.Table) -> pa.Table:
        """Return `client_address, user_agent, visitor_pseudonym` of each distinct pair; a missing user agent is empty."""
        pairs = pa.table(
            {
                "client_address": _plain(lines["client_address"]),
                "user_agent": pc.fill_null(_plain(lines["user_agent"]), b""),
            }
        )
        distinct = pairs.filter(pc.is_valid(pairs["client_address"])).group_by(pairs.column_names).aggregate([])
        texts = [
            f"anonymous:{row['client_address']} {row['user_agent'].decode('latin-1')}" for row in distinct.to_pylist()
        ]
        return distinct.append_column("visitor_pseudonym", self._pseudonyms(Purpose.VISITOR, texts))

    def reductions(self, lines: pa.Table) -> dict[str, pa.Table]:
        """Return the tables `user_agents`, `targets`, `referrers` and `methods`, keyed by the value as logged.

        Beside what it is reduced to, a target has its `path`, which tells pages apart and goes no further.
        """
        agents, targets = _distinct(lines["user_agent"]), _distinct(lines["target"])
        referrers, methods = _distinct(lines["referrer"]), _distinct(lines["method"])
        reduced_targets = self.targets.reduce_all(targets.to_pylist())
        reduced_agents = self.user_agents.reduce_all(agents.to_pylist())
        return {
            "user_agents": reduced_agents.add_column(0, "user_agent", agents),
            "targets": reduced_targets.add_column(0, "target", targets).append_column("path", _paths(targets)),
            "referrers": pa.table({"referrer": referrers, "referrer_host": reduce_referrers(referrers.to_pylist())}),
            "methods": pa.table({"method": methods, "reduced_method": reduce_methods(methods.to_pylist())}),
        }

    def _pseudonyms(self, purpose: Purpose, values: Sequence[str]) -> pa.Array:
        return pa.array(self.pseudonymiser.pseudonyms(purpose, values), pa.string())


def member_text(account_key: str) -> str:
    """Return what the pseudonyms of a member are made from."""
    return f"member:{account_key}"


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column


def _paths(targets: pa.Array) -> pa.Array:
    return pa.array([target.partition(b"#")[0].partition(b"?")[0] for target in targets.to_pylist()], pa.binary())


def _distinct(column: pa.ChunkedArray) -> pa.Array:
    values = pc.unique(_plain(column))
    return values.filter(pc.is_valid(values))
