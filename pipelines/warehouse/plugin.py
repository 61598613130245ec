"""The dbt-duckdb plugin that prepares each database dbt opens: limits, crypto, keys and the views of events.

Named in sql/profiles.yml. What it adds comes from `pipelines.warehouse.context`; outside of a run of ours there are no events.
"""

from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from pipelines.storage.engine import configuration, prepare
from pipelines.warehouse.context import current
from pipelines.warehouse.events_view import create_events_view


class Plugin(BasePlugin):
    """Gives dbt's connection what no profile may hold."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Add the engine's limits to the options `config` that dbt-duckdb connects with."""
        context = current()
        if context is None:
            return
        limits = context.limits
        config.update(
            configuration(
                extension_directory=limits.extension_directory,
                temp_directory=limits.temp_folder,
                threads=limits.threads,
                memory_limit_bytes=limits.memory_limit_bytes,
                temp_limit_bytes=limits.temp_limit_bytes,
            )
        )

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Load the crypto, add the keys and create the views of events in `work.main`."""
        prepare(conn)
        context = current()
        if context is not None:
            create_events_view(conn, context)

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Set what a cursor does not take over from its connection."""
        cursor.execute("SET TimeZone = 'UTC'")
        cursor.execute("SET enable_progress_bar = false")
