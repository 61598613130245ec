"""The application with accounts of every role, as `served` makes it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from served import served, unsynced

__all__ = ["served", "unsynced"]
