"""Deterministic sample input: a made-up Partner Center, its registry and its access logs, as a real server would leave them."""
