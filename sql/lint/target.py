"""What sqlfluff sees as dbt's `target`."""

database = "warehouse"
