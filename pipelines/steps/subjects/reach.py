"""How find and erase reach each store and column on disk: the one table that says what holds no member, and why.

What stands neither in this table nor in the policy is unreached, and a test that walks a finished home fails for it.
"""

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from pipelines.policy import Policy
from pipelines.registry.tables import VALID_FROM, VALID_TO
from pipelines.steps.day_files import LINKED_EVENTS, read_day_states
from pipelines.steps.linked import linked_folder
from pipelines.steps.retention.byte_files import files_below
from pipelines.steps.retention.inventory.places import place_of
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan
from pipelines.warehouse.reading import open_read_only

ASKED_BY_PSEUDONYM = frozenset({"member_pseudonym", "visitor_pseudonym", "person_pseudonym", "linked_member_pseudonym"})
"""Columns of events that may hold a member's pseudonym: find asks for it, erasing derives the day again without it."""
FREE_COLUMNS = {
    "client_address_pseudonym": "an address, under a key of its own; empty where the line is nobody's",
    "member_partner_id": "the partner's number; empty where the line is nobody's",
}
"""Columns of events beside those that the policy keeps or coarsens, which hold no member by themselves."""
FREE_TABLES = {"pipeline_days": "days with digests of what their figures rest on"}
"""Tables of the warehouse that are no dataset of the policy."""
NOT_READ = {
    "data_keys": "wrapped keys: random bytes under the master key",
    "former_members_1y": "sealed to the privacy officer; found by the digest in its name, kept by the policy",
    "former_members_permanent": "sealed to the privacy officer; found by the digest in its name, kept by the policy",
}
"""Datasets whose files find does not open."""


def unreached(workspace: Workspace) -> list[str]:
    """Return every store and column on disk that find and erase do not know of, in sentences; call it holding the home."""
    return sorted({*_files(workspace), *_tables(workspace), *_events(workspace), *_warehouse(workspace)})


def _files(workspace: Workspace) -> Iterator[str]:
    for file in files_below({"": workspace.home.root, "keys": workspace.settings.key_folder}):
        found = place_of(file.place)
        if found is None:
            yield f"{file.place}: no store of any dataset"
        elif found.dataset not in workspace.policy.datasets:
            yield f"{file.place}: its dataset {found.dataset} is not in the policy"


def _tables(workspace: Workspace) -> Iterator[str]:
    for table in workspace.registry.tables():
        declared = workspace.policy.datasets.get(table)
        rows = workspace.registry.load(table)
        for field in rows.schema:
            if field.name in (VALID_FROM, VALID_TO):
                continue
            if declared is None or field.name not in declared.fields:
                yield f"registry/{table}: column {field.name} is not declared"
            elif not _is_searched(field.type):
                yield f"registry/{table}: column {field.name} is of a type that is not searched"


def _is_searched(kind: pa.DataType) -> bool:
    """Texts are searched; instants, days, numbers and yes or no name nobody."""
    is_free = pa.types.is_temporal(kind) or pa.types.is_boolean(kind) or pa.types.is_integer(kind)
    return bool(pa.types.is_string(kind) or is_free or pa.types.is_floating(kind))


def _events(workspace: Workspace) -> Iterator[str]:
    for dataset, folder in (("events", workspace.home.events), (LINKED_EVENTS, linked_folder(workspace))):
        with workspace.connection() as connection:
            for state in read_day_states(folder).values():
                add_key(connection, workspace.keyring.get(state.key))
                yield from _columns(connection, scan(folder / state.file_name, state.key), dataset, workspace.policy)


def _columns(connection: duckdb.DuckDBPyConnection, relation: str, dataset: str, policy: Policy) -> Iterator[str]:
    declared = policy.dataset(dataset).fields
    for name, *_ in connection.execute(f"DESCRIBE FROM {relation}").fetchall():
        is_kept = name in declared and declared[name].action in ("keep", "truncate")
        if not (is_kept or name in ASKED_BY_PSEUDONYM or name in FREE_COLUMNS):
            yield f"{dataset}: column {name} is neither asked for nor free of identities"


def _warehouse(workspace: Workspace) -> Iterator[str]:
    """A table of the warehouse is a dataset of aggregates or records, with the columns that the policy declares."""
    if not workspace.home.warehouse.exists():
        return
    connection = open_read_only(workspace.home.warehouse)
    try:
        found = connection.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    finally:
        connection.close()
    for table, column in found:
        dataset = workspace.policy.datasets.get(table)
        if table in FREE_TABLES:
            continue
        if dataset is None or dataset.holds not in ("aggregates", "records"):
            yield f"warehouse: table {table} is no aggregate of the policy"
        elif column not in dataset.fields:
            yield f"warehouse: column {column} of {table} is not declared"
