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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

from support import sabotage

from pipelines.settings import PREFIX

HEAVY = [
    "pipelines.runs",
    "pipelines.cli.app",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "great_expectations",
    "support.nights",
]
LONGEST_SECONDS = 300
PROGRAM = Path(sys.executable).with_name("partnerstats")
OUTCOME, SAID, ERRORS, STEPS = "outcome.json", "said.txt", "errors.txt", "steps.txt"
END = "end"


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
        return "".join((self.folder / name).read_text(errors="replace") for name in (SAID, ERRORS))

    @property
    def was_killed(self) -> bool:
        """Whether the job ended by a kill and not by itself."""
        return self.process.exitcode == -signal.SIGKILL and not (self.folder / OUTCOME).exists()

    def steps(self) -> list[tuple[str, float]]:
        """Return the steps that began, each with its instant (`time.monotonic`), and END after the last when the run ended."""
        file = self.folder / STEPS
        whole = file.read_text().split("\n")[:-1] if file.exists() else []
        return [(name, float(at)) for name, _, at in (line.partition(" ") for line in whole)]

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
        given = {**environment, "PARTNERSTATS_HOME": str(home)}
        return self._begin(folder, run_night, day, folder, given, broken_by, file_limit_bytes)

    def start_fresh(self, home: Path, day: date, folder: Path, environment: Mapping[str, str]) -> Night:
        """Begin the same night as `partnerstats nightly`, in a process that has loaded nothing and says no steps."""
        given = {**environment, "PARTNERSTATS_HOME": str(home)}
        return self._begin(folder, become_the_program, ["nightly", "--date", day.isoformat()], folder, given)

    def _begin(self, folder: Path, target: Callable[..., None], *arguments: Any) -> Night:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (OUTCOME, STEPS):
            (folder / name).unlink(missing_ok=True)
        process = self._context.Process(target=target, args=arguments, daemon=True)
        began = time.monotonic()
        process.start()
        return Night(process, folder, began)

    def start_command(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Night:
        """Begin `partnerstats` with `arguments`; it can be killed."""
        for name in (SAID, ERRORS):
            (folder / name).unlink(missing_ok=True)
        return self._begin(folder, run_command, list(arguments), folder, dict(environment))

    def command(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> "Said":
        """Run `partnerstats` with `arguments` to its end."""
        process = self.start_command(arguments, folder, environment).process
        process.join(LONGEST_SECONDS)
        assert process.exitcode is not None, "the command did not end"
        return Said(process.exitcode, *((folder / name).read_text(errors="replace") for name in (SAID, ERRORS)))


class Said(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All it wrote."""
        return self.stdout + self.stderr


def run_command(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Be the child: run the command line as the console script does, and end with its exit code."""
    _begin(folder, environment)
    from pipelines.cli.app import main  # noqa: PLC0415 -- in the child only

    sys.argv = ["partnerstats", *arguments]
    main()


def become_the_program(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Be the child: give way to the console script."""
    _begin(folder, environment)
    os.execv(PROGRAM, [str(PROGRAM), *arguments])  # noqa: S606 -- the project's own


def run_night(
    day: date, folder: Path, environment: Mapping[str, str], broken_by: str | None, file_limit_bytes: int | None
) -> None:
    """Be the child: lead a group, speak into files, run the night, write down how it went."""
    _begin(folder, environment)
    from pipelines.runs import run_nightly  # noqa: PLC0415 -- in the child only
    from pipelines.settings import load_settings  # noqa: PLC0415

    if broken_by is not None:
        getattr(sabotage, broken_by)()
    try:
        if file_limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit_bytes, resource.RLIM_INFINITY))
        with _steps_said(folder):
            body = run_nightly(load_settings(), day).to_body()
    except Exception as error:  # noqa: BLE001 -- told to the test
        body = {"succeeded": False, "error": type(error).__name__, "cause": str(error)}
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    (folder / OUTCOME).write_text(json.dumps(body))


@contextlib.contextmanager
def _steps_said(folder: Path) -> Iterator[None]:
    """Write down each step of the run as it begins, before it does anything."""
    from pipelines import runs  # noqa: PLC0415 -- in the child only

    events_of = runs.execute_run_iterator

    def told(*arguments: Any) -> Iterator[Any]:
        for event in events_of(*arguments):
            if event.is_step_start:
                file.write(f"{event.step_key} {time.monotonic()}\n")
            yield event
        file.write(f"{END} {time.monotonic()}\n")

    with (folder / STEPS).open("w", buffering=1) as file:
        runs.execute_run_iterator = told
        yield


def _begin(folder: Path, environment: Mapping[str, str]) -> None:
    """Lead a process group, speak into files, take the environment; temp files go where that says, not where the server's do."""
    os.setsid()
    for stream, name in ((1, SAID), (2, ERRORS)):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), stream)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ.update(environment)
    tempfile.tempdir = None
