"""SIGKILL at random moments inside one piece of work: a process that has loaded everything before does nothing else.

Two of three moments are drawn among the changes that the work makes to the disk, and the kill comes right before the one drawn:
however fast the machine is, the kills fall where they can do harm. The third is drawn in seconds of the victim's own processor
time, so that one also falls inside what libraries write by themselves. A kill counts only when the work had begun and not ended.
"""

import contextlib
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from support.nights import LONGEST_SECONDS, Nights

from pipelines.settings import PREFIX, load_settings
from pipelines.steps.workspace import Workspace

Work = Callable[..., None]
"""What is killed, a function of a module of `support`: it takes the open workspace and the arguments given."""
_MOST_TRIES_PER_KILL = 3
_CHANGES = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"})
"""The audit events (PEP 578) of system calls that change a folder; files opened to be written are told by their flags."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Extent(NamedTuple):
    """How much there is to be killed in: what a whole piece of work changed and took."""

    changes: int
    seconds: float


class Killer:
    """Begins a piece of work again and again and kills it; `seed` decides the moments."""

    def __init__(self, nights: Nights, work: Work, seed: str, extent: Extent | None = None) -> None:
        """Take the server of processes, the work, the seed, and the extent of another killer of the same work."""
        self._nights, self._work, self._chance = nights, work, random.Random(seed)  # noqa: S311 -- moments, not secrets
        self.seed, self.extent = seed, extent
        self.kills, self.tries = 0, 0
        self.moments: list[str] = []
        self.stages = Counter[str]()

    def whole(self, settings: dict[str, Any], *arguments: Any) -> Extent:
        """Do the work to its end and return its extent: kills are drawn within it."""
        process, told = self._begin(settings, arguments, None)
        assert told.poll(LONGEST_SECONDS), f"the work did not end: {process.exitcode}"
        self.extent = Extent(*told.recv())
        process.join(LONGEST_SECONDS)
        assert process.exitcode == 0
        assert min(self.extent) > 0
        return self.extent

    def strike(self, settings: dict[str, Any], *arguments: Any) -> bool:
        """Do the work and kill it at a moment; say whether it was still at it. One that got away does not count."""
        self.tries += 1
        assert self.tries <= _MOST_TRIES_PER_KILL * (self.kills + 10), f"the work gets away too often: seed {self.seed}"
        assert self.extent is not None
        if self.tries % 3:
            before = self._chance.randint(1, self.extent.changes)
            process, told = self._begin(settings, arguments, before)
            moment = f"change {before}"
        else:
            process, told = self._begin(settings, arguments, None)
            moment = f"{_kill_after(process, self._chance.uniform(0, self.extent.seconds)):.2f} s"
        process.join(LONGEST_SECONDS)
        is_real = process.exitcode == -signal.SIGKILL and not _has_ended(told)
        if is_real:
            self.kills += 1
            self.moments.append(moment)
        return is_real

    def report(self, what: str) -> str:
        """Return the line that is printed: kills, stages and moments."""
        assert self.extent is not None
        stages = ", ".join(f"{stage} {count}" for stage, count in sorted(self.stages.items()))
        return (
            f"\n{what}: {self.kills} SIGKILLs of {self.tries} tries within {self.extent.changes} changes and "
            f"{self.extent.seconds:.2f} processor seconds (seed {self.seed}): {stages}; at {', '.join(self.moments)}\n"
        )

    def _begin(
        self, settings: dict[str, Any], arguments: tuple[Any, ...], ends_before: int | None
    ) -> tuple[Any, Connection]:
        """Begin the work and return its process when it is about to do the first thing."""
        context = self._nights._context
        ours, theirs = context.Pipe(duplex=False)
        given = (theirs, self._work, settings, arguments, ends_before)
        process = context.Process(target=_victim, args=given, daemon=True)
        process.start()
        theirs.close()
        assert ours.poll(LONGEST_SECONDS), "the work did not begin"
        ours.recv()
        return process, ours


def _kill_after(process: Any, seconds: float) -> float:
    """Kill the process when it has used as many processor seconds; return them."""
    clock = (~process.pid << 3) | 2
    # A process that has just ended has no clock any more: it got away.
    with contextlib.suppress(OSError):
        started = time.clock_gettime(clock)
        while process.is_alive() and (left := started + seconds - time.clock_gettime(clock)) > 0:
            time.sleep(max(left / 2, 0.0005))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
    return seconds


def _victim(
    told: Connection, work: Work, settings: dict[str, Any], arguments: tuple[Any, ...], ends_before: int | None
) -> None:
    """Be the child: open the home, say so, do the work, say what it took."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    workspace = Workspace.open(load_settings(**settings))
    _ = workspace.policy
    told.send(None)
    began, changes = time.process_time(), _counted(workspace.home.root.parent, ends_before)
    work(workspace, *arguments)
    told.send((changes["seen"], time.process_time() - began))


def _counted(folder: Path, ends_before: int | None) -> Counter[str]:
    """Count the changes below `folder` from now on, locks aside, and be killed before the one with the number given."""
    counter, below = Counter[str](), f"{folder}/"

    def seen(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _CHANGES and not (event == "open" and arguments[2] & _WRITING):
            return
        path = f"{arguments[0]}"
        if below not in f"{path}/" or path.endswith("lock"):
            return
        counter["seen"] += 1
        if counter["seen"] == ends_before:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(seen)
    return counter


def _has_ended(told: Connection) -> bool:
    try:
        return told.poll() and told.recv() is not None
    except EOFError:
        return False


def say(text: str, capsys: Any) -> None:
    """Print a line past pytest's capture."""
    with capsys.disabled():
        sys.stdout.write(text)


def copied(home: Path, folder: Path) -> Path:
    """Copy a home with its keys into `folder` and return where it is."""
    for name in (home.name, f"{home.name}.keys"):
        shutil.copytree(home.with_name(name), folder / name)
    return folder / home.name
