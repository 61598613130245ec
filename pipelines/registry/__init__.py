"""Registry exports: reading, validity intervals, storage."""
