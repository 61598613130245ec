"""Which stage of the night a home is in, told from its files alone, so that a kill can be aimed and afterwards placed."""

from pathlib import Path

STAGES = ("import", "pseudonymise", "transform", "checks")
"""Import until the first events are written; pseudonymise until the next warehouse begins; transform until it is swapped in."""


class Watch:
    """Compares a home with what it was when the watch began."""

    def __init__(self, home: Path) -> None:
        """Look at the home as it is now."""
        self._home = home
        self._vault, self._events, self._warehouse = self._seen()

    def stage(self) -> str:
        """Return the stage the files show: the latest whose first trace is there; `start` before any."""
        vault, events, warehouse = self._seen()
        if warehouse != self._warehouse:
            return "checks"
        if (self._home / "staging" / "next-warehouse" / "warehouse.duckdb").exists():
            return "transform"
        if events != self._events:
            return "pseudonymise"
        return "import" if vault != self._vault else "start"

    def _seen(self) -> tuple[set[tuple[str, int]], set[tuple[str, int]], int]:
        return self._files("vault"), self._files("events"), (self._home / "warehouse.duckdb").stat().st_ino

    def _files(self, folder: str) -> set[tuple[str, int]]:
        found = set()
        for path in (self._home / folder).rglob("*"):
            try:
                found.add((str(path), path.stat().st_ino))
            except FileNotFoundError:
                continue
        return found
