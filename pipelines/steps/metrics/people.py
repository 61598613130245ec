"""Whether events speak of those members alone who may be processed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.privacy.lookups import member_text
from pipelines.privacy.pseudonyms import Pseudonymiser, Purpose
from pipelines.registry.carried import APPROVED, WITHDRAWN
from pipelines.steps.day_files import DayState
from pipelines.steps.derivation import day_inputs
from pipelines.steps.metrics.events import columns_of, declared_columns
from pipelines.steps.metrics.scope import Only, by_day
from pipelines.steps.people import LoadedOnce, people_of
from pipelines.steps.workspace import Workspace

COLUMNS = ["members_undecided", "members_not_approved"]
_PURPOSES = (Purpose.MEMBER, Purpose.VISITOR, Purpose.PERSON)
"""The pseudonyms that a member's account is made into."""


def event_people(workspace: Workspace, only: Only) -> pd.DataFrame:
    """One row a day of events: COLUMNS, both counts of events.

    `members_undecided`: with a member, less lines decided to be one's, as a distance. `members_not_approved`: with a member,
    visitor or person who, by the registry of that day, is not to be processed. Of a day whose file lacks a declared column
    nothing can be said, so that each of its events counts as a fault.
    """
    declared, members = declared_columns(workspace), _Members(workspace)

    def of_day(connection: duckdb.DuckDBPyConnection, relation: str, state: DayState) -> dict[str, int]:
        if not declared.items() <= columns_of(connection, relation).items():
            return dict.fromkeys(COLUMNS, max(1, state.rows))
        known = members.known(state)
        connection.register("approved", known.approved)
        connection.register("held_back", known.held_back)
        sql = _SQL.format(relation=relation)
        carried, wrong = connection.execute(sql, {"is_up_to_date": known.is_up_to_date}).fetchone() or (0, 0)
        undecided = abs(int(carried) - state.people.get("member", 0))
        return dict(zip(COLUMNS, [undecided, int(wrong)], strict=True))

    return by_day(workspace, of_day, COLUMNS, only)


@dataclass(frozen=True)
class _Known:
    """What is known of a day's members, as tables of one column `pseudonym`: those to process, and those never to.

    `is_up_to_date` says whether the day's events rest on what the registry and the tombstones say now. If not, somebody may
    have left since, so that a pseudonym of nobody proves nothing; the day is derived again before anything is built from it.
    """

    approved: pa.Table
    held_back: pa.Table
    is_up_to_date: bool


class _Members:
    """The members of each day, worked out from the registry once more."""

    def __init__(self, workspace: Workspace) -> None:
        self._registry = LoadedOnce(workspace.registry)
        self._pseudonymiser = Pseudonymiser(workspace.keyring.pseudonym_key().secret)
        self._rests: dict[date, str] = {given.day: given.fingerprint for given in day_inputs(workspace)}

    def known(self, state: DayState) -> _Known:
        """Return what is known of the members on the day of `state`."""
        approved = people_of(self._registry, state.day).members["account_key"].to_pylist()
        return _Known(
            self._pseudonyms(approved, [Purpose.MEMBER]),
            self._pseudonyms(self._held_back(state.day), _PURPOSES),
            self._rests.get(state.day) == state.fingerprint,
        )

    def _held_back(self, day: date) -> list[str]:
        """Return the accounts of members who are not approved; who left was approved, and goes with a tombstone."""
        if self._registry.pointer("members") is None:
            return []
        members = self._registry.load_at("members", day).select(["account_key", "status"]).to_pylist()
        return [member["account_key"] for member in members if member["status"] not in (APPROVED, WITHDRAWN)]

    def _pseudonyms(self, accounts: list[str], purposes: Iterable[Purpose]) -> pa.Table:
        texts = [member_text(account) for account in accounts]
        found = [value for purpose in purposes for value in self._pseudonymiser.pseudonyms(purpose, texts)]
        return pa.table({"pseudonym": pa.array(found, pa.string())})


_SQL = """
    SELECT
        count(member_pseudonym),
        count(*) FILTER (
            WHERE member_pseudonym IN (SELECT pseudonym FROM held_back)
                OR visitor_pseudonym IN (SELECT pseudonym FROM held_back)
                OR person_pseudonym IN (SELECT pseudonym FROM held_back)
                OR (
                    $is_up_to_date
                    AND member_pseudonym IS NOT NULL
                    AND member_pseudonym NOT IN (SELECT pseudonym FROM approved)
                )
        )
    FROM {relation}
"""  # own text; the relation is a file of the home
