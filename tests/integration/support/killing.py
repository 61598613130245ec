"""SIGKILL at random moments inside one piece of work: a process that has loaded everything before does nothing else.

Moments are drawn in seconds of the victim's own processor time, counted from where the work begins: a busy machine neither
bunches the kills at the start nor lets the work get away. Two of three are drawn from where stored data begins to change,
which may be a short part at the end. A kill counts only when the work had begun and had not ended.
"""

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
from typing import Any

from support.nights import LONGEST_SECONDS, Nights

from pipelines.settings import PREFIX, load_settings
from pipelines.steps.workspace import Workspace

Work = Callable[..., float]
"""What is killed, a function of a module of `support`: it takes the open workspace and the arguments given, and returns the
process time (`time.process_time`) at which it began to change what is stored."""
_MOST_TRIES_PER_KILL = 3


class Killer:
    """Begins a piece of work again and again and kills it; `seed` decides the moments."""

    def __init__(self, nights: Nights, work: Work, seed: str) -> None:
        """Take the server of processes, the work and the seed."""
        self._nights, self._work, self._chance = nights, work, random.Random(seed)  # noqa: S311 -- moments, not secrets
        self.seed, self.seconds, self.changes_from = seed, 0.0, 0.0
        self.kills, self.tries = 0, 0
        self.moments: list[float] = []
        self.stages = Counter[str]()
        self._used, self._used_before = 0.0, time.process_time()

    def whole(self, settings: dict[str, Any], *arguments: Any) -> float:
        """Do the work to its end and return the processor seconds it took: kills are drawn within them."""
        process, told = self._begin(settings, arguments)
        assert told.poll(LONGEST_SECONDS), f"the work did not end: {process.exitcode}"
        self.changes_from, self.seconds = told.recv()
        process.join(LONGEST_SECONDS)
        assert process.exitcode == 0
        assert 0 < self.changes_from < self.seconds
        return self.seconds

    def strike(self, settings: dict[str, Any], *arguments: Any) -> bool:
        """Do the work and kill it at a moment; say whether it was still at it. One that got away does not count."""
        self.tries += 1
        assert self.tries <= _MOST_TRIES_PER_KILL * (self.kills + 10), f"the work gets away too often: seed {self.seed}"
        after = self._chance.uniform(self.changes_from if self.tries % 3 else 0, self.seconds)
        process, told = self._begin(settings, arguments)
        clock = (~process.pid << 3) | 2
        started = time.clock_gettime(clock)
        while process.is_alive() and (left := started + after - time.clock_gettime(clock)) > 0:
            time.sleep(max(left / 2, 0.0005))
        if process.is_alive():
            self._used += time.clock_gettime(clock)
            os.kill(process.pid, signal.SIGKILL)
        process.join(LONGEST_SECONDS)
        is_real = process.exitcode == -signal.SIGKILL and not _has_ended(told)
        if is_real:
            self.kills += 1
            self.moments.append(after)
        return is_real

    def report(self, what: str) -> str:
        """Return the line that is printed: kills, moments, stages, and the processor seconds each try took in all."""
        each = (time.process_time() - self._used_before + self._used) / max(1, self.tries)
        moments = " ".join(f"{moment:.2f}" for moment in self.moments)
        stages = ", ".join(f"{stage} {count}" for stage, count in sorted(self.stages.items()))
        return (
            f"\n{what}: {self.kills} SIGKILLs of {self.tries} tries within {self.seconds:.2f} processor seconds, of which the "
            f"first {self.changes_from:.2f} change nothing (seed {self.seed}): {stages}; at {moments}; "
            f"{each:.2f} processor seconds a try\n"
        )

    def _begin(self, settings: dict[str, Any], arguments: tuple[Any, ...]) -> tuple[Any, Connection]:
        """Begin the work and return its process when it is about to do the first thing."""
        context = self._nights._context
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_victim, args=(theirs, self._work, settings, arguments), daemon=True)
        process.start()
        theirs.close()
        assert ours.poll(LONGEST_SECONDS), "the work did not begin"
        ours.recv()
        return process, ours


def _victim(told: Connection, work: Work, settings: dict[str, Any], arguments: tuple[Any, ...]) -> None:
    """Be the child: open the home, say so, do the work, say what it took."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    workspace = Workspace.open(load_settings(**settings))
    _ = workspace.policy
    told.send(None)
    began = time.process_time()
    changed_from = work(workspace, *arguments)
    told.send((changed_from - began, time.process_time() - began))


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
