"""The application with accounts of every role, as `served` makes it."""

from served import served, unsynced

__all__ = ["served", "unsynced"]
