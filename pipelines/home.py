"""The home: one folder with everything but the keys, and what it is: real or demo, live or a rehearsal."""

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from pipelines.clock import Clock
from pipelines.errors import HomeBusyError, HomeError
from pipelines.storage.atomic import make_folder, staging_leftovers, sweep_staging, write_text
from pipelines.storage.locks import locked

SPARE_BYTES = 32 * 1024**2
"""What a night needs of the disk besides the warehouse: its records, and the events of a few days."""

_LOOK_AGAIN_SECONDS = 0.5

HomeKind = Literal["real", "demo"]
_FOLDERS = (
    "landing", "vault", "registry", "quarantine", "events", "gate", "published", "sealed", "ledger", "staging", "dagster"
)  # fmt: skip
_DATA_FOLDERS = ("vault", "registry", "quarantine", "events", "sealed", "held", "ledger")


class HomeState(BaseModel):
    """What `home.json` says; `kind` is None until something enters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: HomeKind | None
    is_rehearsal: bool
    made_at: AwareDatetime
    latest_instant: AwareDatetime


class Home:
    """The folders below `root`. `Home(root)` only names them; `Home.open` makes and checks them."""

    def __init__(self, root: Path) -> None:
        """Name the folders; nothing is touched."""
        self.root = root.absolute()
        self.landing = self.root / "landing"
        self.vault = self.root / "vault"
        self.registry = self.root / "registry"
        self.quarantine = self.root / "quarantine"
        self.events = self.root / "events"
        self.warehouse = self.root / "warehouse.duckdb"
        self.gate = self.root / "gate"
        self.published = self.root / "published"
        self.sealed = self.root / "sealed"
        self.held = self.root / "held"
        self.ledger = self.root / "ledger"
        self.staging = self.root / "staging"
        self.dagster = self.root / "dagster"
        self.accounts = self.root / "accounts"
        self.dashboard = self.root / "dashboard"
        self._state_file = self.root / "home.json"

    @classmethod
    def open(cls, root: Path, clock: Clock, *, rehearsal: bool) -> "Home":
        """Open the home in `root`, or make one; `rehearsal` says that `clock` is not the machine's own.

        A home first made with `rehearsal` refuses to be opened without, and the other way round; see also `touch`.
        Raises HomeError, also when there is data without `home.json` and when the folder cannot be written.
        """
        home = cls(root)
        try:
            home._begin(clock, rehearsal=rehearsal)
            for name in _FOLDERS:
                make_folder(home.root / name)
            home.touch(clock)
        except OSError as cause:
            raise HomeError(f"{home.root}: cannot be written: {os.strerror(cause.errno or errno.EIO)}") from None
        return home

    def exists(self) -> bool:
        """Say whether a home was made here."""
        return self._state_file.exists()

    def state(self) -> HomeState:
        """Read `home.json`. Raises HomeError when it cannot be read."""
        try:
            return HomeState.model_validate_json(self._state_file.read_bytes())
        except (OSError, ValidationError):
            raise HomeError(f"{self._state_file}: not readable as a home's state") from None

    def is_empty(self) -> bool:
        """Say whether nothing was ever stored here (delivered files in `landing` do not count)."""
        return not any(path.is_file() for name in _DATA_FOLDERS for path in (self.root / name).rglob("[!.]*"))

    def enter(self, kind: HomeKind) -> None:
        """Let data of `kind` in; what enters first decides. Raises HomeError for the other kind afterwards."""
        with self._state_lock():
            state = self.state()
            if state.kind not in (None, kind):
                raise HomeError(f"this home holds {state.kind} data and refuses {kind} data: {self.root}")
            self._save(state.model_copy(update={"kind": kind}))

    def touch(self, clock: Clock) -> datetime:
        """Read the clock, remember and return its instant. Raises HomeError when it is before the latest one here."""
        with self._state_lock():
            state, now = self.state(), clock.now()
            if now < state.latest_instant:
                raise HomeError(
                    f"time runs backwards: the clock says {now.isoformat()}, "
                    f"but this home has already seen {state.latest_instant.isoformat()}"
                )
            self._save(state.model_copy(update={"latest_instant": now}))
            return now

    @contextmanager
    def lock(self, *, wait_seconds: float = 0) -> Iterator[None]:
        """Hold the home for one job. Raises HomeBusyError with process and time when another still holds it after the wait."""
        path = self.root / ".lock"
        until = time.monotonic() + wait_seconds
        with ExitStack() as held:
            while (descriptor := _taken(held, path)) is None:
                if time.monotonic() >= until:
                    raise HomeBusyError(f"another job holds this home: {_holder(path)}")
                time.sleep(min(_LOOK_AGAIN_SECONDS, max(0.0, until - time.monotonic())))
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield

    def sweep(self) -> int:
        """Remove what jobs that died left unfinished and return how many files; call it only while holding the home.

        Files of the landing folder are others' and stay, Dagster's are its own.
        """
        left = [path for path in self.staging.rglob("*") if not path.is_dir()]
        with self._state_lock():
            left += staging_leftovers(self.root, is_recursive=False)
            for path in left:
                path.unlink(missing_ok=True)
        return len(left) + sum(sweep_staging(self.root / name) for name in (*_DATA_FOLDERS, "gate", "published"))

    def keep_outside(self, folder: Path) -> None:
        """Raise HomeError when `folder` (the keyring's) lies inside the home, where its backups would hold it too."""
        if folder.resolve().is_relative_to(self.root.resolve()):
            raise HomeError(f"keys must lie outside the home: {folder}")

    def require_space(self) -> None:
        """Raise HomeError when the disk is too full for a night, which writes the next warehouse beside the live one."""
        warehouse = self.warehouse.stat().st_size if self.warehouse.exists() else 0
        place = next(folder for folder in (self.root, *self.root.parents) if folder.is_dir())
        needed, free = SPARE_BYTES + 2 * warehouse, shutil.disk_usage(place).free
        if free < needed:
            raise HomeError(
                f"the disk is almost full: {free:,} bytes are free below {self.root}, a night needs {needed:,}"
            )

    def _begin(self, clock: Clock, *, rehearsal: bool) -> None:
        with self._state_lock():
            if self._state_file.exists():
                self._check_mode(rehearsal=rehearsal)
            elif not self.is_empty():
                raise HomeError(f"{self._state_file}: missing beside data; restore it from the home's backup")
            else:
                now = clock.now()
                self._save(HomeState(kind=None, is_rehearsal=rehearsal, made_at=now, latest_instant=now))

    def _check_mode(self, *, rehearsal: bool) -> None:
        if self.state().is_rehearsal and not rehearsal:
            raise HomeError(f"this home is a rehearsal and needs --clock: {self.root}")
        if rehearsal and not self.state().is_rehearsal:
            raise HomeError(f"this home was made without --clock and refuses it: {self.root}")

    def _state_lock(self) -> AbstractContextManager[int]:
        return locked(self.root / ".home.lock")

    def _save(self, state: HomeState) -> None:
        write_text(self._state_file, state.model_dump_json(indent=2) + "\n")


def _taken(held: ExitStack, path: Path) -> int | None:
    try:
        return held.enter_context(locked(path, wait=False))
    except BlockingIOError:
        return None


def _holder(path: Path) -> str:
    pid = path.read_text().strip() or "unknown"
    since = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")
    return f"process {pid}, since {since}"
