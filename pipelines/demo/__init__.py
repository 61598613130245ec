"""Deterministic sample input."""
