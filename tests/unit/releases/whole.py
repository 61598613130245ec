"""The hand-made warehouse with what else the marts have: bounces, new visitors and the greatest contributions."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
from press import FIRST_OF, USAGE, Press

from pipelines.policy import Policy

WHOLE = ("bounces", "bouncing_people", "staying_people", "new_visitors", "new_people", "returning_visitors",
         "returning_people", "largest_page_views", "second_page_views", "largest_visits", "second_visits")  # fmt: skip
_AMOUNTS = WHOLE[-4:-2]
_BY_CONTENT = {"partner_content_daily": "content", "partner_device_daily": "device"}


def is_new(person: str) -> bool:
    """Who is new: everybody with an odd number."""
    return int(person.rpartition("-")[2]) % 2 == 1


@dataclass
class WholePress(Press):
    """A press whose marts have every column of the policy that they need: who looks at one page bounces."""

    def build(self) -> None:
        """Write the warehouse."""
        super().build()
        with duckdb.connect(str(self.place.warehouse)) as connection:
            for kind, name in USAGE.items():
                _add(connection, name, WHOLE, (kind,), self._usage(kind))
            for name, column in _BY_CONTENT.items():
                key = f"{column}_id" if column == "content" else column
                _add(connection, name, _AMOUNTS, ("day", key), self._amounts("day", column))

    def _amounts(self, kind: str, column: str | None = None) -> dict[tuple[Any, ...], tuple[int, ...]]:
        """Return the greatest contributions of one person and of the next, by partner, period and a column."""
        by: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
        for one in self.views:
            by[one.partner, FIRST_OF[kind](one.day), *([getattr(one, column)] if column else [])][one.person] += (
                one.count
            )
        return {key: tuple([*sorted(each.values(), reverse=True), 0][:2]) for key, each in by.items()}

    def _usage(self, kind: str) -> dict[tuple[Any, ...], tuple[int, ...]]:
        visits: dict[tuple[str, date], Counter[tuple[str, date]]] = defaultdict(Counter)
        for one in self.views:
            visits[one.partner, FIRST_OF[kind](one.day)][one.person, one.day] += one.count
        found, most = {}, {}
        for key, each in visits.items():
            bounced = [person for (person, _), count in each.items() if count == 1]
            stayed = {person for (person, _), count in each.items() if count > 1}
            new = {person for person, _ in each if is_new(person)}
            old = {person for person, _ in each} - new
            most[key] = [*sorted(Counter(person for person, _ in each).values(), reverse=True), 0][:2]
            found[key] = (len(bounced), len(set(bounced)), len(stayed), len(new), len(new), len(old), len(old))
        return {key: (*found[key], *views, *most[key]) for key, views in self._amounts(kind).items()}


def with_all(policy: Policy, tables: Policy) -> Policy:
    """Return the `policy` with parts, others and amounts of its usage, contents and devices as in that of all `tables`."""
    assert policy.publication is not None and tables.publication is not None
    changed = {}
    for name, table in policy.publication.tables.items():
        whole = tables.publication.tables[name]
        others = tuple(one for one in whole.others if one != "p90_visit_seconds")
        changed[name] = table.model_copy(
            update={"adds_up": whole.adds_up, "parts": whole.parts, "others": others, "amount": whole.amount,
                    "also_judged": whole.also_judged}
        )  # fmt: skip
    return policy.model_copy(update={"publication": policy.publication.model_copy(update={"tables": changed})})


def _add(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    rows: dict[tuple[Any, ...], tuple[int, ...]],
) -> None:
    for column in columns:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} BIGINT")
    given = ", ".join(f"{column} = ?" for column in columns)
    same = " AND ".join(f"{column} = ?" for column in ("partner_id", *keys))
    for key, values in rows.items():
        connection.execute(f"UPDATE {table} SET {given} WHERE {same}", [*values, *key])  # noqa: S608 -- names of the tests
