"""Delivered tables: CSV, JSON lines and Parquet read row by row, and values turned into what the policy declares."""
