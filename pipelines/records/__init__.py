"""Delivered record files that are no log lines: cookie records and linked events, and what they mean."""
