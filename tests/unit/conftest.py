"""Death at every change of the disk: what a process would leave that was killed just before it."""

import functools
import os
import sys
from collections.abc import Callable, Iterator

import pytest

_CHANGES = {"os.rename", "os.remove", "os.truncate", "os.mkdir", "os.rmdir", "os.chmod", "os.link"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Killed(BaseException):
    """Raised before the change at which the process dies, and before every further one."""


class Deaths:
    """Lets actions die at their first, second, ... change of the disk: a file opened to write, a rename, a removal, an fsync."""

    def __init__(self) -> None:
        """Listen to what the interpreter does; nothing dies before `each`."""
        self._at: int | None = None
        self._seen = 0
        sys.addaudithook(self._audit)

    def each(self, prepare: Callable[[int], Callable[[], object]]) -> Iterator[int]:
        """Run what `prepare` returns again and again, dying one change later each time, until it comes through."""
        for step in range(1, 1_000):
            if not self.at(step, prepare(step)):
                return
            yield step

    def at(self, step: int, action: Callable[[], object]) -> bool:
        """Run `action`, dying before its change number `step`; say whether it died, or came through first."""
        self._at, self._seen = step, 0
        try:
            action()
        except Killed:
            return True
        finally:
            self._at = None
        return False

    def change(self) -> None:
        """Count a change, and die at it or after it."""
        if self._at is not None:
            self._seen += 1
            if self._seen >= self._at:
                raise Killed

    def _audit(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._at is not None and (event in _CHANGES or (event == "open" and int(str(arguments[2])) & _WRITES)):
            self.change()


@functools.cache
def listening_deaths() -> Deaths:
    """Listen from the first test that needs it: what listens cannot be taken away again, and costs every test after it."""
    return Deaths()


@pytest.fixture
def deaths(monkeypatch: pytest.MonkeyPatch) -> Deaths:
    real, heard = os.fsync, listening_deaths()

    def fsync(descriptor: int) -> None:
        heard.change()
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return heard
