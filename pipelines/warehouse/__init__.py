"""The warehouse of aggregates: engines, dbt runs, snapshots."""
