"""A home whose every corner is known: where its nights may write, and what its commands said."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from support.canaries import CANARIES, LATER
from support.scanner import Found, Scanner

from pipelines.settings import REPOSITORY, load_settings
from pipelines.steps.day_files import read_day_states
from pipelines.steps.workspace import Workspace
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan, write_parquet

COMMAND = [sys.executable, "-c", "from pipelines.cli.app import main; main()"]


@dataclass
class House:
    """A home with planted values, the places its nights may write to, and what the commands said."""

    folder: Path
    said: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The home."""
        return self.folder / "home"

    @property
    def places(self) -> list[Path]:
        """Everywhere a night writes: the home, the keys, the temp folder, the user's folder, and dbt's project."""
        names = ("home", "home.keys", "temp", "user", "night")
        return [self.folder / name for name in names] + [REPOSITORY / "sql", REPOSITORY / "logs"]

    @property
    def environment(self) -> dict[str, str]:
        """Temp files and what libraries keep in the user's folder go where they can be looked at."""
        places = {"TMPDIR": str(self.folder / "temp"), "HOME": str(self.folder / "user")}
        return {**places, "PARTNERSTATS_HOME": str(self.home), "PARTNERSTATS_THREADS": "2"}

    def workspace(self, clock: str = LATER) -> Workspace:
        """Open the home in this process."""
        return Workspace.open(load_settings(home=self.home, clock=clock))

    def run(self, name: str, *arguments: str) -> None:
        """Run a command in a process of its own and keep all it says."""
        environment = {**os.environ, **self.environment}
        ended = subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)
        self.said[name] = ended.stdout + ended.stderr
        self.codes[name] = ended.returncode

    def scan(self) -> Found:
        """Look for every canary in every place, the landing folder apart, and in what was said."""
        scanner = Scanner(CANARIES)
        found = scanner.scan([place for place in self.places if place.exists()], leaving_out=self.home / "landing")
        for name, said in self.said.items():
            scanner.scan_bytes(said.encode(), f"what {name} said", found)
        return found


def spoil_events(workspace: Workspace) -> None:
    """Put an address and a login id in the clear into a stored day of events, under its own key."""
    state = next(iter(read_day_states(workspace.home.events).values()))
    key = workspace.keyring.get(state.key)
    path = workspace.home.events / state.file_name
    with workspace.connection() as connection:
        add_key(connection, key)
        connection.execute(f"CREATE TABLE spoiled AS SELECT * FROM {scan(path, key.name)}")  # noqa: S608
        connection.execute(
            "UPDATE spoiled SET client_address_pseudonym = ?, route = ?", [CANARIES["IPv4 address"], CANARIES["path"]]
        )
        connection.execute("UPDATE spoiled SET member_pseudonym = ?", [CANARIES["login id"]])
        write_parquet(connection, "SELECT * FROM spoiled", path, key)
