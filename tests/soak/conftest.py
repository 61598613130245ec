"""Long rehearsals: they share what the integration tests share, and run only when they are asked for (see tests/conftest.py)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
