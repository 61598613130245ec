"""A small real home in rehearsal: logs and exports written by a test, taken in, derived, and decoded again."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyrage
import pytest

from pipelines.settings import Settings, load_settings
from pipelines.steps.day_files import read_day_states
from pipelines.steps.derivation import day_inputs
from pipelines.steps.events import DayReport, derive_stale_days, stale_days
from pipelines.steps.imports import IntakeReport, import_landing
from pipelines.steps.registry import TableReport, import_registry
from pipelines.steps.workspace import Workspace
from pipelines.storage import engine
from pipelines.storage.engine import add_key
from pipelines.storage.parquet import scan

BROWSER = "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:38.0) Gecko/20100101 Firefox/38.0"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
MEMBER_COLUMNS = ("account_key", "login_id", "partner_id", "member_type", "status", "joined_at", "withdrawn_at")


def a_line(
    day: date = date(2015, 5, 20),
    at: str = "10:00:00",
    target: str = "/",
    *,
    address: str = "198.51.100.7",
    member: str | None = None,
    cookie: str | None = None,
    agent: str = BROWSER,
    referrer: str = "-",
    status: object = 200,
    sent: object = 5,
    method: str = "GET",
) -> str:
    """Return a line of combined_cookie in Seoul's time."""
    time = f"{day.day:02}/{MONTHS[day.month - 1]}/{day.year}:{at} +0900"
    cookies = cookie or (f"pc_member={member}" if member else "-")
    return f'{address} - - [{time}] "{method} {target} HTTP/1.1" {status} {sent} "{referrer}" "{agent}" "{cookies}"\n'


def as_csv(columns: Sequence[str], rows: Iterable[dict[str, object]]) -> str:
    """Return rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True)
class House:
    """A home with its settings. `at` opens it under a later clock, `under` with another setting."""

    settings: Settings

    @cached_property
    def workspace(self) -> Workspace:
        """The open home."""
        return Workspace.open(self.settings)

    def at(self, clock: str) -> "House":
        """The same home later."""
        return self.under(clock=clock)

    def under(self, **changed: Any) -> "House":
        """The same home under other settings."""
        return House(self.settings.model_copy(update=changed))

    def deliver(
        self, lines: Iterable[str] | str | bytes, name: str = "access.log", source: str = "web"
    ) -> IntakeReport:
        """Deliver a log file and take it in."""
        content = lines if isinstance(lines, bytes) else "".join(lines).encode()
        folder = self.workspace.home.landing / "access" / source
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return import_landing(self.workspace)

    def export(self, table: str, rows: Sequence[dict[str, object]]) -> TableReport:
        """Deliver a full export of a registry table and take it in."""
        folder = self.workspace.home.landing / "registry"
        folder.mkdir(parents=True, exist_ok=True)
        if table == "members":
            defaults = {"member_type": "agency", "status": "approved", "joined_at": "2015-01-01T00:00:00+09:00"}
            columns = list(dict.fromkeys([*MEMBER_COLUMNS, *(name for row in rows for name in row)]))
            (folder / "members.csv").write_text(as_csv(columns, [{**defaults, **row} for row in rows]))
        else:
            (folder / f"{table}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return import_registry(self.workspace, table)

    def derive(self) -> list[DayReport]:
        """Derive what is stale."""
        return derive_stale_days(self.workspace)

    def stale(self) -> list[int]:
        """Days of the month that are stale."""
        return [given.day.day for given in stale_days(self.workspace)]

    def fingerprints(self) -> dict[date, str]:
        """The fingerprint of each day with lines."""
        return {given.day: given.fingerprint for given in day_inputs(self.workspace)}

    def events(self, day: date | None = None) -> list[dict[str, Any]]:
        """Decode the events of a day, or of all, with their keys; in the order of the file."""
        found: list[dict[str, Any]] = []
        with self.workspace.connection() as connection:
            for state in read_day_states(self.workspace.home.events).values():
                if day in (None, state.day):
                    add_key(connection, self.workspace.keyring.get(state.key))
                    relation = scan(self.workspace.home.events / state.file_name, state.key)
                    found += connection.execute(f"FROM {relation}").to_arrow_table().to_pylist()
        return found

    def people(self, day: date) -> dict[str, int]:
        """Whom the lines of a day speak of."""
        return read_day_states(self.workspace.home.events)[day].people


@pytest.fixture(scope="module", autouse=True)
def signature_checked_once() -> Iterator[None]:
    """Check the signature of the engine's extension once a process: at each of a test's openings it is a twelfth of a second.

    The tests of the engine itself, and all nights, check it at each opening.
    """
    _opened_as_in_a_night()
    as_in_a_night = engine.configuration

    def unchecked(**options: Any) -> engine.Configuration:
        return {**as_in_a_night(**options), "allow_unsigned_extensions": True}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "configuration", unchecked)
        yield


@cache
def _opened_as_in_a_night() -> None:
    with duckdb.connect(":memory:") as connection:
        engine.prepare(connection)


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here outlives a crash of the machine: what is synced is tested with the storage."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)


@pytest.fixture(scope="session")
def officer() -> pyrage.x25519.Identity:
    """The privacy officer's key pair."""
    return pyrage.x25519.Identity.generate()


@pytest.fixture(scope="session")
def house_in(officer: pyrage.x25519.Identity) -> Callable[[Path], House]:
    """Make an empty home in a folder, at noon of 2015-05-21 in Seoul."""
    given = {"clock": "2015-05-21T12:00:00+09:00", "threads": 1, "sealed_recipient": str(officer.to_public())}
    return lambda folder: House(load_settings(home=folder / "home", **given))


@pytest.fixture
def house(tmp_path: Path, house_in: Callable[[Path], House]) -> House:
    """An empty home."""
    return house_in(tmp_path)


@pytest.fixture
def changed(tmp_path: Path, repository: Path) -> Callable[[House, str, str, str], House]:
    """Return the house under a copy of `policy/` or `sql/` in which one text is another."""

    def change(house: House, file: str, old: str, new: str) -> House:
        kind = file.partition("/")[0]
        copy = tmp_path / kind
        if not copy.exists():
            shutil.copytree(repository / kind, copy, ignore=shutil.ignore_patterns("target", "logs"))
        path = tmp_path / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return house.under(**{kind: copy})

    return change


@pytest.fixture(scope="session")
def line() -> Callable[..., str]:
    """Make a log line."""
    return a_line
