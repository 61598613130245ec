"""Thin Dagster assets, one module per source or layer: a body says what happens, the steps say how."""
