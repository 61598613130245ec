"""Nightly jobs in processes of their own, which can be watched and killed.

A server process imports the heavy libraries once and forks a child for each night: a night then costs what its work
costs. Every child leads a process group, so that a kill takes what it started along.
"""

import contextlib
import json
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

from support import sabotage

HEAVY = [
    "pipelines.runs",
    "pipelines.cli.app",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "great_expectations",
    "support.nights",
]
LONGEST_SECONDS = 300
OUTCOME, SAID = "outcome.json", "said.txt"


@dataclass(frozen=True)
class Night:
    """A nightly job that was started; `folder` gets what it said and how it went."""

    process: ForkServerProcess
    folder: Path
    began: float

    @property
    def is_running(self) -> bool:
        """Whether the job has not ended yet."""
        return self.process.is_alive()

    @property
    def said(self) -> str:
        """What the job and its libraries wrote to stdout and stderr."""
        return (self.folder / SAID).read_text(errors="replace")

    def kill(self) -> float:
        """Kill the process group, as a power cut would; return the seconds since it began."""
        after = time.monotonic() - self.began
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        self.process.join()
        return after

    def outcome(self, timeout_seconds: float = LONGEST_SECONDS) -> dict[str, Any]:
        """Wait for the end and return the outcome's body, or the error under `error`. Fails when it gave none."""
        self.process.join(timeout_seconds)
        if self.is_running:
            self.kill()
            raise AssertionError(f"the night did not end in {timeout_seconds} seconds")
        file = self.folder / OUTCOME
        assert file.exists(), f"the night ended with code {self.process.exitcode}: {self.said[-2000:]}"
        return json.loads(file.read_text())

    @property
    def _pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid


class Nights:
    """Starts nights; the libraries are loaded when the first one begins."""

    def __init__(self) -> None:
        """Name what to load; nothing is started."""
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(HEAVY)

    def start(
        self,
        home: Path,
        day: date,
        folder: Path,
        environment: Mapping[str, str],
        broken_by: str | None = None,
        file_limit_bytes: int | None = None,
    ) -> Night:
        """Begin the night that closes `day`; `broken_by` names a function of `support.sabotage` to call first."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / OUTCOME).unlink(missing_ok=True)
        given = {**environment, "PARTNERSTATS_HOME": str(home)}
        process = self._context.Process(
            target=run_night, args=(day, folder, given, broken_by, file_limit_bytes), daemon=True
        )
        process.start()
        return Night(process, folder, time.monotonic())

    def command(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> "Said":
        """Run `partnerstats` with `arguments` to its end."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SAID).unlink(missing_ok=True)
        process = self._context.Process(
            target=run_command, args=(list(arguments), folder, dict(environment)), daemon=True
        )
        process.start()
        process.join(LONGEST_SECONDS)
        assert process.exitcode is not None, "the command did not end"
        return Said(process.exitcode, (folder / SAID).read_text(errors="replace"))


class Said(NamedTuple):
    """How a command ended, and what it wrote to stdout and stderr."""

    code: int
    text: str


def run_command(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Be the child: run the command line as the console script does, and end with its exit code."""
    _begin(folder, environment)
    from pipelines.cli.app import main  # noqa: PLC0415 -- in the child only

    sys.argv = ["partnerstats", *arguments]
    main()


def run_night(
    day: date, folder: Path, environment: Mapping[str, str], broken_by: str | None, file_limit_bytes: int | None
) -> None:
    """Be the child: lead a group, speak into a file, run the night, write down how it went."""
    _begin(folder, environment)
    from pipelines.runs import run_nightly  # noqa: PLC0415 -- in the child only
    from pipelines.settings import load_settings  # noqa: PLC0415

    if broken_by is not None:
        getattr(sabotage, broken_by)()
    try:
        if file_limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit_bytes, resource.RLIM_INFINITY))
        body = run_nightly(load_settings(), day).to_body()
    except Exception as error:  # noqa: BLE001 -- told to the test
        body = {"succeeded": False, "error": type(error).__name__, "cause": str(error)}
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    (folder / OUTCOME).write_text(json.dumps(body))


def _begin(folder: Path, environment: Mapping[str, str]) -> None:
    """Lead a process group, speak into a file, take the environment; temp files go where that says, not where the server's do."""
    os.setsid()
    said = os.open(folder / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.environ.update(environment)
    tempfile.tempdir = None
