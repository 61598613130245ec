"""A lock is held by one at a time, and let go of when its holder is killed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.storage.locks import locked

HOLDER = """
import sys, time
from pathlib import Path
from pipelines.storage.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_held_lock_is_refused_at_once_without_waiting(tmp_path: Path):
    path = tmp_path / "folder" / ".lock"
    with locked(path), pytest.raises(BlockingIOError), locked(path, wait=False):
        pass
    with locked(path, wait=False):
        pass


def test_a_lock_ends_with_an_exception(tmp_path: Path):
    with pytest.raises(RuntimeError), locked(tmp_path / ".lock"):
        raise RuntimeError
    with locked(tmp_path / ".lock", wait=False):
        pass


def test_a_killed_holder_lets_go(tmp_path: Path, repository: Path):
    path = tmp_path / ".lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError), locked(path, wait=False):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
        with locked(path, wait=False):
            pass
