"""A home between two nights: the first night is done, the second one's deliveries lie in the landing folder.

They hold what is hard: a log that grew and whose last line was cut in two, broken lines, a file whose compression is
cut off, new days, cookie records, linked events, a registry that changed; logs and records are dealt out to several files,
so that they may arrive one after the other. What is taken in leaves the landing folder, as real input does.
"""

import gzip
import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from support.nights import Night, Nights
from support.parts import deal

from pipelines.demo.day_files import SOURCE
from pipelines.demo.plan import DemoPlan
from pipelines.demo.writing import write_demo
from pipelines.settings import load_settings
from pipelines.steps.demo import write_sample
from pipelines.steps.workspace import Workspace, open_home

FIRST_DAY = date(2026, 3, 3)
LAST_DAY = FIRST_DAY + timedelta(days=2)
LINES_A_DAY = 2_000
EARLIER, NOW = "2026-03-04T02:00:00+09:00", "2026-03-06T02:00:00+09:00"


@dataclass(frozen=True)
class Delivered:
    """A home and its keys, and every delivered file's content by name, for the first night and for the second."""

    home: Path
    nights: Nights
    contents: dict[str, bytes]
    """Decompressed content of the logs as they stand in the end, by file name."""
    told: Path | None = None
    """Where a night says how it went; by default beside the home."""

    def copy_to(self, folder: Path) -> "Delivered":
        """Return a copy with the same keys, deliveries and clock, and all else that lies beside a home under its name."""
        for part in (self.home, *self.home.parent.glob(f"{self.home.name}.*")):
            shutil.copytree(part, folder / part.name)
        return replace(self, home=folder / self.home.name)

    def environment(self, clock: str = NOW) -> dict[str, str]:
        """The settings every night and every look at the home share."""
        return {
            "PARTNERSTATS_CLOCK": clock,
            "PARTNERSTATS_REMOVE_LANDING": "true",
            "PARTNERSTATS_THREADS": "2",
            "PARTNERSTATS_MAX_LINE_BYTES": "4096",
            "PARTNERSTATS_BATCH_BYTES": str(128 * 1024),
        }

    def begin_night(
        self,
        broken_by: str | None = None,
        clock: str = NOW,
        day: date = LAST_DAY,
        file_limit_bytes: int | None = None,
    ) -> Night:
        """Start the night that is due; no file may grow beyond `file_limit_bytes`, if given."""
        return self.nights.start(self.home, day, self._told, self.environment(clock), broken_by, file_limit_bytes)

    def begin_fresh_night(self) -> Night:
        """Start the night that is due as `partnerstats nightly`, in a process that has to load everything."""
        return self.nights.start_fresh(self.home, LAST_DAY, self._told, self.environment())

    def workspace(self) -> Workspace:
        """Open the home in this process."""
        return Workspace.open(load_settings(home=self.home, clock=NOW))

    @property
    def _told(self) -> Path:
        return self.told or self.home.with_name("night")


def between_two_nights(folder: Path, nights: Nights) -> Delivered:
    """Make the home in `folder`, run its first night, deliver the second one's files."""
    home = folder / "home"
    opened = open_home(load_settings(home=home, clock=EARLIER))
    plan = DemoPlan(to=FIRST_DAY, days=1, requests_per_day=LINES_A_DAY, partners=6, members=60, seed=3)
    write_sample(opened, plan)
    logs = opened.home.landing / "access" / SOURCE
    whole = gzip.decompress((logs / f"access-{FIRST_DAY}.log.gz").read_bytes())
    _write(logs / "current.log.gz", whole[: len(whole) * 2 // 3])
    (logs / f"access-{FIRST_DAY}.log.gz").unlink()
    delivered = Delivered(home, nights, {})
    outcome = delivered.begin_night(clock=EARLIER, day=FIRST_DAY).outcome()
    assert outcome["succeeded"], outcome
    later = folder / "later"
    write_demo(later, replace(plan, to=LAST_DAY, days=2))
    dealt = dict(deal(later, Path("access") / SOURCE))
    exports = {path.relative_to(later): path.read_bytes() for path in (later / "registry").iterdir()}
    for name, content in (exports | dealt).items():
        (opened.home.landing / name).parent.mkdir(exist_ok=True, parents=True)
        (opened.home.landing / name).write_bytes(content)
    _write(logs / "current.log.gz", whole)
    cut = gzip.compress(_other_lines(whole), 1)
    (logs / "damaged.log.gz").write_bytes(cut[: len(cut) // 2])
    for path in logs.iterdir():
        if path.name != "damaged.log.gz":
            delivered.contents[path.name] = gzip.decompress(path.read_bytes())
    return delivered


def _other_lines(content: bytes) -> bytes:
    """Return lines of the day that no other file has."""
    return b"".join(line.replace(b" 200 ", b" 206 ") for line in content.splitlines(keepends=True)[::7])


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, 1, mtime=0))
